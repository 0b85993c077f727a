/** What a TL field holds: 32-bit numbers and doubles as number, 64-bit as bigint, bytes as Buffer. */
export type TlValue = number | bigint | string | boolean | Buffer | TlObject | readonly TlValue[] | undefined;

/** A TL object as plain data; `_` is the constructor's name, fields are spelled as in the schema. */
export interface TlObject {
	readonly _: string;
	readonly [field: string]: TlValue;
}

/** A field did not hold what the schema promises. Ours to repair, never a client's fault. */
function wrong(object: TlObject, field: string, wanted: string): never {
	throw new TypeError(`${object._}.${field} is not ${wanted}`);
}

export function isObject(value: unknown): value is TlObject {
	return typeof value === 'object' && value !== null && '_' in value;
}

/** 32-bit number or double; absent reads as 0. */
export function int(object: TlObject, field: string): number {
	const value = object[field] ?? 0;
	return typeof value === 'number' ? value : wrong(object, field, 'a number');
}

export function optionalInt(object: TlObject, field: string): number | undefined {
	return object[field] === undefined ? undefined : int(object, field);
}

/** 64-bit number; absent reads as 0. */
export function long(object: TlObject, field: string): bigint {
	const value = object[field] ?? 0n;
	return typeof value === 'bigint' ? value : wrong(object, field, 'a long');
}

/** Text; absent reads as empty. */
export function text(object: TlObject, field: string): string {
	const value = object[field] ?? '';
	return typeof value === 'string' ? value : wrong(object, field, 'a string');
}

export function optionalText(object: TlObject, field: string): string | undefined {
	return object[field] === undefined ? undefined : text(object, field);
}

/** `true` flags and Bool; absent reads as false. */
export function flag(object: TlObject, field: string): boolean {
	return object[field] === true;
}

export function bytes(object: TlObject, field: string): Buffer {
	const value = object[field] ?? Buffer.alloc(0);
	return Buffer.isBuffer(value) ? value : wrong(object, field, 'bytes');
}

export function child(object: TlObject, field: string): TlObject {
	const value = object[field];
	return isObject(value) ? value : wrong(object, field, 'an object');
}

export function optionalChild(object: TlObject, field: string): TlObject | undefined {
	return object[field] === undefined ? undefined : child(object, field);
}

function vector(object: TlObject, field: string): readonly TlValue[] {
	const value = object[field] ?? [];
	return Array.isArray(value) ? (value as readonly TlValue[]) : wrong(object, field, 'a vector');
}

export function children(object: TlObject, field: string): readonly TlObject[] {
	return vector(object, field).map((one) =>
		isObject(one) ? one : wrong(object, field, 'a vector of objects'),
	);
}

export function ints(object: TlObject, field: string): readonly number[] {
	return vector(object, field).map((one) =>
		typeof one === 'number' ? one : wrong(object, field, 'a vector of ints'),
	);
}

export function longs(object: TlObject, field: string): readonly bigint[] {
	return vector(object, field).map((one) =>
		typeof one === 'bigint' ? one : wrong(object, field, 'a vector of longs'),
	);
}

export function buffers(object: TlObject, field: string): readonly Buffer[] {
	return vector(object, field).map((one) =>
		Buffer.isBuffer(one) ? one : wrong(object, field, 'a vector of bytes'),
	);
}

export function texts(object: TlObject, field: string): readonly string[] {
	return vector(object, field).map((one) =>
		typeof one === 'string' ? one : wrong(object, field, 'a vector of strings'),
	);
}

/** Plain JSON: 64-bit as decimal strings, bytes as base64. For logs and the control plane. */
export function toJson(value: TlValue): unknown {
	if (typeof value === 'bigint') return value.toString();
	if (Buffer.isBuffer(value))
		return value.length > 256 ? `<${value.length} bytes>` : value.toString('base64');
	if (Array.isArray(value)) return (value as readonly TlValue[]).map(toJson);
	if (typeof value === 'object') {
		return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, toJson(one)]));
	}
	return value;
}
