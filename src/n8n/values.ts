import { tryToParseDateTime } from 'n8n-workflow';
import { invalidParameter } from '../contract';
import type { Json } from '../contract';

/**
 * Parameter values as n8n hands them over (expressions give numbers as text and text as numbers) → the type an
 * operation asked for. Each refuses what it cannot read, with the field's name as the user sees it.
 */
export function toText(value: unknown, field: string): string {
	if (value === undefined || value === null) return '';
	if (typeof value === 'string') return value;
	if (Number.isInteger(value) && !Number.isSafeInteger(value))
		throw invalidParameter(
			field,
			'this number has too many digits',
			'Its last digits are lost already, and the ID is that of something else. Give it as a text: in quotes, or from a text field.',
		);
	if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint')
		return String(value);
	throw invalidParameter(field, 'a text is expected', 'Check the expression: it gives an object or a list.');
}

export function toNumber(value: unknown, field: string): number {
	const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
	if (typeof number !== 'number' || !Number.isFinite(number))
		throw invalidParameter(field, 'a number is expected');
	return number;
}

export function toBoolean(value: unknown, field: string): boolean {
	if (typeof value === 'boolean') return value;
	if (value === undefined || value === null || value === '') return false;
	const word = typeof value === 'string' ? value.trim().toLowerCase() : value;
	if (word === 'true' || word === 1 || word === '1') return true;
	if (word === 'false' || word === 0 || word === '0') return false;
	throw invalidParameter(field, 'true or false is expected');
}

/** A list typed as text (commas or line breaks), chosen in a list, or given by an expression as an array or JSON. */
export function toList(value: unknown, field: string): string[] {
	if (value === undefined || value === null || value === '') return [];
	if (Array.isArray(value)) return clean(value.map((entry) => toText(entry, field)));
	const text = toText(value, field).trim();
	if (text.startsWith('[')) {
		const parsed = toJson(text, field);
		if (Array.isArray(parsed)) return clean(parsed.map((entry) => toText(entry, field)));
	}
	return clean(text.split(/[,\n;]/));
}

function clean(entries: string[]): string[] {
	return entries.map((entry) => entry.trim()).filter((entry) => entry !== '');
}

/** JSON typed as text or already an object; empty = undefined. */
export function toJson(value: unknown, field: string): Json | undefined {
	if (value === undefined || value === null || value === '') return undefined;
	if (typeof value !== 'string') return value as Json;
	if (value.trim() === '') return undefined;
	try {
		return JSON.parse(value) as Json;
	} catch (error) {
		throw invalidParameter(field, `is not valid JSON (${(error as Error).message})`);
	}
}

/**
 * A point in time: ISO 8601, n8n's DateTime, a Date, or seconds/milliseconds since 1970. What n8n's date picker stores has
 * no offset (`2026-01-31T10:00:00`): it is meant where the workflow is, as in n8n's own nodes, not where the server is.
 * @param zone the workflow's time zone, e.g. `Europe/Moscow`
 * @returns ISO 8601 in UTC
 */
export function toTime(value: unknown, field: string, zone = 'utc'): string {
	return pointInTime(value, field, zone).toISOString();
}

/** The calendar day of a point in time where the workflow is, e.g. `2026-01-31`; takes what `toTime` takes. */
export function toDay(value: unknown, field: string, zone = 'utc'): string {
	// Swedish dates are written as ISO 8601 has them.
	return new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short' }).format(
		pointInTime(value, field, zone),
	);
}

function pointInTime(value: unknown, field: string, zone: string): Date {
	const plain = isDateTime(value) ? value.toISO() : value;
	const number = typeof plain === 'string' && /^\d+$/.test(plain.trim()) ? Number(plain) : plain;
	// Ten digits are seconds until the year 2286, thirteen are milliseconds.
	const date =
		typeof number === 'number'
			? new Date(number < 1e11 ? number * 1000 : number)
			: plain instanceof Date
				? plain
				: parsed(toText(plain, field), zone);
	if (Number.isNaN(date.getTime()))
		throw invalidParameter(field, 'is not a date', 'Use ISO 8601, such as 2026-01-31T10:00:00+03:00.');
	return date;
}

/** An invalid date where n8n's parser finds none. */
function parsed(text: string, zone: string): Date {
	try {
		return new Date(tryToParseDateTime(text, zone).toMillis());
	} catch {
		return new Date(Number.NaN);
	}
}

/** Luxon's DateTime, which n8n's expressions give; recognised by what it can do. */
function isDateTime(value: unknown): value is { toISO(): string } {
	return typeof value === 'object' && value !== null && 'toISO' in value && typeof value.toISO === 'function';
}
