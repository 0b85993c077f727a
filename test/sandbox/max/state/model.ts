/** What the server remembers. Ids are `bigint`, times are milliseconds since the epoch. */

/** What one user keeps about another. */
export interface ContactEntry {
	readonly userId: bigint;
	firstName?: string | undefined;
	lastName?: string | undefined;
	/** In the contact list (a blocked stranger is not). */
	listed: boolean;
	blocked: boolean;
	updated: number;
}

export interface Folder {
	id: string;
	title: string;
	include: bigint[];
	favorites: bigint[];
	filters: bigint[];
	options: bigint[];
	updateTime: number;
}

/** A person, bot or service account. */
export interface User {
	readonly id: bigint;
	/** Digits without `+`; absent for bots and service accounts. */
	phone: string | undefined;
	firstName: string;
	lastName: string | undefined;
	description: string | undefined;
	/** Public name without the address. */
	link: string | undefined;
	/** `TT`, `ONEME`, `OFFICIAL`, `BOT`. */
	options: string[];
	photoToken: string | undefined;
	photoId: bigint | undefined;
	country: string;
	registered: number;
	updated: number;
	password: string | undefined;
	hint: string | undefined;
	email: string | undefined;
	/** Error key that every LOGIN and AUTH of this account gets, e.g. `login.blocked`. */
	banned: string | undefined;
	/** `error.user.restricted.send` when opening a new dialog. */
	restricted: boolean;
	contacts: Map<bigint, ContactEntry>;
	/** CONFIG's user keys. */
	settings: Record<string, string | boolean | number>;
	/** CONFIG's chat settings by chat id as the user sees it: muted until (-1 for ever, 0 off). */
	mutedUntil: Map<bigint, number>;
	folders: Map<string, Folder>;
	foldersOrder: string[];
	foldersChanged: number;
	configVersion: number;
	lastSeen: number;
}

/** A login: what a token stands for. A rotated token is a second name of the same session. */
export interface Session {
	readonly tokens: string[];
	readonly userId: bigint;
	readonly transport: 'tcp' | 'websocket';
	readonly deviceId: string;
	readonly deviceType: string;
	/** Shown by SESSIONS_INFO. */
	readonly client: string;
	readonly info: string;
	readonly created: number;
	/** When the newest token was issued. */
	tokenIssued: number;
	/** Give out a new token at the next LOGIN, whatever its age. */
	rotateNext: boolean;
	lastSeen: number;
	/** Error LOGIN gets once the session is over; undefined while it is alive. */
	ended: { readonly key: string; readonly message: string } | undefined;
	/** Times of the LOGINs, newest last. */
	readonly logins: number[];
	/** 128 pushes sent and not acknowledged. */
	unacknowledged: { readonly seq: number; readonly chatKey: string; readonly messageId: bigint }[];
}

export interface Member {
	readonly userId: bigint;
	joined: number;
	invitedBy: bigint | undefined;
	/** Up to when this member has read. */
	readMark: number;
	/** Messages of others after the read mark. */
	unread: number;
	markedUnread: boolean;
	/** Admin rights; undefined: an ordinary member. The owner has all rights whatever stands here. */
	permissions: number | undefined;
	/** History before this is not shown (joined with `showHistory: false`, or cleared). */
	visibleFrom: number;
	/** Left out of the chat list until something happens. */
	hidden: boolean;
}

export interface Chat {
	/** Id on the wire, or `saved:<user id>`: everybody's Saved messages have wire id 0. */
	readonly key: string;
	readonly id: bigint;
	readonly type: 'DIALOG' | 'CHAT' | 'CHANNEL';
	/** Client id of the message that made it; of other chats (choice) the time they were made. */
	cid: bigint;
	title: string | undefined;
	description: string | undefined;
	owner: bigint;
	access: 'PUBLIC' | 'PRIVATE';
	options: Record<string, boolean>;
	/** Hash of the invite link `https://max.ru/join/<hash>`. */
	inviteHash: string;
	/** Name of the public link `https://max.ru/<name>`. */
	publicName: string | undefined;
	/** Joining by link makes a request instead of a member. */
	moderated: boolean;
	photoToken: string | undefined;
	members: Map<bigint, Member>;
	joinRequests: Map<bigint, number>;
	created: number;
	/** Last change of any kind. */
	modified: number;
	messages: Message[];
	readonly byId: Map<bigint, Message>;
	/** Scheduled messages, by author. */
	delayed: Message[];
	pinned: bigint | undefined;
	pinnedVisible: boolean;
	reactions: { active: boolean; allowed: string[] | undefined };
	lastReaction: { messageId: bigint; reaction: string } | undefined;
}

export interface Element {
	readonly type: string;
	readonly from: number;
	readonly length: number;
	readonly entityId?: bigint | undefined;
	readonly attributes?: Record<string, string> | undefined;
}

export interface PollAnswer {
	readonly id: number;
	readonly text: string;
}

/** What somebody chose in a poll, and when (ms). */
export interface PollVote {
	readonly answers: readonly number[];
	readonly time: number;
}

/** Attachments as stored; the views add addresses that expire. */
export type Attach =
	| { readonly kind: 'PHOTO' | 'VIDEO' | 'AUDIO' | 'FILE'; readonly mediaId: bigint }
	| { readonly kind: 'STICKER'; readonly stickerId: bigint }
	| {
			readonly kind: 'CONTACT';
			readonly userId: bigint | undefined;
			readonly name: string;
			readonly phone?: string;
	  }
	| {
			readonly kind: 'LOCATION';
			readonly latitude: number;
			readonly longitude: number;
			readonly zoom?: number;
	  }
	| { readonly kind: 'SHARE'; readonly url: string; readonly title: string; readonly description: string }
	| { readonly kind: 'CALL'; readonly fields: Record<string, string | number | bigint> }
	| {
			readonly kind: 'POLL';
			readonly pollId: bigint;
			readonly title: string;
			readonly answers: readonly PollAnswer[];
			/** 1 anonymous, 2 several answers. */
			readonly settings: number;
			votes: Map<bigint, PollVote>;
	  }
	| {
			readonly kind: 'CONTROL';
			readonly event: string;
			readonly fields: Record<string, string | boolean | bigint | bigint[] | undefined>;
	  }
	| {
			readonly kind: 'INLINE_KEYBOARD';
			readonly callbackId: string;
			readonly buttons: readonly (readonly Button[])[];
	  }
	/** Anything else, sent to clients as it stands. */
	| { readonly kind: 'RAW'; readonly fields: Record<string, unknown> };

export interface Button {
	readonly type: string;
	readonly text: string;
	readonly payload?: string;
	readonly url?: string;
}

export interface Link {
	readonly type: 'REPLY' | 'FORWARD';
	readonly chatKey: string;
	/** The message as it was when it was linked. */
	readonly message: Message;
}

export interface Message {
	readonly id: bigint;
	readonly time: number;
	readonly chatKey: string;
	/** Undefined for channel posts as others see them; we know who wrote. */
	readonly author: bigint;
	readonly type: 'USER' | 'CHANNEL';
	readonly cid: bigint | undefined;
	text: string;
	elements: Element[];
	attaches: Attach[];
	readonly link: Link | undefined;
	edited: number | undefined;
	readonly reactions: Map<bigint, string>;
	/** Users who deleted it for themselves. */
	readonly hiddenFor: Set<bigint>;
	views: number;
	/** Id of the message before it in the chat when it was sent. */
	readonly previous: bigint | undefined;
	delayed: { timeToFire: number; notifySender: boolean; notifyOpponents: boolean } | undefined;
	transcription: string | undefined;
}

export type MediaKind = 'photo' | 'video' | 'note' | 'audio' | 'file';

/** An upload slot and what came into it. */
export interface Media {
	readonly id: bigint;
	readonly kind: MediaKind;
	readonly token: string;
	readonly owner: bigint;
	readonly created: number;
	state: 'slot' | 'processing' | 'ready' | 'failed';
	name: string;
	contentType: string;
	size: number;
	width: number;
	height: number;
	durationMs: number;
	wave: Uint8Array | undefined;
	/** File on this machine that holds the bytes. */
	path: string | undefined;
}

/** A phone code that was asked for. */
export interface SmsCode {
	readonly phone: string;
	readonly code: string;
	readonly expires: number;
	attempts: number;
	/** Undelivered codes (missing fingerprint) exist and are never right. */
	readonly delivered: boolean;
}

export interface Track {
	readonly purpose: 'login-password' | 'settings' | 'restore';
	readonly userId: bigint;
	readonly expires: number;
	checked: boolean;
	password: string | undefined;
	hint: string | undefined;
	email: string | undefined;
	emailCode: string | undefined;
	attempts: number;
}

export interface QrLogin {
	readonly trackId: string;
	readonly link: string;
	readonly expires: number;
	approvedBy: bigint | undefined;
}
