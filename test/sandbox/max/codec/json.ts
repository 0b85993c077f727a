/** JSON as MAX speaks it on the legacy WebSocket: 64-bit integers exact both ways, binary as base64. */
import { CodecError, Float, MessageId } from './wire';
import type { Outgoing, Wire } from './wire';

export const jsonVersion = 11;

/** A frame of the JSON WebSocket; one text message is one frame. */
export interface JsonFrame {
	readonly ver: bigint;
	readonly cmd: bigint;
	readonly seq: bigint;
	readonly opcode: bigint;
	readonly payload: Wire;
}

type SourceReviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown;
// TypeScript's library does not know the source text access that Node 22 and later have.
const parseWithSource = JSON.parse as (text: string, reviver: SourceReviver) => unknown;
const rawJson = (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON;

/** Parses a text with integers as `bigint` and anything written with a point or exponent as {@link Float}. */
export function parseJson(text: string): Wire {
	try {
		return parseWithSource(text, (_key, value, context) => {
			if (typeof value !== 'number') return value;
			return /^-?\d+$/.test(context.source ?? '') ? BigInt(context.source ?? '') : new Float(value);
		}) as Wire;
	} catch {
		throw new CodecError('not JSON');
	}
}

/** Writes a value; message ids become strings, other integers numbers, bytes base64. */
export function formatJson(value: Outgoing): string {
	return JSON.stringify(value, function (this: Record<string, unknown>, key, item: unknown) {
		// `item` has gone through toJSON already, which Buffer has: look at the member itself.
		const own = this[key];
		if (own instanceof Uint8Array) return Buffer.from(own).toString('base64');
		if (typeof item === 'bigint') return rawJson(item.toString());
		if (item instanceof MessageId) return item.value.toString();
		if (item instanceof Float)
			return rawJson(Number.isInteger(item.value) ? item.value.toFixed(1) : `${item.value}`);
		if (item instanceof Map)
			return Object.fromEntries([...item].map(([key, member]) => [String(key), member]));
		return item;
	});
}
