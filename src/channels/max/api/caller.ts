import type { Json, JsonObject } from '../../../contract';
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
