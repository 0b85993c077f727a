import { ChannelError, type ChannelErrorOptions, type ErrorCode } from '../../contract';
import { OutcomeUnknown, RpcFailure } from './seam';

interface Meaning {
	code: ErrorCode;
	message: string;
	hint?: string;
	retry?: 'now';
}

const RELOGIN =
	'Log in again (Messenger Login, or Login: Request Code) and put the new session into the credential.';
const say = (code: ErrorCode, message: string, hint?: string): Meaning =>
	hint === undefined ? { code, message } : { code, message, hint };

/** Telegram's error names (core.telegram.org/api/errors and the pages of each method) in the user's words. */
const MEANINGS: Readonly<Record<string, Meaning>> = {
	AUTH_KEY_UNREGISTERED: say('session_ended', 'Telegram has ended this session', RELOGIN),
	AUTH_KEY_INVALID: say('session_ended', 'Telegram does not know this session', RELOGIN),
	AUTH_KEY_PERM_EMPTY: say('session_ended', 'Telegram does not know this session', RELOGIN),
	SESSION_REVOKED: say('session_ended', 'The session was ended from another device', RELOGIN),
	SESSION_EXPIRED: say('session_ended', 'The session has expired', RELOGIN),
	AUTH_KEY_DUPLICATED: say(
		'session_ended',
		'The session was used from two places at once and Telegram has ended it',
		`Use a session in one program only. ${RELOGIN}`,
	),
	USER_DEACTIVATED: say('account_banned', 'The account was deleted'),
	USER_DEACTIVATED_BAN: say(
		'account_banned',
		'The account was banned by Telegram',
		'Write to recover@telegram.org.',
	),
	PHONE_NUMBER_BANNED: say('account_banned', 'This phone number is banned from Telegram'),
	FROZEN_METHOD_INVALID: say(
		'permission_denied',
		'Telegram has frozen this account: it may read, and do nothing else',
		'Ask @SpamBot in the Telegram app; an appeal is made there.',
	),
	API_ID_INVALID: say(
		'credential_invalid',
		'Telegram does not know this API id and hash',
		'Copy both from my.telegram.org.',
	),
	API_ID_PUBLISHED_FLOOD: say(
		'credential_invalid',
		'This API id is published and closed for logins',
		'Make your own at my.telegram.org.',
	),
	PHONE_NUMBER_INVALID: say(
		'invalid_phone',
		'Telegram does not accept this phone number',
		'Give it in international form, such as +79991234567.',
	),
	PHONE_NUMBER_UNOCCUPIED: say('not_on_messenger', 'Nobody has registered this phone number with Telegram'),
	PHONE_NUMBER_FLOOD: say('flood_wait', 'Too many login attempts with this number', 'Wait a day.'),
	PHONE_PASSWORD_FLOOD: say('flood_wait', 'Too many wrong passwords', 'Wait some hours.'),
	PHONE_CODE_INVALID: say('invalid_code', 'The code is wrong'),
	PHONE_CODE_EMPTY: say('invalid_code', 'No code was given'),
	PHONE_CODE_EXPIRED: say(
		'code_expired',
		'The code is no longer valid',
		'Ask for a new one. A code that is sent on in any chat is cancelled by Telegram.',
	),
	CODE_INVALID: say('invalid_code', 'The code is wrong'),
	EMAIL_VERIFY_EXPIRED: say(
		'code_expired',
		'The code of the e-mail is no longer valid',
		'Ask for a new one.',
	),
	EMAIL_INVALID: say('invalid_parameter', 'Telegram does not accept this e-mail address'),
	EMAIL_NOT_ALLOWED: say(
		'invalid_parameter',
		'Telegram does not allow this e-mail address here',
		'Use another address.',
	),
	PHONE_HASH_EXPIRED: say('code_expired', 'The login has taken too long', 'Start it again.'),
	SESSION_PASSWORD_NEEDED: say(
		'2fa_required',
		'The account has a password (two-step verification)',
		'Give the password, too.',
	),
	PASSWORD_HASH_INVALID: say('password_invalid', 'The password is wrong'),
	SRP_ID_INVALID: say('password_invalid', 'The password check was interrupted', 'Try it again.'),
	AUTH_TOKEN_EXPIRED: say('code_expired', 'The QR code is no longer valid', 'Start again.'),
	AUTH_RESTART: say('code_expired', 'Telegram wants the login started again'),
	SEND_CODE_UNAVAILABLE: say(
		'upstream_error',
		'Telegram offers no further way to send the code',
		'Look into the Telegram app, where the first code is.',
	),
	UPDATE_APP_TO_LOGIN: say('not_supported', 'Telegram wants a newer program for this login'),
	PEER_FLOOD: say(
		'new_contact_limit',
		'Telegram has limited this account: it may not write to strangers for now',
		'Ask @SpamBot; write to contacts only until it is lifted.',
	),
	PEER_ID_INVALID: say(
		'peer_not_found',
		'Telegram does not know this chat for this account',
		'Open the chat once, or use its @username, link or phone number.',
	),
	CHAT_ID_INVALID: say('peer_not_found', 'There is no such group'),
	CHANNEL_INVALID: say('peer_not_found', 'There is no such channel for this account'),
	CHANNEL_PRIVATE: say('permission_denied', 'The channel is private, or the account was removed from it'),
	USER_ID_INVALID: say('user_not_found', 'There is no such user for this account'),
	USERNAME_INVALID: say('peer_not_found', 'This is no valid username'),
	USERNAME_NOT_OCCUPIED: say('peer_not_found', 'Nobody has this username'),
	PHONE_NOT_OCCUPIED: say(
		'not_on_messenger',
		'Nobody with this number can be found',
		'The person may have hidden the number: add it as a contact first.',
	),
	INVITE_HASH_INVALID: say('peer_not_found', 'The invite link is wrong'),
	INVITE_HASH_EXPIRED: say('peer_not_found', 'The invite link is no longer valid'),
	INVITE_REQUEST_SENT: say(
		'permission_denied',
		'The request to join has been sent; administrators let people in by hand',
	),
	USER_ALREADY_PARTICIPANT: say('invalid_parameter', 'This person is in the chat already'),
	USER_NOT_PARTICIPANT: say('user_not_found', 'This person, or the account itself, is not in the chat'),
	CHANNELS_TOO_MUCH: say(
		'permission_denied',
		'The account is in as many groups and channels as Telegram allows',
		'Leave some of them first (Chat: Leave).',
	),
	USERS_TOO_MUCH: say('permission_denied', 'The chat holds as many people as Telegram allows'),
	FRESH_RESET_AUTHORISATION_FORBIDDEN: say(
		'permission_denied',
		'This session is too new to end others',
		'Telegram allows it a day after the login. End the other one in an official app.',
	),
	CHAT_ADMIN_REQUIRED: say('permission_denied', 'Only administrators of the chat may do this'),
	RIGHT_FORBIDDEN: say(
		'permission_denied',
		'The account may not give or take these rights',
		'An administrator gives away only what he has himself, and changes only those he has made.',
	),
	CHAT_WRITE_FORBIDDEN: say('permission_denied', 'The account may not write here'),
	CHAT_RESTRICTED: say('permission_denied', 'The chat is restricted'),
	CHAT_FORWARDS_RESTRICTED: say('permission_denied', 'The chat forbids forwarding'),
	CHAT_GUEST_SEND_FORBIDDEN: say('permission_denied', 'Join the group first to write there'),
	USER_BANNED_IN_CHANNEL: say(
		'permission_denied',
		'The account is banned from writing in groups',
		'Ask @SpamBot.',
	),
	USER_PRIVACY_RESTRICTED: say('permission_denied', 'The privacy settings of this person forbid it'),
	USER_IS_BLOCKED: say('permission_denied', 'This person has blocked the account'),
	YOU_BLOCKED_USER: say('permission_denied', 'The account has blocked this person'),
	USER_NOT_MUTUAL_CONTACT: say(
		'permission_denied',
		'This person does not have the account among the contacts',
	),
	PREMIUM_ACCOUNT_REQUIRED: say('permission_denied', 'This needs Telegram Premium'),
	PRIVACY_PREMIUM_REQUIRED: say(
		'permission_denied',
		'This person takes messages from Premium accounts and contacts only',
	),
	ALLOW_PAYMENT_REQUIRED: say('permission_denied', 'This person takes paid messages only'),
	MESSAGE_ID_INVALID: say('message_not_found', 'There is no such message in this chat'),
	MESSAGE_AUTHOR_REQUIRED: say('permission_denied', 'Only own messages can be changed'),
	MESSAGE_EDIT_TIME_EXPIRED: say('permission_denied', 'The message is too old to be edited'),
	MESSAGE_DELETE_FORBIDDEN: say('permission_denied', 'This message cannot be deleted by this account'),
	MESSAGE_EMPTY: say('invalid_parameter', 'The message is empty'),
	MESSAGE_TOO_LONG: say('message_too_long', 'The message is longer than Telegram allows (4,096 characters)'),
	ENTITY_BOUNDS_INVALID: say(
		'invalid_parameter',
		'A mark of the formatting lies outside of the text',
		'Offsets and lengths count UTF-16 units, as the length of a text in JavaScript does.',
	),
	MESSAGE_NOT_MODIFIED: say('invalid_parameter', 'The message is like this already'),
	BUTTON_DATA_INVALID: say('invalid_parameter', 'The button does not exist any more; read the message again'),
	BOT_RESPONSE_TIMEOUT: say('timeout', 'The bot does not answer'),
	POLL_OPTION_INVALID: say('invalid_parameter', 'The poll does not take these answers'),
	RANDOM_ID_DUPLICATE: say('invalid_parameter', 'A message with this random id was sent already'),
	MEDIA_CAPTION_TOO_LONG: say('message_too_long', 'The caption is longer than Telegram allows'),
	REACTION_INVALID: say('invalid_parameter', 'This reaction is not allowed here'),
	FILE_REFERENCE_EXPIRED: say('media_expired', 'The reference to the file has expired'),
	FILE_REFERENCE_INVALID: say('media_expired', 'The reference to the file is not valid'),
	MEDIA_EMPTY: say('media_not_supported', 'Telegram does not take this media here'),
	MEDIA_INVALID: say('media_not_supported', 'Telegram does not take this media'),
	PHOTO_INVALID_DIMENSIONS: say(
		'media_not_supported',
		'The picture is too large or too narrow',
		'Send it as a document.',
	),
	IMAGE_PROCESS_FAILED: say(
		'media_not_supported',
		'Telegram cannot read this picture',
		'Send it as a document.',
	),
	FILE_PART_MISSING: say('media_expired', 'Telegram has lost a part of the upload', 'Try it again.'),
	FILE_PARTS_INVALID: say(
		'file_too_large',
		'The file has more parts than Telegram takes of this account (2 GB, 4 GB with Premium)',
	),
	PHOTO_SAVE_FILE_INVALID: say(
		'media_not_supported',
		'Telegram does not take this as a photo',
		'Send it as a file.',
	),
	WEBPAGE_CURL_FAILED: say(
		'media_not_supported',
		'Telegram could not fetch the file from this address',
		'The address must be open to the public; else download the file first and send its binary field.',
	),
	WEBPAGE_MEDIA_EMPTY: say(
		'media_not_supported',
		'Telegram finds no such file at this address, or it is too large (pictures 5 MB, files 20 MB)',
		'Download the file first and send its binary field.',
	),
	EXTERNAL_URL_INVALID: say('invalid_parameter', 'Telegram does not take this address'),
	REPLY_MESSAGE_ID_INVALID: say('message_not_found', 'The message to reply to is not in this chat'),
	QUOTE_TEXT_INVALID: say(
		'invalid_parameter',
		'The quote is not part of the message replied to',
		'It must be there word for word.',
	),
	TOPIC_CLOSED: say('permission_denied', 'The topic is closed'),
	TOPIC_DELETED: say('message_not_found', 'The topic was deleted'),
	SCHEDULE_DATE_TOO_LATE: say('invalid_parameter', 'Telegram schedules at most a year ahead'),
	SCHEDULE_TOO_MUCH: say('rate_limited', 'A chat holds at most 100 scheduled messages'),
	REACTIONS_TOO_MANY: say('permission_denied', 'Several reactions to one message need Telegram Premium'),
	MESSAGE_POLL_CLOSED: say('permission_denied', 'The poll is closed'),
	REVOTE_NOT_ALLOWED: say('permission_denied', 'A vote in a quiz cannot be changed'),
	OPTION_INVALID: say('invalid_parameter', 'The poll does not take these answers'),
	MSG_VOICE_MISSING: say('invalid_parameter', 'The message is no voice message or video note'),
	TRANSCRIPTION_FAILED: say('upstream_error', 'Telegram could not turn this voice message into text'),
	VOICE_MESSAGES_FORBIDDEN: say('permission_denied', 'This person takes no voice messages'),
	METHOD_INVALID: say('not_supported', 'Telegram does not know this method'),
};

/** 401 ends a session whatever its name; these end it under another number. */
const ENDED = new Set([
	'AUTH_KEY_DUPLICATED',
	'AUTH_KEY_INVALID',
	'USER_DEACTIVATED',
	'USER_DEACTIVATED_BAN',
]);

/** A data centre that is not the account's own does not know (any more) who asks: the session lives on at home. */
export function isUnknownElsewhere(error: unknown): boolean {
	return error instanceof RpcFailure && error.code === 401 && /^(AUTH_KEY|SESSION)_/.test(error.type);
}

/**
 * Telegram has ended the session for good: no retry, no reconnect.
 * @param elsewhere said by a data centre that is not the account's own
 */
export function endsSession(error: unknown, elsewhere: boolean): boolean {
	if (!(error instanceof RpcFailure) || (elsewhere && isUnknownElsewhere(error))) return false;
	return ENDED.has(error.type) || (error.code === 401 && error.type !== 'SESSION_PASSWORD_NEEDED');
}

/** Of a wait whose seconds are not told. */
const UNTOLD_S = 60;

/**
 * Seconds in which no request of this kind is to be made for this account, or null. Other waits are of one chat (slow
 * mode) or of one request (an export of all data, a reset of the password), and hold up nothing else.
 */
export function waitOfFamily(error: unknown): number | null {
	if (!(error instanceof RpcFailure) || !/^FLOOD_(PREMIUM_)?WAIT$/.test(error.type)) return null;
	return error.value ?? UNTOLD_S;
}

/** The server failed, not the request: worth a repeat (core.telegram.org/api/errors: unknown codes count as 500). */
export function isServerFault(error: unknown): boolean {
	// Telegram says 500 also to a random id it has seen: that is an answer.
	if (!(error instanceof RpcFailure) || error.type === 'RANDOM_ID_DUPLICATE') return false;
	return (
		error.code >= 500 ||
		error.code < 0 ||
		/^(RPC_(CALL|MCGET)_FAIL|HISTORY_GET_FAILED|WORKER_BUSY_TOO_LONG_RETRY|PERSISTENT_TIMESTAMP_OUTDATED)$/.test(
			error.type,
		)
	);
}

/** The one place where an answer of Telegram becomes an error of ours. Holds no secret: the request is not in it. */
export function telegramError(error: unknown): ChannelError {
	if (ChannelError.is(error)) return error;
	if (error instanceof OutcomeUnknown) return outcomeUnknown(error);
	if (!(error instanceof RpcFailure)) return unreachable(error);
	const name = error.value === null ? error.type : `${error.type}_${String(error.value)}`;
	const make = (code: ErrorCode, message: string, options: ChannelErrorOptions = {}): ChannelError =>
		new ChannelError(code, message, { channel: 'telegram', providerCode: name, ...options });
	const wait = waitOfFamily(error) ?? (error.code === 420 ? error.value : null);
	if (wait !== null) {
		const slow = error.type === 'SLOWMODE_WAIT';
		return make(
			'flood_wait',
			`${slow ? 'Slow mode of this chat' : 'Telegram'} asks to wait ${String(wait)} s`,
			{
				retry: { afterMs: wait * 1000 },
				hint: slow
					? 'Messages to this group are limited by its administrators; other chats are not held up.'
					: 'Spread the work over time; only this account and this kind of request wait.',
			},
		);
	}
	const meaning = MEANINGS[error.type] ?? family(error.type);
	if (meaning !== null) {
		return make(meaning.code, meaning.message, meaning.hint === undefined ? {} : { hint: meaning.hint });
	}
	if (isServerFault(error))
		return make('upstream_error', `Telegram failed (${name})`, { retry: 'now', hint: 'Try again later.' });
	if (error.code === 401)
		return make('session_ended', `Telegram has ended this session (${name})`, { hint: RELOGIN });
	if (error.code === 403) return make('permission_denied', `Telegram does not permit this (${name})`);
	return make('invalid_parameter', `Telegram refuses the request (${name})`);
}

function family(type: string): Meaning | null {
	if (/^CHAT_SEND_.*_FORBIDDEN$/.test(type))
		return say('permission_denied', `The chat does not take this kind of message (${type})`);
	if (/^(FILE_REFERENCE.*_EXPIRED|FILEREF_UPGRADE_NEEDED)$/.test(type)) {
		return say('media_expired', 'The reference to the file has expired');
	}
	return null;
}

export function unreachable(cause: unknown): ChannelError {
	const reason = cause instanceof Error ? cause.message : String(cause);
	return new ChannelError('unreachable', `Telegram cannot be reached: ${reason}`, {
		channel: 'telegram',
		retry: 'now',
		cause,
		hint: 'Check the network of this machine, the proxy and the endpoint in the credential; a proxy is never left out.',
	});
}

function outcomeUnknown(cause: OutcomeUnknown): ChannelError {
	return new ChannelError(
		'outcome_unknown',
		'The connection to Telegram was lost before the answer came: whether it was done is not known',
		{ channel: 'telegram', cause, hint: 'Look into the chat before you do it again.' },
	);
}

export function sessionEnded(reason: string): ChannelError {
	return new ChannelError('session_ended', reason, { channel: 'telegram', hint: RELOGIN });
}
