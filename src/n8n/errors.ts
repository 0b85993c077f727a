import type { INode, JsonObject as N8nJsonObject } from 'n8n-workflow';
import { NodeApiError, NodeError, NodeOperationError } from 'n8n-workflow';
import { ChannelError, invalidParameter, type Channel, type ErrorCode, type ErrorItem } from '../contract';

/** What the person who builds the workflow has to change; everything else is the provider's or the network's doing. */
const OWN_MISTAKES: ReadonlySet<ErrorCode> = new Set([
	'account_paused',
	'cancelled',
	'chat_not_allowed',
	'credential_invalid',
	'invalid_parameter',
	'loop_suspected',
	'media_not_supported',
	'message_too_long',
	'new_contact_limit',
	'not_supported',
	'permission_denied',
	'rate_limited',
	'store_unavailable',
]);

/** Where the login of a messenger is explained; Avito's keys are no login. */
const LOGIN_HELP: Partial<Record<Channel, string>> = {
	max: 'https://github.com/n8n-nodes-messenger-accounts/n8n-nodes-messenger-accounts#log-in-to-max',
	telegram: 'https://github.com/n8n-nodes-messenger-accounts/n8n-nodes-messenger-accounts#log-in-to-telegram',
};

const HTTP_STATUS = /^[1-5]\d\d$/;

/**
 * The second and last translation of an error: ChannelError → n8n's error. `message` says what happened,
 * `description` (n8n's second line) what to do; `context` carries the fields a Switch on an error output needs.
 * `correlation` is the id of the call in the logs; a person finds it below the error.
 * n8n's own errors (a parameter that did not resolve) pass through with the item's number.
 */
export function toNodeError(
	node: INode,
	error: unknown,
	itemIndex?: number,
	correlation?: string,
): NodeApiError | NodeOperationError {
	const at = itemIndex === undefined ? {} : { itemIndex };
	if (!ChannelError.is(error)) {
		if (error instanceof NodeApiError) return withItem(error, itemIndex);
		return withItem(new NodeOperationError(node, asError(error), at), itemIndex);
	}
	const item = error.toItem();
	const hint = hintOf(error);
	const description = hint === undefined ? {} : { description: hint };
	const translated = OWN_MISTAKES.has(error.code)
		? new NodeOperationError(node, error.message, { message: error.message, ...description, ...at })
		: new NodeApiError(node, { message: error.message, code: error.code } satisfies N8nJsonObject, {
				message: error.message,
				...description,
				...httpCode(error),
				...at,
			});
	Object.assign(translated.context, {
		code: item.code,
		retry_after_seconds: item.retry_after_seconds,
		provider_code: item.provider_code,
		...(correlation === undefined ? {} : { correlation }),
	});
	if (correlation !== undefined) translated.messages.push(`Correlation: ${correlation}`);
	return translated;
}

/** What a command calls its input, a person knows by the label of the field: `link: …` becomes `Link: …`. */
export function withLabel(error: unknown, label: (name: string) => string): unknown {
	if (!ChannelError.is(error) || error.code !== 'invalid_parameter' || error.field === undefined)
		return error;
	const prefix = `${error.field}: `;
	const name = error.field.split('.')[0] ?? '';
	const shown = label(name);
	if (shown === name || !error.message.startsWith(prefix)) return error;
	return invalidParameter(shown, error.message.slice(prefix.length), error.hint);
}

/** What to do; for a session that is gone, with where it is explained. */
function hintOf({ code, hint, channel }: ChannelError): string | undefined {
	const help = code === 'session_ended' && channel !== undefined ? LOGIN_HELP[channel] : undefined;
	return help === undefined ? hint : [hint, `How to log in: ${help}`].join(' ').trim();
}

function httpCode(error: ChannelError): { httpCode?: string } {
	return error.providerCode !== undefined && HTTP_STATUS.test(error.providerCode)
		? { httpCode: error.providerCode }
		: {};
}

function withItem<T extends NodeError>(error: T, itemIndex: number | undefined): T {
	if (itemIndex !== undefined) error.context['itemIndex'] ??= itemIndex;
	return error;
}

function asError(error: unknown): Error {
	return error instanceof Error ? error : new Error(String(error));
}

/** The failed item of *continue on fail*: the same shape whatever threw, and the id of the call where there was one. */
export function toErrorItem(error: unknown, correlation?: string): ErrorItem {
	const traced = correlation === undefined ? {} : { correlation };
	if (ChannelError.is(error)) return { ...error.toItem(), ...traced };
	const { message } = asError(error);
	const hint = error instanceof NodeError ? (error.description ?? null) : null;
	// n8n throws its own errors while it resolves parameters: the user's expression, not the provider, is at fault.
	const code: ErrorCode = isHostError(error) ? 'invalid_parameter' : 'upstream_error';
	return { code, message, hint, retry_after_seconds: null, provider_code: null, ...traced };
}

function isHostError(error: unknown): boolean {
	return error instanceof Error && /Expression|Operation|UserError|Isolate/.test(error.constructor.name);
}
