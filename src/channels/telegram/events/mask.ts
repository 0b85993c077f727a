import type { Json } from '../../../contract';

/**
 * Takes login codes and the own number out of what is shown or kept. Codes are masked in messages of Telegram's service
 * account only (five or more digits, also written apart); the own number everywhere.
 */
export interface Mask {
	text(text: string): string;
	json(value: Json): Json;
}

const CODE = /\d(?:[\s-]?\d){4,}/g;

export function makeMask(ownPhone: string | null, fromService: boolean): Mask {
	const digits = (ownPhone ?? '').replace(/\D/g, '');
	const own = digits.length < 7 ? null : new RegExp(`\\+?${[...digits].join('[\\s()-]*')}`, 'g');
	const text = (given: string): string => {
		const safe = own === null ? given : given.replaceAll(own, '[own number]');
		return fromService ? safe.replaceAll(CODE, (code) => '•'.repeat(code.length)) : safe;
	};
	const json = (value: Json): Json => {
		if (typeof value === 'string') return text(value);
		if (Array.isArray(value)) return value.map(json);
		if (value === null || typeof value !== 'object') return value;
		return Object.fromEntries(
			Object.entries(value).map(([key, inner]) => [key, key === '_' ? inner : json(inner)]),
		);
	};
	return { text, json };
}

/** First and last two digits: enough to recognise one's own number, useless to anybody else. */
export function maskPhone(phone: string | null): string | null {
	const digits = (phone ?? '').replace(/\D/g, '');
	return digits.length < 6
		? null
		: `+${digits.slice(0, 1)}${'*'.repeat(digits.length - 3)}${digits.slice(-2)}`;
}
