/**
 * The values that travel in a MAX payload, as this server sees them, whatever the encoding.
 *
 * JavaScript's `number` cannot tell an integer from a float, and both encodings of MAX can: a float where an
 * integer belongs is refused by the real service. So every decoded integer is a `bigint`, every decoded
 * float a {@link Float}, and an integer that came inside msgpack extension type 1 a {@link Wrapped}.
 */

/** A number that came (or shall be sent) as a floating point value. */
export class Float {
	constructor(readonly value: number) {}
}

/** An integer that came inside msgpack extension type 1. */
export class Wrapped {
	constructor(readonly value: bigint) {}
}

/** A message id in an outgoing payload: an integer on binary transports, a string in JSON. */
export class MessageId {
	constructor(readonly value: bigint) {}
}

/** A decoded value. Map keys are strings here; integer keys of msgpack arrive as decimal strings. */
export type Wire = null | boolean | bigint | Float | Wrapped | string | Uint8Array | Wire[] | WireMap;
export interface WireMap {
	[key: string]: Wire;
}

/**
 * A value to encode: plain objects with string keys, `Map` for integer keys, `number` for integers within
 * 2^53, `undefined` members are left out.
 */
export type Outgoing =
	| null
	| undefined
	| boolean
	| number
	| bigint
	| string
	| Float
	| MessageId
	| Uint8Array
	| readonly Outgoing[]
	| ReadonlyMap<bigint, Outgoing>
	| { readonly [key: string]: Outgoing };

/** What a peer sent cannot be decoded. */
export class CodecError extends Error {
	override name = 'CodecError';
}

export function isWireMap(value: Wire | undefined): value is WireMap {
	return (
		typeof value === 'object' &&
		value !== null &&
		!Array.isArray(value) &&
		!(value instanceof Float) &&
		!(value instanceof Wrapped) &&
		!(value instanceof Uint8Array)
	);
}
