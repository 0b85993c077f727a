/**
 * Where Telegram's behaviour is not published, differs between its servers, or would be awkward in a test:
 * one switch each. The defaults are what its documentation and other clients' experience suggest.
 */
export interface Policy {
	/**
	 * When two connections count as "in parallel", which costs the session (AUTH_KEY_DUPLICATED): never; from two
	 * addresses at once; when an older connection writes again after a newer one had begun; or any two at once.
	 * The documentation speaks of requests in parallel over two connections; official clients do open several.
	 */
	duplicateKey: 'off' | 'address' | 'overlap' | 'connection';
	/** Answers larger than this travel gzip-packed. */
	gzipAboveBytes: number;
	/** The server's exponent in key exchanges as 512 hex digits, so that a client's choice makes a known key; '' = random. */
	dhSecret: string;
	/** Check that seqnos grow with message ids (bad_msg_notification 32 and 33). */
	strictSeqno: boolean;
	/** API calls before initConnection are refused. */
	requireInit: boolean;
	/** Simple texts are pushed as updateShortMessage / updateShortChatMessage. */
	shortMessages: boolean;
	/** Messages per updates.differenceSlice. */
	differenceLimit: number;
	/** A common gap of more pts than this is differenceTooLong (documented for pts_total_limit; here also without). */
	differenceTooLong: number;
	/** Largest page of getChannelDifference, whatever the client asks. */
	channelDifferenceLimit: number;
	/** A channel gap of more pts than this is channelDifferenceTooLong. */
	channelDifferenceTooLong: number;
	/** Seconds a client shall wait between two polls of one channel. */
	channelTimeoutS: number;
	/** Pushes and answers a session did not acknowledge are sent again when it comes back on a new connection. */
	redeliverUnacknowledged: boolean;
	/** Pushes kept for a session without connection; more are replaced by updatesTooLong. */
	queuedPushes: number;
	/** How long a session without connection is remembered, milliseconds; then new_session_created again. */
	sessionLifeMs: number;
	/** Number every pushed `updates` (seq); otherwise only those without pts are numbered. */
	numberAllPushes: boolean;
	/** Largest page of a chat's messages, whatever the client asks. */
	messagesPage: number;
	/** The highest layer this server has: a client of a higher one is answered in this. */
	newestLayer: number;
	/** Largest piece of a file in one answer, whatever the client asks. */
	filePieceBytes: number;
	/** Strangers in pushes from channels come as `min`: usable only through the message they were seen in. */
	minUsers: boolean;
	/** Login codes have so many digits. */
	codeDigits: number;
	/** Login code life, milliseconds. */
	codeLifeMs: number;
	/** QR token life, milliseconds. */
	loginTokenLifeMs: number;
	/** Uploaded parts are forgotten after so long, milliseconds. */
	uploadLifeMs: number;
	/** A new session may not end others for so long, milliseconds (FRESH_RESET_AUTHORISATION_FORBIDDEN; documented as 24 h). */
	freshSessionMs: number;
	/** messages.editMessage refuses older ones (documented as 48 h), milliseconds. */
	editLifeMs: number;
}

export function defaultPolicy(): Policy {
	return {
		duplicateKey: 'address',
		gzipAboveBytes: 512,
		dhSecret: '',
		strictSeqno: true,
		requireInit: true,
		shortMessages: true,
		differenceLimit: 100,
		differenceTooLong: 50_000,
		channelDifferenceLimit: 100,
		channelDifferenceTooLong: 5_000,
		channelTimeoutS: 1,
		redeliverUnacknowledged: true,
		queuedPushes: 100,
		sessionLifeMs: 300_000,
		numberAllPushes: false,
		messagesPage: 100,
		newestLayer: 1_000,
		filePieceBytes: 1024 * 1024,
		minUsers: true,
		codeDigits: 5,
		codeLifeMs: 300_000,
		loginTokenLifeMs: 30_000,
		uploadLifeMs: 86_400_000,
		freshSessionMs: 0,
		editLifeMs: 48 * 3_600_000,
	};
}
