import { markId, unmarkId, type MarkedId } from './marked-id';

/** What a person writes to name a chat or user. */
export type Reference =
	| { kind: 'self' }
	| { kind: 'id'; id: MarkedId }
	| { kind: 'username'; name: string; messageId?: number }
	/** digits only */
	| { kind: 'phone'; digits: string }
	| { kind: 'invite'; hash: string }
	/** `t.me/c/…`: a message of a channel the account is in */
	| { kind: 'message'; id: MarkedId; messageId: number };

const NAME = /^[a-z][a-z0-9_]{2,31}$/i;

/** null = nothing Telegram would understand. Pure. */
export function parseReference(given: string): Reference | null {
	const text = given.trim();
	if (/^(me|self)$/i.test(text)) return { kind: 'self' };
	if (/^-?\d+$/.test(text)) return unmarkId(text) === null ? null : { kind: 'id', id: text };
	if (/^\+[\d\s()-]{6,24}$/.test(text)) return phone(text);
	if (text.startsWith('@')) return username(text.slice(1));
	return fromLink(text) ?? (/[/.:]/.test(text) ? null : username(text));
}

function fromLink(text: string): Reference | null {
	const url = URL.parse(/^[a-z]+:/i.test(text) ? text : `https://${text}`);
	if (url === null) return null;
	if (url.protocol === 'tg:') return fromTg(url);
	const host = url.hostname.toLowerCase();
	const parts = url.pathname.split('/').filter((part) => part !== '');
	const sub = /^([a-z][a-z0-9_]{2,31})\.t\.me$/.exec(host)?.[1];
	if (sub !== undefined && sub !== 'www') return username(sub, parts[0]);
	if (!/^(www\.)?(t|telegram)\.(me|dog)$/.test(host)) return null;
	const [first = '', second, third] = parts;
	if (first === 'joinchat' && second !== undefined) return { kind: 'invite', hash: second };
	if (first === 'c' && second !== undefined && /^\d+$/.test(second)) {
		const id = markId('channel', second);
		const message = parts.at(-1) ?? '';
		return third === undefined ? { kind: 'id', id } : { kind: 'message', id, messageId: Number(message) };
	}
	if (first.startsWith('+'))
		return /^\+\d+$/.test(first) ? phone(first) : { kind: 'invite', hash: first.slice(1) };
	return username(first, parts.length > 1 ? parts.at(-1) : undefined);
}

function fromTg(url: URL): Reference | null {
	const query = url.searchParams;
	const action = url.hostname || url.pathname.replace(/^\/+/, '');
	if (action === 'resolve') {
		const digits = query.get('phone');
		return digits === null
			? username(query.get('domain') ?? '', query.get('post') ?? undefined)
			: phone(digits);
	}
	if (action === 'join') return { kind: 'invite', hash: query.get('invite') ?? '' };
	const id = query.get('id') ?? '';
	return action === 'user' && /^\d+$/.test(id) ? { kind: 'id', id } : null;
}

function username(name: string, message?: string): Reference | null {
	if (!NAME.test(name)) return null;
	const messageId = Number(message);
	return { kind: 'username', name, ...(Number.isInteger(messageId) && messageId > 0 ? { messageId } : {}) };
}

function phone(text: string): Reference | null {
	const digits = phoneDigits(text);
	return digits.length >= 7 && digits.length <= 15 ? { kind: 'phone', digits } : null;
}

/**
 * The digits of a phone number with its country code. In Russia a mobile number is also written with 8 instead of +7; no
 * country's code begins with 89 (ITU-T E.164 assigned country codes).
 */
export function phoneDigits(given: string): string {
	return given.replace(/\D/g, '').replace(/^8(?=9\d{9}$)/, '7');
}
