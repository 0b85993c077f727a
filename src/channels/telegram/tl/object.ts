/**
 * A TL object as plain data, independent of any library: `{ _: 'updateNewMessage', … }` with TL's own field names
 * (snake_case), 64-bit numbers as decimal strings, `bytes` as Buffer, absent optional fields missing.
 */
export interface TlObject {
	readonly _: string;
	readonly [field: string]: TlValue;
}
export type TlValue = undefined | null | boolean | number | string | Buffer | TlObject | readonly TlValue[];

/** Readers of single fields. A layer we do not know may send anything: what has another shape reads as absent. */
export function int(from: TlObject, field: string): number | null {
	const value = from[field];
	return typeof value === 'number' ? value : null;
}

/** A 64-bit number, in decimal. */
export function long(from: TlObject, field: string): string | null {
	const value = from[field];
	return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : null;
}

export function text(from: TlObject, field: string): string {
	const value = from[field];
	return typeof value === 'string' ? value : '';
}

export function flag(from: TlObject, field: string): boolean {
	return from[field] === true;
}

export function bytes(from: TlObject, field: string): Buffer | null {
	const value = from[field];
	return Buffer.isBuffer(value) ? value : null;
}

export function child(from: TlObject | null, field: string): TlObject | null {
	const value = from?.[field];
	return isTlObject(value) ? value : null;
}

export function children(from: TlObject | null, field: string): TlObject[] {
	const value = from?.[field];
	return Array.isArray(value) ? value.filter(isTlObject) : [];
}

export function ints(from: TlObject, field: string): number[] {
	const value = from[field];
	return Array.isArray(value) ? value.filter((entry) => typeof entry === 'number') : [];
}

export function isTlObject(value: unknown): value is TlObject {
	return typeof value === 'object' && value !== null && '_' in value && typeof value._ === 'string';
}
