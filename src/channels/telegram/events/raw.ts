import type { Json } from '../../../contract';
import type { TlValue } from '../tl';

/** TL as JSON: `_` names the constructor, 64-bit numbers are decimal strings, bytes are base64. */
export function toJson(value: TlValue): Json {
	if (value === null || value === undefined) return null;
	if (Buffer.isBuffer(value)) return value.toString('base64');
	if (typeof value !== 'object') return value;
	if (Array.isArray(value)) return value.map((entry: TlValue) => toJson(entry));
	return Object.fromEntries(
		Object.entries(value).flatMap(([name, field]) =>
			field === undefined ? [] : [[name, toJson(field as TlValue)]],
		),
	);
}
