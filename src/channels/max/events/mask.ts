import type { Json, JsonObject } from '../../../contract';

const HIDDEN = '•••';
/** A login code: four to eight digits, perhaps grouped. */
const CODE = /(?<![\d+])\d(?:[ -]?\d){3,7}(?![\d])/g;
const SPEAKS_OF_CODES = /\bкод|парол|\bcode|otp|verification|подтвержд/i;

export interface MaskRules {
	/** digits of the own number, or null */
	ownPhone: string | null;
	/** the message is the service's own: every code-like number goes */
	service: boolean;
	/** a verified or unknown sender: code-like numbers go when the text speaks of codes */
	maybeCodes: boolean;
}

/** Takes login codes and the own number out of a text. */
export function maskText(text: string, rules: MaskRules): string {
	const codes = rules.service || (rules.maybeCodes && SPEAKS_OF_CODES.test(text));
	const clean = codes ? text.replace(CODE, HIDDEN) : text;
	return maskPhone(clean, rules.ownPhone);
}

/**
 * The same at any depth of a provider object; keys stay. Ids are never touched: they are longer, or no text of people.
 * What holds nothing to hide is returned as it is, not copied: that is nearly everything.
 */
export function maskRaw(value: Json, rules: MaskRules): Json {
	if (typeof value === 'string')
		return ID.test(value) && !isOwnPhone(value, rules.ownPhone) ? value : maskText(value, rules);
	if (typeof value === 'number') return isOwnPhone(String(value), rules.ownPhone) ? HIDDEN : value;
	if (value === null || typeof value !== 'object') return value;
	return Array.isArray(value) ? maskItems(value, rules) : maskMembers(value, rules);
}

function maskItems(items: Json[], rules: MaskRules): Json[] {
	const clean = items.map((item) => maskRaw(item, rules));
	return clean.some((item, index) => item !== items[index]) ? clean : items;
}

function maskMembers(object: JsonObject, rules: MaskRules): JsonObject {
	let clean: JsonObject | null = null;
	for (const key in object) {
		const item = object[key] ?? null;
		const hidden = maskRaw(item, rules);
		if (hidden === item) continue;
		clean ??= { ...object };
		clean[key] = hidden;
	}
	return clean ?? object;
}

const ID = /^-?\d{9,20}$/;

function isOwnPhone(digits: string, ownPhone: string | null): boolean {
	return ownPhone !== null && digits === ownPhone;
}

/** In any spelling: +7 999 000-00-01, 8(999)0000001, 79990000001. */
function maskPhone(text: string, ownPhone: string | null): string {
	if (ownPhone === null || ownPhone.length < 10 || !/\d/.test(text)) return text;
	return text.replace(ownPhonePattern(ownPhone), HIDDEN);
}

const patterns = new Map<string, RegExp>();
function ownPhonePattern(phone: string): RegExp {
	const known = patterns.get(phone);
	if (known !== undefined) return known;
	const national = phone.slice(-10);
	const prefix = phone.slice(0, -10);
	const country = prefix === '7' ? '(?:\\+?7|8)' : `\\+?${prefix}`;
	// What stands between digits is looked through only behind a digit: else blanks alone cost the square of their number.
	const start = prefix === '' ? '' : `(?:${country}[\\s(-]*)?`;
	const pattern = new RegExp(`(?<!\\d)${start}${[...national].join('[\\s()-]*')}(?!\\d)`, 'g');
	if (patterns.size > 1000) patterns.clear();
	patterns.set(phone, pattern);
	return pattern;
}
