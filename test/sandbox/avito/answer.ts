/** What a handler gives back; exactly one of `json` and `body`, or neither for an empty body. */
export interface Answer {
	readonly status: number;
	readonly json?: unknown;
	readonly body?: string | Buffer;
	/** Content type of `body`. */
	readonly type?: string;
	readonly headers?: Readonly<Record<string, string>>;
}

/** Ends a handler early with an answer that is not a success. */
export class Refusal extends Error {
	override readonly name = 'Refusal';

	constructor(readonly answer: Answer) {
		super(`refused with ${answer.status}`);
	}
}

export function ok(json: unknown): Answer {
	return { status: 200, json };
}

/** The examples of the official OpenAPI, where it has one. */
const phrases: Readonly<Record<number, string>> = {
	400: 'Bad Request',
	401: 'Unauthorized',
	402: 'Payment required',
	403: 'Forbidden',
	404: 'Not found',
	409: 'Conflict',
	500: 'Error while processing request. Please, contact support',
	502: 'Bad gateway',
	503: 'Service temporarily unavailable. Please, contact support',
	504: 'Gateway timeout',
};

/** The error body of the messenger, user and balance sections: `{error: {code, message}}`. */
export function errorAnswer(status: number, message: string = phrases[status] ?? 'Error'): Answer {
	return { status, json: { error: { code: status, message } } };
}

/** The same with the offending fields: `{error: {code: 400, message, fields}}`. */
export function validationAnswer(fields: Readonly<Record<string, string>>): Answer {
	return { status: 400, json: { error: { code: 400, message: 'Validation error', fields } } };
}

/** The gateway's own body: `{result: {status: false, message}}` (official in the CPA section, one capture). */
export function gatewayAnswer(status: number, message: string): Answer {
	return { status, json: { result: { status: false, message } } };
}

/** The default error body of the items section: `{code, message}` with a string code. */
export function itemsErrorAnswer(status: number, code: string, message: string): Answer {
	return { status, json: { code, message } };
}

/** 400 of the ratings section: a string code inside `error`. */
export function ratingsErrorAnswer(message: string): Answer {
	return { status: 400, json: { error: { code: 'validation', message } } };
}

/** OAuth's error body, used by `/token`. */
export function oauthErrorAnswer(status: number, error: string, description: string): Answer {
	return { status, json: { error, error_description: description } };
}

/** The API gateway's answer to a path it does not know (seen by one client). */
export const noRouteAnswer: Answer = { status: 404, json: { message: 'no Route matched with those values' } };

export function refuse(status: number, message?: string): never {
	throw new Refusal(errorAnswer(status, message));
}

export function refuseFields(fields: Readonly<Record<string, string>>): never {
	throw new Refusal(validationAnswer(fields));
}
