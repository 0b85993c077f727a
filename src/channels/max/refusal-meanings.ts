import type { ChannelErrorOptions, ErrorCode } from '../../contract';

const HOUR_MS = 3_600_000;
/** What to do once a session is over. */
export const RELOGIN =
	'Log in again (QR code or phone) and put the new session into the MAX User API credential.';

/** What this client does by itself before anybody is told. */
export type Answer =
	/** the service's own trouble: the request is asked again, with growing pauses */
	| 'repeat'
	/** SESSION_INIT and LOGIN are run anew on another connection, then the request once more */
	| 'relogin'
	/** an attachment is still being processed: the same message with the same cid, every second */
	| 'await media'
	/** requests of this kind are not asked for a while; a person is told */
	| 'slow down';

/** A key, as a person is told it. */
export interface Meaning {
	code: ErrorCode;
	says: string;
	hint?: string;
	retry?: ChannelErrorOptions['retry'];
	answer?: Answer;
}

/**
 * LOGIN's answer to a token that was obtained on another kind of connection (reported for two clients), in the words for
 * a wrong password.
 */
export const FOREIGN_TOKEN: Meaning = {
	code: 'session_ended',
	says: 'MAX does not take this login token on this kind of connection',
	hint: `A token works only with the Device Type and Transport it was obtained with: correct these in the credential. If they are right: ${RELOGIN.charAt(0).toLowerCase()}${RELOGIN.slice(1)}`,
};

/** Keys as the official app and several clients know them; spellings of reimplemented servers are taken as well. */
export const MEANINGS: Readonly<Record<string, Meaning>> = {
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
	// Several public clients: seen with web versions older than 25.12.13, and with an Android device.
	'qr_login.disabled': {
		code: 'credential_invalid',
		says: 'The service gives this app version or kind of device no QR code',
		hint: 'Raise App Version in the MAX User API credential to that of the current official app, or log in by phone.',
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
	'error.message.send.rate.limit': slowDown(),
	'proto.too.many.simultaneous.requests': {
		code: 'flood_wait',
		says: 'Too many requests at once',
		retry: 'now',
		answer: 'repeat',
	},
	// The app counts it among the limits. It is about one person: other chats go on.
	'errors.send-message.too-many-total-messages-to-user': {
		code: 'flood_wait',
		says: 'Too many messages to this person',
		hint: 'Wait until the person answers, or some hours. Other chats go on working.',
	},
	'error.too-many-likes': slowDown(),
	'error.too-many-unlikes-chat': slowDown(),
	'error.too-many-unlikes-dialog': slowDown(),
	'captcha.create-session-failed': {
		code: 'upstream_error',
		says: 'The captcha service failed',
		hint: 'Log in by QR code.',
	},
	'service.unavailable': upstream(),
	'service.timeout': upstream(),
	'errors.event.unavailable': upstream(),
	internal: upstream(),
	// One list of the official app holds it beside its back-off: taken for the service's own trouble.
	'error.call.history.inconsistency': upstream(),
	'proto.compression': { code: 'upstream_error', says: 'The service cannot unpack the request' },
	'session.state': outOfOrder('The service refuses this in the present state'),
	'proto.state': outOfOrder('The service refuses this in the present state'),
	'proto.ver': outOfOrder('The service refuses the protocol version'),
	// The official app goes on as if nothing had been said.
	'session.sequence': {
		code: 'upstream_error',
		says: 'The service saw overlapping logins',
		retry: 'now',
		answer: 'repeat',
	},
	'proto.payload': { code: 'invalid_parameter', says: 'The service does not understand the request' },
	'proto.opcode': { code: 'not_supported', says: 'The service does not know this operation' },
	'attachment.not.ready': {
		code: 'upstream_error',
		says: 'The attachment is still being processed',
		retry: { afterMs: 1000 },
		answer: 'await media',
	},
	'not.found': notFound(),
	'chat.not.found': notFound(),
	'chat.not.access': { code: 'permission_denied', says: 'The account has no access to this chat' },
	'chat.denied': { code: 'permission_denied', says: 'The account may not do this in the chat' },
	'error.user.blocked.send': {
		code: 'permission_denied',
		says: 'Messages between this account and the person are blocked',
		hint: 'One of the two has blocked the other, see Contact: Get Many (blocked).',
	},
	'privacy.restricted': {
		code: 'permission_denied',
		says: 'The person’s privacy settings forbid this',
		hint: 'Only people the person allows may do it. Wait until the person writes first.',
	},
	'error.phone.binding.required': {
		code: 'permission_denied',
		says: 'MAX wants a phone number bound to the account first',
		hint: 'Open the account in the MAX app and do what it asks for.',
	},
	'user.not.found': {
		code: 'user_not_found',
		says: 'MAX does not know this person',
		hint: 'The account may have been deleted.',
	},
	'photo.not.found': fileGone(),
	'video.not.found': fileGone(),
	'file.not.found': fileGone(),
	'sticker.not.found': fileGone(),
	'video.not.supported': {
		code: 'media_not_supported',
		says: 'MAX does not take this kind of video',
		hint: 'Convert it to MP4 (H.264, AAC), or send it as a file.',
	},
	'chat.blocked': { code: 'permission_denied', says: 'The chat is blocked' },
	'contact.blocked': { code: 'permission_denied', says: 'The other side has blocked this account' },
	'error.message.chat.access': { code: 'permission_denied', says: 'The account may not do this in the chat' },
	'error.message.invalid': {
		code: 'message_not_found',
		says: 'The message is unknown, or can no longer be changed',
	},
	'error.edit.invalid.message': {
		code: 'message_not_found',
		says: 'The message is unknown, or can no longer be changed',
	},
	'error.comment.chat.access': { code: 'permission_denied', says: 'The account may not comment here' },
	'error.comment.invalid': { code: 'message_not_found', says: 'The comment is unknown' },
	'error.reactions.not.allowed': {
		code: 'permission_denied',
		says: 'Reactions are not allowed in this chat',
	},
	'error.message.like.unknown.reaction': { code: 'invalid_parameter', says: 'This reaction is not offered' },
	'error.message.like.unknown.like': { code: 'invalid_parameter', says: 'This reaction is not offered' },
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
	'folder.validation.title.too-long': {
		code: 'invalid_parameter',
		says: 'The name of the folder is too long',
		hint: 'Twenty characters are the most.',
	},
	'poll.denied': { code: 'permission_denied', says: 'The poll does not take this vote' },
	'poll.already.voted': { code: 'permission_denied', says: 'The vote was cast already' },
};

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
	return {
		code: 'flood_wait',
		says: 'MAX asks to slow down',
		retry: { afterMs: 60_000 },
		answer: 'slow down',
	};
}
function upstream(): Meaning {
	return {
		code: 'upstream_error',
		says: 'MAX failed',
		retry: 'now',
		hint: 'Try again later.',
		answer: 'repeat',
	};
}
function notFound(): Meaning {
	return {
		code: 'peer_not_found',
		says: 'MAX does not know this chat, person or message',
		hint: 'Check the ID: only chats of this account and people it can see are found.',
	};
}
function fileGone(): Meaning {
	return {
		code: 'media_expired',
		says: 'MAX no longer has the file',
		hint: 'Send the file itself instead of a reference to one received earlier.',
	};
}
function outOfOrder(says: string): Meaning {
	return { code: 'upstream_error', says, retry: 'now', answer: 'relogin' };
}
