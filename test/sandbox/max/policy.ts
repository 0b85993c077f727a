import type { Compression } from './codec/compress';
import { binaryVersion } from './codec/frame';
import type { ExtensionUse } from './codec/msgpack';

/**
 * What the service does where versions, dates or sources differ. The defaults are the service of autumn
 * 2026 as public clients saw it; `choice:` marks what no source tells and we decided.
 */
export interface Policy {
	/** Compression of binary replies and pushes. */
	compression: Compression;
	/** Which integers leave in msgpack extension 1. Captured on the web client; mobile captures show plain ones. */
	extension: ExtensionUse;
	/**
	 * Where clients disagree on a word (RESEND and RESEND_CODE, REGISTER and REGISTRATION, UPDATE and RENAME): the one more of
	 * them send, or the other. RESEND_CODE is taken with the common ones too.
	 */
	spelling: 'common' | 'rare';
	/** SESSION_INIT's reply asks for an update (`app-update-type` 1). */
	forcedUpdate: boolean;
	/**
	 * Values of `ver` taken in a binary frame. Every source says 10; one public client for TCP sends 11, as on the JSON
	 * WebSocket.
	 */
	binaryVersions: number[];
	/** Refuse a WebSocket upgrade without `Origin: https://web.max.ru` (403). */
	requireOrigin: boolean;
	/** Device types accepted by SESSION_INIT per transport. choice: the refusal is `client.unsupported-version`. */
	webSocketDevices: string[];
	tcpDevices: string[];
	/**
	 * SESSION_INIT below this answers `client.unsupported-version`. Empty: any. choice: the number, older than every
	 * public client of the JSON WebSocket, which send versions from 25.6 on.
	 */
	minAppVersion: string;
	/** GET_QR below this answers `qr_login.disabled`, as two public clients tell of January 2026. Empty: any. */
	minQrAppVersion: string;
	/** AUTH_REQUEST by a WEB device: refuse (choice: `FAIL_FORBIDDEN`), ask for a captcha, or allow as before 2025-12. */
	webPhoneLogin: 'refuse' | 'captcha' | 'allow';
	/**
	 * Fingerprint in AUTH_REQUEST of ANDROID: none needed; 96 bytes must be there; or they must be right for
	 * `fingerprintDigests`. Without it the reply is OK and no code is ever delivered.
	 */
	fingerprint: 'none' | 'present' | 'exact';
	/** Three hex SHA-256 digests standing for the app build's constants, used by `exact` (either known order). */
	fingerprintDigests: string[];
	/** AUTH on an account with a live session and no password: `error.profile.active.session.no2fa`. */
	activeSessionNeedsPassword: boolean;
	codeTtlMs: number;
	codeRequests: number;
	/** The request number `n` within `codeWindowMs` that gets `error.limit.violate`. */
	codeBurst: number;
	codeWindowMs: number;
	codeAttempts: number;
	/** How a wrong 2FA password is told: inside an OK reply (cmd 1) or as an error (cmd 3). */
	passwordErrorAs: 'reply' | 'error';
	qrTtlMs: number;
	qrPollingMs: number;
	/** A token obtained over TCP is refused on WebSocket and the reverse. */
	tokenBoundToTransport: boolean;
	/** Refuse a token from another `deviceId`. Not proven for the real service, therefore off. */
	tokenBoundToDevice: boolean;
	/** LOGIN with a token older than this gets a new one; 0: never. */
	rotateTokenAfterMs: number;
	/** The token before the rotation dies. The live service kept it alive. */
	rotationKillsOld: boolean;
	/** LOGIN replies always carry `token`, or only when it changed. */
	loginToken: 'always' | 'when-changed';
	/** LOGINs of one token within `loginWindowMs` before `loginFloodAction`; 0: no limit. choice: the window. */
	loginLimit: number;
	loginWindowMs: number;
	/** `refuse`: `login.flood`; `invalidate`: the token is dead (one report of 30–50 logins). */
	loginFloodAction: 'refuse' | 'invalidate';
	/** LOGIN leaves profile, contacts and config to opcode 8 and says so in `login2Flags` (mobile only). */
	login2: boolean;
	/** A `null` among LOGIN's contacts, as seen live. */
	nullInContacts: boolean;
	/** Messages per chat in LOGIN's `messages`. choice: 1. */
	loginMessages: number;
	/** Most messages in one page of CHAT_HISTORY in each direction, however many are asked for. choice: 500, more is refused. */
	historyMax: number;
	/** Most entries in one page of members, people and search results, however many are asked for. choice: 500. */
	listMax: number;
	/** `chatsSync` also returns chats whose last change is an edit, a deletion or a title. choice: yes. */
	syncByModified: boolean;
	/** Chats of equal `lastEventTime` never straddle two pages of CHATS_LIST. choice: kept together. */
	chatListTies: 'together' | 'split';
	/** CHAT_HISTORY with `backward: 0` gives the boundary message again, as backward paging does. choice: yes. */
	forwardInclusive: boolean;
	/** History carries `reactionInfo`; a live check in September 2026 saw none, another client models it. */
	reactionsInHistory: boolean;
	/**
	 * Voices and round videos reach web sessions as UNSUPPORTED, everything else as it is: so did they with old versions of
	 * the web (two clients).
	 */
	unsupportedOnWeb: boolean;
	/** Pushes 155 and 156; one report says they did not come. */
	reactionPushes: boolean;
	/**
	 * A mobile device gets the chat (135) with `lastReaction` and `lastReactedMessageId` at each reaction of somebody else.
	 * choice: the reaction is a plain text; when exactly the push comes no source tells.
	 */
	reactionInChat: boolean;
	/** Voters of a poll: with the time of each vote, as the official app reads them, or as bare ids. */
	pollVotes: 'with-time' | 'ids';
	/** How a deletion is pushed: 142 to mobile and 128 REMOVED to web, or one of them to all. */
	deletePush: 'by-device' | '142' | '128';
	/** Own reads reach the account's other sessions as 130. Likely, unproven. */
	ownReadPush: boolean;
	/** Unit of `presence.seen` in push 132; replies use seconds always. */
	presencePushUnit: 's' | 'ms';
	/** Unacknowledged 128 pushes come again after the next LOGIN of the same token. */
	redeliverUnacknowledged: boolean;
	/** After a `proto.payload` on TCP, after every error, or never. */
	closeTcpAfter: 'payload' | 'every-error' | 'never';
	/** On WebSocket: after wrong types (seen live), after every error, or never. */
	closeWebSocketAfter: 'wrong-type' | 'every-error' | 'never';
	/** A push-only opcode sent as a request closes the connection after `proto.opcode`. */
	closeAfterPushOnly: boolean;
	/**
	 * Opcode 128 sent as a request is taken for an acknowledgement. A client of January 2026 did so on the live
	 * service for months; other sources say push-only numbers are refused.
	 */
	acknowledgeByRequest: boolean;
	/**
	 * Message ids as strings on binary transports and as integers in JSON are understood. The live service drops
	 * the connection for it; some older clients still have this mistake in single functions.
	 */
	lenientMessageIds: boolean;
	/** No inbound byte for so long ends the connection; 0: never. Sources say 30 s to 5 min. */
	idleTimeoutMs: number;
	/** The server pings each connection so often; 0: never. */
	serverPingMs: number;
	/** From the last uploaded byte to push 136 and a usable attachment. */
	processingMs: number;
	/** 136 before the HTTP reply of the upload (a race clients must survive), else after. Only with processingMs and readyPushMs 0. */
	readyBeforeUploadReply: boolean;
	/**
	 * From the usable attachment to push 136. The attachment was accepted before its push live; some public clients
	 * begin to wait for the push only after the HTTP reply, and for ever.
	 */
	readyPushMs: number;
	photoUrlTtlMs: number;
	downloadUrlTtlMs: number;
	uploadUrlTtlMs: number;
	/** Status of an expired download URL. */
	expiredStatus: 401 | 410;
	maxTextLength: number;
	editWindowMs: number;
	/** What MSG_EDIT without `attachments` does to media. choice: they stay; no source tells. */
	editWithoutAttachments: 'keep' | 'remove' | 'refuse';
}

export function defaultPolicy(): Policy {
	return {
		compression: 'auto',
		extension: 'never',
		spelling: 'common',
		forcedUpdate: false,
		binaryVersions: [binaryVersion],
		requireOrigin: true,
		webSocketDevices: ['WEB'],
		tcpDevices: ['ANDROID', 'IOS', 'DESKTOP'],
		minAppVersion: '25.5',
		minQrAppVersion: '25.12.13',
		webPhoneLogin: 'refuse',
		fingerprint: 'present',
		fingerprintDigests: ['11', '22', '33'].map((pair) => pair.repeat(32)),
		activeSessionNeedsPassword: true,
		codeTtlMs: 300_000,
		codeRequests: 10,
		codeBurst: 4,
		codeWindowMs: 10_000,
		codeAttempts: 5,
		passwordErrorAs: 'reply',
		qrTtlMs: 120_000,
		qrPollingMs: 5_000,
		tokenBoundToTransport: true,
		tokenBoundToDevice: false,
		rotateTokenAfterMs: 7 * 86_400_000,
		rotationKillsOld: false,
		loginToken: 'always',
		loginLimit: 30,
		loginWindowMs: 600_000,
		loginFloodAction: 'refuse',
		login2: false,
		nullInContacts: false,
		loginMessages: 1,
		historyMax: 500,
		listMax: 500,
		syncByModified: true,
		chatListTies: 'together',
		forwardInclusive: true,
		reactionsInHistory: false,
		unsupportedOnWeb: false,
		reactionPushes: true,
		reactionInChat: true,
		pollVotes: 'with-time',
		deletePush: 'by-device',
		ownReadPush: true,
		presencePushUnit: 's',
		redeliverUnacknowledged: false,
		closeTcpAfter: 'payload',
		closeWebSocketAfter: 'wrong-type',
		closeAfterPushOnly: true,
		acknowledgeByRequest: true,
		lenientMessageIds: false,
		idleTimeoutMs: 300_000,
		serverPingMs: 0,
		processingMs: 0,
		readyBeforeUploadReply: true,
		readyPushMs: 0,
		photoUrlTtlMs: 86_400_000,
		downloadUrlTtlMs: 3_600_000,
		uploadUrlTtlMs: 3_600_000,
		expiredStatus: 410,
		maxTextLength: 4000,
		editWindowMs: 604_800_000,
		editWithoutAttachments: 'keep',
	};
}
