import { ChannelError } from '../../contract';
import { child, int, text, type TlObject } from './tl';

/**
 * How a login code comes. `phone`: in the app, by SMS or call. `email`: to the address the account has for logins.
 * `setup`: to an address that is to become that one (core.telegram.org/api/auth#email-verification).
 */
type Way = 'phone' | 'email' | 'setup';

/** Telegram's `phone_code_hash`, and what the next step must know of it: it may run in another process. */
export interface CodeToken {
	readonly way: Way;
	readonly hash: string;
}

export function formatCodeToken({ way, hash }: CodeToken): string {
	return way === 'phone' ? hash : `${way}:${hash}`;
}

export function parseCodeToken(token: string): CodeToken {
	const [, way, hash] = /^(email|setup):(.+)$/.exec(token) ?? [];
	if (hash === undefined) return { way: 'phone', hash: token };
	return { way: way === 'email' ? 'email' : 'setup', hash };
}

/** auth.signIn (official): a code of an e-mail goes into a field of its own. */
export function signInRequest(phone: string, { way, hash }: CodeToken, code: string): TlObject {
	return {
		_: 'auth.signIn',
		phone_number: phone,
		phone_code_hash: hash,
		...(way === 'phone' ? { phone_code: code } : { email_verification: verification(code) }),
	};
}

/** account.sendVerifyEmailCode (official) before a login: a code to the address that is to be the account's. */
export function setUpRequest(phone: string, hash: string, email: string): TlObject {
	return { _: 'account.sendVerifyEmailCode', purpose: purposeOf(phone, hash), email };
}

/** account.verifyEmail (official): its answer is what `auth.sendCode` would have given with an address. */
export function verifyRequest(phone: string, hash: string, code: string): TlObject {
	return {
		_: 'account.verifyEmail',
		purpose: purposeOf(phone, hash),
		verification: verification(code),
	};
}

function verification(code: string): TlObject {
	return { _: 'emailVerificationCode', code };
}

function purposeOf(phone: string, hash: string): TlObject {
	return { _: 'emailVerifyPurposeLoginSetup', phone_number: phone, phone_code_hash: hash };
}

/** What is told of a code that was sent. */
export interface CodeSent {
	readonly [field: string]: string | number | null;
	readonly code_token: string;
	/** `app`, `sms`, `emailcode` … ; `setupemail`: to an address that is to become the account's */
	readonly sent_by: string;
	readonly code_length: number | null;
	readonly next_request_in_seconds: number | null;
}

/** `auth.sentCode` in our words. Pure. */
export function readSentCode(sent: TlObject): CodeSent {
	const type = child(sent, 'type');
	const email = type?._ === 'auth.sentCodeTypeEmailCode';
	return {
		code_token: formatCodeToken({ way: email ? 'email' : 'phone', hash: text(sent, 'phone_code_hash') }),
		sent_by: (type?._ ?? '').replace('auth.sentCodeType', '').toLowerCase(),
		...(email ? { email_pattern: text(type, 'email_pattern') } : {}),
		code_length: type === null ? null : int(type, 'length'),
		next_request_in_seconds: int(sent, 'timeout'),
	};
}

/** `account.sentEmailCode`: the address is proven with this code, then the login goes on. Pure. */
export function readSetUp(sent: TlObject, hash: string): CodeSent {
	return {
		code_token: formatCodeToken({ way: 'setup', hash }),
		sent_by: 'setupemail',
		email_pattern: text(sent, 'email_pattern'),
		code_length: int(sent, 'length'),
		next_request_in_seconds: null,
	};
}

/** Where the person finds the code. */
export function hintOf({ sent_by: by, email_pattern: pattern }: CodeSent): string {
	if (by === 'setupemail')
		return `A code was sent to ${String(pattern)}. Check Code with it makes this the address of the account for logins, and gives the code token for the login itself.`;
	if (by === 'emailcode') return `The code was sent by e-mail to ${String(pattern)}.`;
	if (by === 'fragmentsms') return 'The code is on fragment.com, where the number was bought.';
	return 'The code comes in a Telegram app that is logged in; Telegram sends none by SMS to programs like this one.';
}

/** Telegram wants an address first, and none was given. */
export function emailWanted(): ChannelError {
	return new ChannelError(
		'not_supported',
		'Telegram wants this account to have an e-mail address for login codes',
		{
			channel: 'telegram',
			providerCode: 'auth.sentCodeTypeSetUpEmailRequired',
			hint: 'Give one (option Login Email of Request Code), or log in once in an official Telegram app and set it there (Settings, Privacy and Security, Login Email).',
		},
	);
}
