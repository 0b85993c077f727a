import type { IncomingHttpHeaders } from 'node:http';
import type { z } from '#lib/zod';
import { refuse, refuseFields, type Answer } from './answer';
import type { Core } from './core';
import type { RequestRecord } from './journal';
import type { Token } from './tokens';
import type { Account, Chat } from './world';

/** A request that has found its operation and passed the checks every operation shares. */
export interface Exchange {
	readonly core: Core;
	readonly headers: IncomingHttpHeaders;
	readonly params: Readonly<Record<string, string>>;
	readonly query: URLSearchParams;
	readonly body: Buffer;
	readonly record: RequestRecord;
	/** Aborted when the client goes away or the sandbox ends. */
	readonly signal: AbortSignal;
}

/** The same with a checked token; `account` is the one in the path, or the token's where the path names none. */
export interface AuthorisedExchange extends Exchange {
	readonly token: Token;
	readonly account: Account;
}

interface Route {
	/** The operationId of Avito's OpenAPI, or a name of ours where it is no API operation. */
	readonly id: string;
	readonly method: 'GET' | 'POST' | 'DELETE';
	/** As the OpenAPI writes it, closing slash included; `{x}` is one segment. */
	readonly path: string;
	/** True when the path works with and without the closing slash, whatever the switch says. */
	readonly eitherSlash?: boolean;
}

/** An operation of the API: needs a bearer token. */
export interface Operation extends Route {
	/** The scope a token of the authorization-code grant must have; null = none declared. */
	readonly scope: string | null;
	/** Published limit, requests per minute and account. */
	readonly perMinute?: number;
	/** Needs the paid messenger access: answers 402 without it. */
	readonly paid?: boolean;
	/** Refuses the key of an employee, who must not see the company's chats. */
	readonly companyOnly?: boolean;
	run(exchange: AuthorisedExchange): Answer | Promise<Answer>;
}

/** Something served without a token: the token request itself, pictures, voices. */
export interface OpenRoute extends Route {
	readonly open: true;
	run(exchange: Exchange): Answer | Promise<Answer>;
}

/** Whole numbers of a query: refuses what is no number or out of range, as 400 with the field's name. */
export function intQuery(
	query: URLSearchParams,
	name: string,
	fallback: number,
	min: number,
	max: number,
): number {
	const text = query.get(name);
	if (text === null) return fallback;
	const value = /^-?\d+$/.test(text) ? Number(text) : Number.NaN;
	if (Number.isNaN(value)) refuseFields({ [name]: 'must be an integer' });
	if (value < min || value > max) refuseFields({ [name]: `must be between ${min} and ${max}` });
	return value;
}

/** A list in a query, comma-separated or as repeated keys; undefined when the key is absent. */
export function listQuery(query: URLSearchParams, name: string): string[] | undefined {
	const values = query.getAll(name);
	return values.length === 0 ? undefined : values.flatMap((value) => value.split(','));
}

/** The JSON body by its schema, or 400 with a message per field. */
export function jsonBody<T extends z.ZodType>(exchange: Exchange, schema: T): z.output<T> {
	const type = exchange.headers['content-type'] ?? '';
	if (exchange.core.settings.require_json_content_type && !/^application\/json\b/i.test(type)) {
		refuse(400, 'Content-Type must be application/json');
	}
	let value: unknown;
	try {
		value = JSON.parse(exchange.body.toString());
	} catch {
		refuse(400, 'Request body is not valid JSON');
	}
	const parsed = schema.safeParse(value);
	if (parsed.success) return parsed.data;
	refuseFields(
		Object.fromEntries(parsed.error.issues.map((issue) => [issue.path.join('.') || 'body', issue.message])),
	);
}

/** The chat of the path. Foreign and unknown chats are both 404; an employee's key meets 403 at the company's. */
export function chatOf({ core, account, params, token }: AuthorisedExchange): Chat {
	const chatId = params['chat_id'] ?? '';
	const chat = core.world.chatOf(account.id, chatId);
	const employer = core.world.account(token.user_id).employer_id;
	if (employer !== null && core.world.chatOf(employer, chatId) !== undefined) refuse(403);
	if (chat === undefined) refuse(404);
	return chat;
}
