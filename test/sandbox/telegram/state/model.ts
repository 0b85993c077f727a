import type { PasswordRecord, SrpChallenge } from '../crypto/srp';
import type { TlObject } from '../tl/value';
import type { StoredFile } from './files';

/**
 * A peer in one number, as the Bot API marks it: user n, basic group -n, channel -(10^12 + n).
 * Decimal text of it is what the control plane speaks.
 */
export type Marked = bigint;

const channelBase = 1_000_000_000_000n;

export const marked = {
	user: (id: bigint): Marked => id,
	group: (id: bigint): Marked => -id,
	channel: (id: bigint): Marked => -(channelBase + id),
};

export function kindOf(peer: Marked): 'user' | 'group' | 'channel' {
	if (peer > 0n) return 'user';
	return peer < -channelBase ? 'channel' : 'group';
}

/** The id as TL spells it, without mark. */
export function bareId(peer: Marked): bigint {
	if (peer > 0n) return peer;
	return peer < -channelBase ? -peer - channelBase : -peer;
}

export function tlPeer(peer: Marked): TlObject {
	const id = bareId(peer);
	if (peer > 0n) return { _: 'peerUser', user_id: id };
	return peer < -channelBase ? { _: 'peerChannel', channel_id: id } : { _: 'peerChat', chat_id: id };
}

/** One thing that happened in a box: what an update said, and what a difference says later. */
export interface BoxEvent {
	/** The box's pts after it. */
	readonly pts: number;
	readonly count: number;
	readonly at: number;
	/** The update as `viewer` sees it now; undefined when nothing is left to tell (a message deleted since). */
	readonly render: (viewer: Person) => TlObject | undefined;
	/** For a new message: goes into `new_messages` of a difference instead of `other_updates`. */
	readonly fresh: Copy | undefined;
}

/** A numbered sequence of messages and events: an account's own, or a channel's. */
export class Box {
	pts = 1;
	nextId = 1;
	readonly messages = new Map<number, Copy>();
	events: BoxEvent[] = [];

	take(): number {
		return this.nextId++;
	}

	/** Appends an event and returns its pts. */
	advance(
		count: number,
		at: number,
		render: (viewer: Person, pts: number) => TlObject | undefined,
		fresh?: Copy,
	): BoxEvent {
		this.pts += count;
		const { pts } = this;
		const event = { pts, count, at, render: (viewer: Person) => render(viewer, pts), fresh };
		this.events.push(event);
		return event;
	}

	/** Events after `pts`, or undefined when they are no longer kept. */
	since(pts: number): readonly BoxEvent[] | undefined {
		if (pts >= this.pts) return [];
		const start = this.events.findIndex((event) => event.pts > pts);
		const first = this.events[start];
		if (first === undefined || first.pts - first.count > pts) return undefined;
		return this.events.slice(start);
	}
}

export interface ReplyTo {
	readonly message: Message | undefined;
	readonly topId: number | undefined;
	readonly quote:
		{ readonly text: string; readonly entities: readonly TlObject[]; readonly offset: number } | undefined;
}

export interface Poll {
	readonly id: bigint;
	/** Canonical `poll` object; `closed` is taken from below. */
	readonly poll: TlObject;
	closed: boolean;
	readonly correct: readonly Buffer[];
	readonly solution: string | undefined;
	readonly votes: Map<bigint, readonly Buffer[]>;
}

/** What a message is, shared by everybody who has it. */
export interface Message {
	/** Who it is from; absent for an unsigned channel post. */
	author: Marked | undefined;
	/** The chat as such: for a private chat the recipient as the author sees it. */
	readonly chat: Marked;
	readonly date: number;
	text: string;
	entities: readonly TlObject[];
	media: TlObject | undefined;
	/** Documents and photos are rendered at each view, since their file references change. */
	file: StoredFile | undefined;
	poll: Poll | undefined;
	/** A service message. */
	readonly action: TlObject | undefined;
	readonly replyTo: ReplyTo | undefined;
	readonly forward: TlObject | undefined;
	readonly groupedId: bigint | undefined;
	replyMarkup: TlObject | undefined;
	readonly silent: boolean;
	readonly noforwards: boolean;
	readonly post: boolean;
	readonly postAuthor: string | undefined;
	readonly viaBot: bigint | undefined;
	readonly topicId: number | undefined;
	readonly ttl: number | undefined;
	readonly fromScheduled: boolean;
	readonly mentions: ReadonlySet<bigint>;
	readonly reactions: Map<bigint, { readonly list: readonly TlObject[]; readonly date: number }>;
	editDate: number | undefined;
	editHide: boolean;
	views: number;
	forwards: number;
	pinned: boolean;
	transcription: string | undefined;
	/** By owner: user id for private chats and basic groups, marked id for a channel. */
	readonly copies: Map<Marked, Copy>;
}

/** A message as it lies in one box, under that box's number. */
export interface Copy {
	readonly id: number;
	readonly message: Message;
	/** The chat as the box's owner sees it. */
	readonly peer: Marked;
	/** User id of the owner, or the channel. */
	readonly owner: Marked;
	/** Voice and round messages until they are played. */
	mediaUnread: boolean;
	mentionUnread: boolean;
	reactionsUnread: boolean;
}

/** One row of an account's chat list. */
export interface Dialog {
	readonly peer: Marked;
	topMessage: number;
	readInbox: number;
	readOutbox: number;
	unread: number;
	unreadMark: boolean;
	pinned: boolean;
	folderId: number;
	draft: TlObject | undefined;
	notify: { muteUntil: number; silent: boolean; previews: boolean };
	ttl: number | undefined;
	hidden: boolean;
}

export interface ContactEntry {
	firstName: string;
	lastName: string;
}

export interface Scheduled {
	readonly id: number;
	readonly peer: Marked;
	readonly date: number;
	readonly send: () => void;
	readonly view: () => TlObject;
	readonly cancel: () => void;
	message: Message;
}

/** A person (or bot): with a phone number it can log in. */
export interface Person {
	readonly id: bigint;
	phone: string | undefined;
	firstName: string;
	lastName: string;
	username: string | undefined;
	about: string;
	readonly bot: boolean;
	readonly homeDc: number;
	password: PasswordRecord | undefined;
	/** Where login codes go: '' = to the app; null = an address must be set up first. */
	loginEmail: string | null;
	challenge: SrpChallenge | undefined;
	photos: StoredFile[];
	/** Unix seconds; undefined: recently. */
	lastOnline: number | undefined;
	online: boolean;
	readonly box: Box;
	qts: number;
	readonly secretEvents: { readonly qts: number; readonly message: TlObject }[];
	/** Updates without pts, by time: a difference repeats those after its date. */
	timeline: { readonly at: number; readonly update: TlObject }[];
	readonly dialogs: Map<Marked, Dialog>;
	readonly contacts: Map<bigint, ContactEntry>;
	readonly blocked: Set<bigint>;
	readonly scheduled: Map<number, Scheduled>;
	nextScheduledId: number;
	/** Only mutual contacts may add this person to groups. */
	privateInvites: boolean;
	/** random_id → what was sent, so that a repeat is refused. */
	readonly randomIds: Map<bigint, number>;
	authorizationTtlDays: number;
	deletedAccount: 'no' | 'deactivated' | 'banned';
	/** A bot's answer to a pressed button; absent: it never answers. */
	buttonAnswer: TlObject | undefined;
	premium: boolean;
}

export interface Member {
	readonly id: bigint;
	inviter: bigint;
	date: number;
	admin: TlObject | undefined;
	promotedBy: bigint | undefined;
	rank: string | undefined;
	banned: TlObject | undefined;
	bannedBy: bigint | undefined;
	/** Left or was removed; kept for bans. */
	gone: boolean;
}

export interface Invite {
	readonly hash: string;
	readonly admin: bigint;
	readonly date: number;
	title: string | undefined;
	expires: number | undefined;
	limit: number | undefined;
	requestNeeded: boolean;
	revoked: boolean;
	permanent: boolean;
	readonly used: Map<bigint, number>;
}

export interface Topic {
	readonly id: number;
	title: string;
	readonly iconColor: number;
	iconEmojiId: bigint | undefined;
	closed: boolean;
	hidden: boolean;
	pinned: boolean;
	readonly creator: bigint;
	readonly date: number;
	readonly read: Map<bigint, number>;
}

interface CommonChat {
	readonly id: bigint;
	readonly key: Marked;
	title: string;
	about: string;
	readonly creator: bigint;
	readonly date: number;
	readonly members: Map<bigint, Member>;
	readonly invites: Map<string, Invite>;
	/** User id → time of the request. */
	readonly requests: Map<bigint, { readonly date: number; readonly invite: string }>;
	photo: StoredFile | undefined;
	defaultBanned: TlObject;
	noforwards: boolean;
	ttl: number | undefined;
}

export interface Group extends CommonChat {
	readonly kind: 'group';
	version: number;
	migratedTo: Channel | undefined;
	deactivated: boolean;
}

export interface Channel extends CommonChat {
	readonly kind: 'channel';
	readonly megagroup: boolean;
	forum: boolean;
	username: string | undefined;
	signatures: boolean;
	slowmodeSeconds: number;
	readonly lastSent: Map<bigint, number>;
	readonly box: Box;
	readonly topics: Map<number, Topic>;
	migratedFrom: Group | undefined;
	/** false: a large channel whose members are not told until they ask (getChannelDifference). */
	pushes: boolean;
	linked: Channel | undefined;
	readonly adminLog: TlObject[];
	readonly randomIds: Map<string, number>;
}

export type Chat = Group | Channel;
