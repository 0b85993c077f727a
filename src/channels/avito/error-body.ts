import type { Json, JsonObject } from '../../contract';
import { parseJson } from './http/body';

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

/**
 * A refusal inside an answer that says 200, as its status. `/token` is known for it, and one production bot knows an expired
 * token by its body alone; null for all else. Only the beginning is looked at: a page of messages is not read twice.
 */
export function refusedInside(text: string): number | null {
	if (text.length > 2000 || !/^\s*\{\s*"(error|result)"/.test(text)) return null;
	const root = asObject(parseJson(text));
	const code = asObject(root?.['error'])?.['code'];
	if (typeof code === 'number' && code >= 400 && code < 600) return code;
	const said = asObject(root?.['result'])?.['message'];
	return typeof said === 'string' && namesToken(said) ? 403 : null;
}

/** "access token expired" (a production bot), "invalid access token" (OpenAPI of CPA): another token helps. */
export function namesToken(text: string): boolean {
	return /access token/i.test(text);
}

function asObject(value: Json | undefined): JsonObject | undefined {
	return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
}

function firstOf(value: Json | undefined): Json | undefined {
	return Array.isArray(value) ? value[0] : undefined;
}
