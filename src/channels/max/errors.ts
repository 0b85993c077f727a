import { ChannelError, type ChannelErrorOptions, type ErrorCode, type Json } from '../../contract';
import { CodecError } from './codec';
import { object, text } from './json';

/** What an error reply says. `error` is the machine key; `message` is sometimes a key itself. */
export interface Refusal {
	key: string;
	message: string;
	/** for people: localizedMessage, title or description */
	words: string;
}

export function readRefusal(payload: Json): Refusal {
	const body = object(payload) ?? {};
	const key = text(body['error']) ?? text(body['message']) ?? 'unknown';
	const words = ['localizedMessage', 'title', 'description']
		.map((name) => text(body[name]) ?? '')
		.find((one) => one !== '');
	return {
		key: key.slice(0, 200),
		message: (text(body['message']) ?? '').slice(0, 300),
		words: (words ?? '').slice(0, 300),
	};
}

const HOUR_MS = 3_600_000;
const RELOGIN = 'Log in again (QR code or phone) and put the new session into the MAX User API credential.';

interface Meaning {
	code: ErrorCode;
	says: string;
	hint?: string;
	retry?: ChannelErrorOptions['retry'];
}

/** Keys as the official app and several clients know them; spellings of reimplemented servers are taken as well. */
const MEANINGS: Readonly<Record<string, Meaning>> = {
	'login.token': { code: 'session_ended', says: 'The login token is no longer valid', hint: RELOGIN },
	FAIL_LOGIN_TOKEN: { code: 'session_ended', says: 'The login token is no longer valid', hint: RELOGIN },
	FAIL_LOGOUT_ALL: { code: 'session_ended', says: 'All sessions of the account were ended', hint: RELOGIN },
	'login.blocked': banned(),
	'auth.blocked': banned(),
	'error.profile.blocked': banned(),
	'error.profile.suspended': banned(),
	'login.flood': {
		code: 'flood_wait',
		says: 'Too many logins with this session',
		retry: { afterMs: HOUR_MS },
		hint: 'Nothing is tried for an hour. Do not start and stop the account often.',
	},
	'client.unsupported-version': {
		code: 'credential_invalid',
		says: 'The service no longer takes this app version',
		hint: 'Raise App Version in the MAX User API credential to that of the current official app.',
	},
	'error.profile.active.session.no2fa': {
		code: '2fa_required',
		says: 'The account has an active session and no login password, so no new device is let in',
		hint: 'Set a login password in the MAX app (Profile → Privacy → login password), then log in again.',
	},
	'login.cred': { code: 'password_invalid', says: 'The login password is wrong' },
	FAIL_WRONG_PASSWORD: { code: 'password_invalid', says: 'The login password is wrong' },
	FAIL_FORBIDDEN: { code: 'permission_denied', says: 'The service does not allow this' },
	'phone.wrong': phone('The phone number is not accepted'),
	'error.phone.wrong': phone('The phone number is not accepted'),
	'error.phone.blacklisted': phone('The phone number is refused'),
	'verify.code.wrong': { code: 'invalid_code', says: 'The code is wrong' },
	'error.code.wrong': { code: 'invalid_code', says: 'The code is wrong' },
	'auth.invalid.code': { code: 'invalid_code', says: 'The code is wrong' },
	'verify.code.expired': { code: 'code_expired', says: 'The code is too old', hint: 'Request a new one.' },
	'error.code.expired': { code: 'code_expired', says: 'The code is too old', hint: 'Request a new one.' },
	'track.not.found': {
		code: 'code_expired',
		says: 'The QR code or login step is too old',
		hint: 'Start the login again.',
	},
	'code.limit': tooManyCodes(),
	'error.code.attempt.limit': tooManyCodes(),
	'error.limit.violate': tooManyCodes(),
	'error.rate_limited': slowDown(),
	'too.many.requests': slowDown(),
	'error.too-many-likes': slowDown(),
	'captcha.create-session-failed': {
		code: 'upstream_error',
		says: 'The captcha service failed',
		hint: 'Log in by QR code.',
	},
	'service.unavailable': upstream(),
	'service.timeout': upstream(),
	'errors.event.unavailable': upstream(),
	internal: upstream(),
	'session.state': {
		code: 'upstream_error',
		says: 'The service refuses this in the present state',
		retry: 'now',
	},
	'session.sequence': { code: 'upstream_error', says: 'The service saw overlapping logins', retry: 'now' },
	'proto.state': {
		code: 'upstream_error',
		says: 'The service refuses this in the present state',
		retry: 'now',
	},
	'proto.ver': { code: 'upstream_error', says: 'The service refuses the protocol version', retry: 'now' },
	'proto.payload': { code: 'invalid_parameter', says: 'The service does not understand the request' },
	'proto.opcode': { code: 'not_supported', says: 'The service does not know this operation' },
	'attachment.not.ready': {
		code: 'upstream_error',
		says: 'The attachment is still being processed',
		retry: { afterMs: 1000 },
	},
	'not.found': notFound(),
	'chat.not.found': notFound(),
	'chat.not.access': { code: 'permission_denied', says: 'The account has no access to this chat' },
	'chat.denied': { code: 'permission_denied', says: 'The account may not do this in the chat' },
	'chat.blocked': { code: 'permission_denied', says: 'The chat is blocked' },
	'contact.blocked': { code: 'permission_denied', says: 'The other side has blocked this account' },
	'error.message.chat.access': { code: 'permission_denied', says: 'The account may not do this in the chat' },
	'error.message.invalid': {
		code: 'message_not_found',
		says: 'The message is unknown, or can no longer be changed',
	},
	'error.reactions.not.allowed': {
		code: 'permission_denied',
		says: 'Reactions are not allowed in this chat',
	},
	'error.message.like.unknown.reaction': { code: 'invalid_parameter', says: 'This reaction is not offered' },
	'error.user.restricted.send': {
		code: 'permission_denied',
		says: 'The account is restricted: it may not begin new dialogs',
		hint: 'MAX limited the account for writing to strangers. Wait some days; existing chats go on working.',
	},
	'participants.filter.out': {
		code: 'permission_denied',
		says: 'The person’s privacy settings forbid being added',
		hint: 'Send an invite link instead.',
	},
	'link.not.available': { code: 'invalid_parameter', says: 'The public name is taken or not allowed' },
	'validate.first_name.invalid_chars': {
		code: 'invalid_parameter',
		says: 'The name has characters that are not allowed',
	},
	'poll.denied': { code: 'permission_denied', says: 'The poll does not take this vote' },
	'poll.already.voted': { code: 'permission_denied', says: 'The vote was cast already' },
};

/** Both members may hold the key: one captured refusal has `login.token` in one and `FAIL_LOGIN_TOKEN` in the other. */
function meaningOf({ key, message }: Refusal): Meaning | undefined {
	const known = MEANINGS[key] ?? MEANINGS[message];
	if (known !== undefined) return known;
	if (/errors\.process\.attachment.*(not\.ready|not\.processed)/.test(`${key} ${message}`))
		return MEANINGS['attachment.not.ready'];
	if (/token was revoked|invalid token/i.test(message)) return MEANINGS['login.token'];
	if (/FAIL_LOG(IN_TOKEN|OUT_ALL)/.test(`${key} ${message}`)) return MEANINGS['login.token'];
	return undefined;
}

/** An error reply (`cmd` 3, or an `error` inside an OK reply) → what a person can act on. */
export function refusalError(payload: Json, opcode: number): ChannelError {
	const refusal = readRefusal(payload);
	const meaning = meaningOf(refusal);
	const said = refusal.words === '' ? refusal.message : refusal.words;
	const detail = said === '' || said === refusal.key ? '' : `: ${said}`;
	const options: ChannelErrorOptions = { channel: 'max', providerCode: refusal.key };
	if (meaning === undefined) {
		return new ChannelError(
			'upstream_error',
			`MAX refuses the request (opcode ${String(opcode)}, ${refusal.key})${detail}`,
			options,
		);
	}
	return new ChannelError(meaning.code, `${meaning.says}${detail}`, {
		...options,
		...(meaning.hint === undefined ? {} : { hint: meaning.hint }),
		...(meaning.retry === undefined ? {} : { retry: meaning.retry }),
	});
}

/** The service refused, with a key that no source names (or with none). */
export function isUnknownRefusal(error: unknown): boolean {
	return (
		ChannelError.is(error) &&
		error.code === 'upstream_error' &&
		error.providerCode !== undefined &&
		meaningOf({ key: error.providerCode, message: error.message, words: '' }) === undefined
	);
}

/** The same message with the same cid may simply be repeated after a while. */
export function isNotReady(error: unknown): boolean {
	return (
		ChannelError.is(error) &&
		meaningOf({ key: error.providerCode ?? '', message: error.message, words: '' }) ===
			MEANINGS['attachment.not.ready']
	);
}

/** After these only a person can help: the session stops for good. */
export function endsSession(error: unknown): boolean {
	if (!ChannelError.is(error)) return false;
	if (['session_ended', 'account_banned', '2fa_required'].includes(error.code)) return true;
	return error.providerCode === 'client.unsupported-version';
}

/** Push 20: ended by the service or by the user on another device. */
export function loggedOut(): ChannelError {
	return new ChannelError('session_ended', 'The session was ended by MAX or on another device', {
		channel: 'max',
		providerCode: 'LOGOUT',
		hint: RELOGIN,
	});
}

export function notLoggedIn(): ChannelError {
	return new ChannelError('session_ended', 'The credential holds no login token', {
		channel: 'max',
		hint: 'Run Login in the MAX User node (QR code or phone) and put the session it returns into the credential.',
	});
}

/** The connection broke, or never came about. */
export class ConnectionError extends ChannelError {
	/** false: certainly nothing of the request has reached the service */
	readonly mayHaveLeft: boolean;

	constructor(code: 'unreachable' | 'timeout', message: string, mayHaveLeft: boolean, cause?: unknown) {
		super(code, message, { channel: 'max', retry: 'now', hint: hintFor(cause), cause });
		this.mayHaveLeft = mayHaveLeft;
	}
}

export function connectFailure(error: unknown): ChannelError {
	if (ChannelError.is(error)) return error;
	return new ConnectionError('unreachable', `MAX cannot be reached (${describe(error)})`, false, error);
}

export function connectionLost(error: unknown, mayHaveLeft: boolean): ChannelError {
	if (ChannelError.is(error)) return error;
	return new ConnectionError(
		'unreachable',
		`The connection to MAX broke (${describe(error)})`,
		mayHaveLeft,
		error,
	);
}

export function timedOut(ms: number, opcode: number): ChannelError {
	return new ConnectionError(
		'timeout',
		`MAX did not answer within ${String(Math.round(ms / 1000))} s (opcode ${String(opcode)})`,
		true,
	);
}

export function unexpectedAnswer(what: string): ChannelError {
	return new ChannelError('unexpected_answer', `MAX's answer cannot be understood: ${what}`, {
		channel: 'max',
		hint: 'If it stays so, the service has changed; a newer version of this package may know more.',
	});
}

export function peerNotFound(what: string): ChannelError {
	return new ChannelError('peer_not_found', `MAX does not know ${what}`, {
		channel: 'max',
		hint: 'Check the id. Only chats of this account can be reached.',
	});
}

function describe(error: unknown): string {
	if (error instanceof CodecError) return error.message;
	for (let current = error; current instanceof Error; current = current.cause) {
		const { code } = current as NodeJS.ErrnoException;
		if (typeof code === 'string') return code;
	}
	return error instanceof Error ? error.message.slice(0, 200) : 'unknown';
}

function hintFor(cause: unknown): string {
	const code = describe(cause);
	if (/CERT|SELF_SIGNED|VERIFY|ISSUER/.test(code)) {
		return 'The certificate is not trusted. Add its authority under CA Certificates in the credential (api2.oneme.ru uses the Russian Trusted CA).';
	}
	if (code === 'PROXY_FAILED')
		return 'Check the proxy in the credential; there is never a direct connection instead.';
	if (code === 'UPGRADE_REFUSED') return 'Check endpoint and origin in the credential.';
	if (/ENOTFOUND|EAI_AGAIN/.test(code)) return 'The host name cannot be resolved: check endpoint and DNS.';
	return 'Check the network, the endpoint and the proxy. The connection is tried again.';
}

function banned(): Meaning {
	return {
		code: 'account_banned',
		says: 'The account is blocked or suspended by MAX',
		hint: 'Open the account in the official app to see why. Nothing is tried until the credential changes.',
	};
}
function phone(says: string): Meaning {
	return { code: 'invalid_phone', says, hint: 'Give the number with country code, such as +79990000000.' };
}
function tooManyCodes(): Meaning {
	return {
		code: 'flood_wait',
		says: 'Too many codes or attempts',
		retry: { afterMs: HOUR_MS },
		hint: 'Wait some hours before asking for another code.',
	};
}
function slowDown(): Meaning {
	return { code: 'flood_wait', says: 'MAX asks to slow down', retry: { afterMs: 60_000 } };
}
function upstream(): Meaning {
	return { code: 'upstream_error', says: 'MAX failed', retry: 'now', hint: 'Try again later.' };
}
function notFound(): Meaning {
	return {
		code: 'peer_not_found',
		says: 'MAX does not know this chat, person or message',
		hint: 'Check the id.',
	};
}
