import type { Json, JsonObject } from '../../contract';

/** Tolerant readers of provider payloads: a missing or changed member is `null`, never an exception. */
export function object(value: Json | undefined): JsonObject | null {
	return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null;
}
export function array(value: Json | undefined): Json[] {
	return Array.isArray(value) ? value : [];
}
export function objects(value: Json | undefined): JsonObject[] {
	return array(value).filter((item): item is JsonObject => object(item) !== null);
}
export function text(value: Json | undefined): string | null {
	return typeof value === 'string' ? value : null;
}
export function flag(value: Json | undefined): boolean {
	return value === true;
}
/** The message a reply or a push tells: in `message`, or as a reimplemented server has it, the payload itself. */
export function messageIn(payload: JsonObject): JsonObject | null {
	const isMessage = payload['message'] === undefined && id(payload['id']) !== null;
	return isMessage && number(payload['time']) !== null ? payload : object(payload['message']);
}
/** A time in ms or a count, also when it came as text. */
export function number(value: Json | undefined): number | null {
	if (typeof value === 'number' && Number.isFinite(value)) return value;
	if (typeof value !== 'string' || !/^-?\d{1,16}$/.test(value)) return null;
	const parsed = Number(value);
	return Number.isSafeInteger(parsed) ? parsed : null;
}
/** An id as a decimal string: numbers on one transport, strings on another. */
export function id(value: Json | undefined): string | null {
	if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
	return typeof value === 'string' && /^-?\d{1,20}$/.test(value) ? value : null;
}
export function ids(value: Json | undefined): string[] {
	return array(value).flatMap((item) => id(item) ?? []);
}
