import type { Json } from '../../../contract';
import { fromBigint } from './msgpack';
import { CodecError, Decimal, WireId, type IncomingFrame, type Outgoing, type OutgoingFrame } from './wire';

/** `ver` of the legacy JSON WebSocket. */
export const JSON_VERSION = 11;
/** Characters of one message; a frame of the binary transports cannot be longer either. */
const MAX_TEXT = 16 * 1024 * 1024;

type SourceReviver = (key: string, value: unknown, context: { source?: string }) => unknown;
// Source text access and rawJSON are in every Node this package runs on (22.19 and later); TypeScript's library lags behind.
const parseWithSource = JSON.parse as (text: string, reviver: SourceReviver) => Json;
const rawJson = (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON;

/** One text message. @throws CodecError when it is no frame */
export function decodeJson(text: string): IncomingFrame {
	if (text.length > MAX_TEXT) throw new CodecError('a frame is longer than allowed');
	const frame = parseJson(text);
	if (typeof frame !== 'object' || frame === null || Array.isArray(frame))
		throw new CodecError('the frame is no object');
	const { cmd, seq, opcode, payload } = frame;
	if (!isUint16(cmd) || !isUint16(seq) || !isUint16(opcode))
		throw new CodecError('the frame has no cmd, seq or opcode');
	return { cmd, seq, opcode, payload: payload ?? null };
}

/** JSON with integers beyond 2^53 as decimal strings: some replies carry message ids as numbers. */
export function parseJson(text: string): Json {
	try {
		return parseWithSource(text, (_key, value, context) => {
			if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
			return /^-?\d{1,30}$/.test(context.source ?? '') ? fromBigint(BigInt(context.source ?? '0')) : value;
		});
	} catch {
		throw new CodecError('the frame is not JSON');
	}
}

/** Message ids as strings, other ids as numbers, bytes as base64 (all clients of this transport). */
export function encodeJson(frame: OutgoingFrame): string {
	const { cmd, seq, opcode, payload } = frame;
	return JSON.stringify({ ver: JSON_VERSION, cmd, seq, opcode, payload: toJson(payload) });
}

function toJson(value: Outgoing): unknown {
	if (value === null || value === undefined) return null;
	if (typeof value === 'number') {
		if (!Number.isSafeInteger(value)) throw new CodecError(`${String(value)} is no exact integer`);
		return value;
	}
	if (typeof value !== 'object') return value;
	if (value instanceof WireId)
		return value.kind === 'message' ? value.value.toString() : rawJson(value.value.toString());
	if (value instanceof Decimal) return value.value;
	if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
	if (Array.isArray(value)) return (value as readonly Outgoing[]).map(toJson);
	return Object.fromEntries(
		Object.entries(value).flatMap(([key, item]) => (item === undefined ? [] : [[key, toJson(item)]])),
	);
}

function isUint16(value: Json | undefined): value is number {
	return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 0xffff;
}
