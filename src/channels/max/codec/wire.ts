import type { Json } from '../../../contract';

/**
 * What a payload may hold on its way out. JavaScript's `number` cannot tell an integer from a float and the service
 * refuses a float where an integer belongs, so a number here is an exact integer and everything else says what it is.
 * Members that are `undefined` are left out.
 */
export type Outgoing =
	| null
	| undefined
	| boolean
	| number
	| string
	| WireId
	| Decimal
	| Uint8Array
	| readonly Outgoing[]
	| { readonly [key: string]: Outgoing };
export type OutgoingMap = { readonly [key: string]: Outgoing };

/**
 * A 64-bit id. `message`: ids of messages, which the JSON transport writes as strings; `other`: chats, people, files,
 * cids, which it writes as numbers. Binary transports write integers, wide ones on the web inside extension type 1.
 */
export class WireId {
	readonly kind: 'message' | 'other';
	readonly value: bigint;

	constructor(kind: 'message' | 'other', text: string) {
		if (!/^-?\d{1,20}$/.test(text)) throw new CodecError(`not an id: ${text.slice(0, 40)}`);
		this.kind = kind;
		this.value = BigInt(text);
		if (BigInt.asIntN(64, this.value) !== this.value) throw new CodecError('the id needs more than 64 bits');
	}
}

/** A coordinate: the only numbers of this protocol that have a fraction. */
export class Decimal {
	readonly value: number;
	constructor(value: number) {
		this.value = value;
	}
}

export const messageId = (text: string): WireId => new WireId('message', text);
export const wireId = (text: string): WireId => new WireId('other', text);

/** What came, whatever the encoding: safe integers are numbers, wider ones decimal strings, bytes base64 text. */
export type Payload = Json;

/** `cmd` of a frame: 0 request or push, 1 reply or acknowledgement, 2 "not found", 3 error (all clients agree but on 2). */
export const CMD = { request: 0, reply: 1, notFound: 2, error: 3 } as const;

/** One frame on its way out; `seq` 0…65535. */
export interface OutgoingFrame {
	cmd: number;
	seq: number;
	opcode: number;
	payload: Outgoing;
}

/** One frame that came. A body that cannot be read leaves `payload` null and says why: the loop goes on. */
export interface IncomingFrame {
	cmd: number;
	seq: number;
	opcode: number;
	payload: Payload;
	unreadable?: string;
}

/** The bytes cannot be what the protocol says. On the frame level the connection cannot be trusted any more. */
export class CodecError extends Error {
	override readonly name: string = 'CodecError';
}

/** A body that would grow beyond what any message needs: hostile or broken, so the connection is given up. */
export class OversizeError extends CodecError {
	override readonly name = 'OversizeError';

	constructor() {
		super('the body is larger than allowed');
	}
}
