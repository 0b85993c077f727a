import { ChannelError, type Json, type JsonObject } from '../../../contract';
import { unexpectedAnswer } from '../errors';
import { object } from '../json';
import type { Outgoing } from '../codec';
import type { RequestOptions } from '../session/port';

/** Whoever can ask the service: the session. */
export interface Caller {
	request(opcode: number, payload: Outgoing, options?: RequestOptions): Promise<Json>;
}

/** A reply that must be an object. @throws ChannelError `unexpected_answer` */
export async function ask(
	caller: Caller,
	opcode: number,
	payload: Outgoing,
	options: RequestOptions = {},
): Promise<JsonObject> {
	const reply = await caller.request(opcode, payload, options);
	const body = object(reply ?? {});
	if (body === null) throw unexpectedAnswer(`opcode ${String(opcode)} gives no object`);
	return body;
}

/**
 * Clients disagree on a word. The first spelling is what more of them send; the second is tried where the service does
 * not understand that one. (It may close the connection with it, so the second goes over the next if it must.)
 */
export async function eitherSpelling<T>(
	[common, rare]: readonly [string, string],
	options: RequestOptions,
	send: (spelling: string, options: RequestOptions) => Promise<T>,
): Promise<T> {
	try {
		return await send(common, options);
	} catch (error) {
		if (!ChannelError.is(error) || error.providerCode !== 'proto.payload') throw error;
		return send(rare, { ...options, repeat: true });
	}
}
