import { Float, MessageId, Wrapped } from '../codec/wire';

/** Any payload or piece of state as plain JSON for the control side: integers beyond 32 bits as strings. */
export function display(value: unknown): unknown {
	if (typeof value === 'bigint') return value.toString();
	if (value instanceof Float) return { $float: value.value };
	if (value instanceof Wrapped || value instanceof MessageId) return value.value.toString();
	if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString('base64') };
	if (value instanceof Map) {
		return Object.fromEntries([...value].map(([key, item]) => [String(key), display(item)]));
	}
	if (value instanceof Set) return [...value].map(display);
	if (Array.isArray(value)) return value.map(display);
	if (typeof value === 'object' && value !== null) {
		return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, display(item)]));
	}
	return value;
}
