import { Float, MessageId } from '../codec/wire';
import type { Outgoing } from '../codec/wire';

/** A JSON value from the control side as something to send; `{"$float": x}` becomes a float. */
export function toOutgoing(value: unknown): Outgoing {
	if (value === null || value === undefined) return value;
	if (typeof value === 'boolean' || typeof value === 'string' || typeof value === 'bigint') return value;
	if (value instanceof Uint8Array || value instanceof MessageId || value instanceof Float) return value;
	if (typeof value === 'number') return Number.isSafeInteger(value) ? value : new Float(value);
	if (Array.isArray(value)) return value.map(toOutgoing);
	if (value instanceof Map) return value as ReadonlyMap<bigint, Outgoing>;
	const record = value as Record<string, unknown>;
	if (typeof record['$float'] === 'number') return new Float(record['$float']);
	if (typeof record['$int'] === 'string') return BigInt(record['$int']);
	if (typeof record['$messageId'] === 'string') return new MessageId(BigInt(record['$messageId']));
	if (typeof record['$bytes'] === 'string') return Buffer.from(record['$bytes'], 'base64');
	return Object.fromEntries(Object.entries(record).map(([key, item]) => [key, toOutgoing(item)]));
}

/** A copy of `payload` with the member at `path` replaced (or removed when `value` is undefined). */
export function mutate(payload: Outgoing, path: readonly string[], value: Outgoing): Outgoing {
	const [name, ...rest] = path;
	if (name === undefined) return value;
	if (Array.isArray(payload)) {
		const items = payload as readonly Outgoing[];
		return items.map((item, index) =>
			name === '*' || name === String(index) ? mutate(item, rest, value) : item,
		);
	}
	if (payload instanceof Map) {
		const entries = [...(payload as ReadonlyMap<bigint, Outgoing>)];
		return new Map(
			entries.map(([key, item]) => [
				key,
				name === '*' || name === key.toString() ? mutate(item, rest, value) : item,
			]),
		);
	}
	if (typeof payload !== 'object' || payload === null) return payload;
	if (payload instanceof Uint8Array || payload instanceof MessageId || payload instanceof Float)
		return payload;
	const record = payload as { readonly [key: string]: Outgoing };
	if (rest.length > 0 && record[name] === undefined) return payload;
	return { ...record, [name]: mutate(record[name], rest, value) };
}
