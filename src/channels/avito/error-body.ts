import type { Json, JsonObject } from '../../contract';

/** What an error answer says, whatever its shape. */
export interface ErrorBody {
	/** Avito's own sentence, at most 200 characters; '' when there is none */
	message: string;
	/** Avito's own code when the body has one that is not just the status */
	code: string | null;
	/** per field, from validation errors */
	fields: JsonObject | null;
}

/**
 * Avito's sections and its gateway answer errors in many shapes (OpenAPI of messenger, ratings, items, CPA; observed
 * for `/token`, the gateway's 404 and the firewall):
 * `{error:{code,message,fields}}`, `{result:{status,message}}`, `{code,message}`, `{error:'…',error_description}`,
 * `{message}`, `{errors:['…']}`, or text. Tried in this order, the first that has words wins.
 */
export function readErrorBody(json: Json | undefined, text: string): ErrorBody {
	const root = asObject(json);
	const error = asObject(root?.['error']);
	const result = asObject(root?.['result']);
	const candidates = [
		error?.['message'],
		result?.['message'],
		root?.['message'],
		root?.['error_description'],
		root?.['error'],
		firstOf(root?.['errors']),
	];
	const message = candidates.find((value): value is string => typeof value === 'string' && value !== '');
	const code =
		error?.['code'] ?? root?.['code'] ?? (typeof root?.['error'] === 'string' ? root['error'] : undefined);
	return {
		message: (message ?? (root === undefined ? text : '')).trim().slice(0, 200),
		code: typeof code === 'string' || typeof code === 'number' ? String(code) : null,
		fields: asObject(error?.['fields']) ?? null,
	};
}

/** `/token` may refuse with status 200: recognisable only by the `error` member. */
export function isErrorBody(json: Json | undefined): boolean {
	const root = asObject(json);
	return root !== undefined && 'error' in root && root['error'] !== null;
}

function asObject(value: Json | undefined): JsonObject | undefined {
	return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
}

function firstOf(value: Json | undefined): Json | undefined {
	return Array.isArray(value) ? value[0] : undefined;
}
