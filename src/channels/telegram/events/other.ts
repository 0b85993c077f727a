import type { ChannelEvent, EventType, JsonObject } from '../../../contract';
import { markId, markPeer } from '../peers/marked-id';
import { child, flag, int, ints, long, text, type TlObject } from '../tl';
import type { Applied } from '../updates/types';
import { activityOf } from './activity';
import { iso, plainEvent, type Doer, type Owner } from './base';
import { makeMask } from './mask';
import { membershipData } from './membership';
import { messageEvent } from './normalise';
import { callData } from './notice';
import { presenceOf } from './presence';
import { newestReactor, reactionData } from './reaction';

/** Where an update is, who did it, what there is to tell beside its `raw`. */
interface Told {
	type: EventType;
	chat: string;
	data?: JsonObject;
	doer?: Doer;
}

type Reading = (update: TlObject, owner: Owner) => Told | null;

const user = (update: TlObject): string => long(update, 'user_id') ?? '';
const group = (update: TlObject): string => markId('chat', long(update, 'chat_id') ?? '0');
const channel = (update: TlObject): string => markId('channel', long(update, 'channel_id') ?? '0');
const peer = (update: TlObject): string => markPeer(child(update, 'peer')) ?? '';
const nameOf = (update: TlObject, field: string): string => child(update, field)?._ ?? '';

const typing =
	(where: (update: TlObject) => string): Reading =>
	(update) => ({
		type: 'typing',
		chat: where(update),
		data: { activity: activityOf(nameOf(update, 'action')) },
	});
const read =
	(where: (update: TlObject) => string, own: boolean): Reading =>
	(update) => ({
		type: 'read',
		chat: where(update),
		doer: { own },
		data: {
			message_id: String(int(update, 'max_id') ?? int(update, 'read_max_id') ?? 0),
			up_to: null,
			marked_unread: false,
			own,
		},
	});
const pinned =
	(where: (update: TlObject) => string): Reading =>
	(update) => ({
		type: 'chat_changed',
		chat: where(update),
		data: {
			what: flag(update, 'pinned') ? 'pinned' : 'unpinned',
			message_ids: ints(update, 'messages').map(String),
		},
	});
const member =
	(where: (update: TlObject) => string): Reading =>
	(update) => ({
		type: 'member_changed',
		chat: where(update),
		data: membershipData(update),
	});
const PERSON_CHANGES: Readonly<Record<string, string>> = { updateUserName: 'name', updateUserPhone: 'phone' };
/** A person changed; if it is the account itself, that is its profile. */
const person: Reading = (update, owner) => ({
	type: user(update) === owner.userId ? 'profile_changed' : 'contact_changed',
	chat: user(update),
	data: { what: PERSON_CHANGES[update._] ?? 'changed' },
});

/** Of a call in private (core.telegram.org/type/PhoneCall); what is not named here is a call that goes on. */
const CALL_STATES: Readonly<Record<string, string>> = {
	phoneCallRequested: 'ringing',
	phoneCallWaiting: 'ringing',
	phoneCallAccepted: 'accepted',
	phoneCallDiscarded: 'ended',
};

/** Updates that are no messages (core.telegram.org/constructors: those of type `Update`). */
const READINGS: Readonly<Record<string, Reading>> = {
	updateMessageReactions: (update) => {
		const reactions = child(update, 'reactions');
		const newest = newestReactor(reactions);
		return {
			type: 'reaction',
			chat: peer(update),
			...(newest === null ? {} : { doer: { user: newest.userId } }),
			data: {
				...reactionData(String(int(update, 'msg_id') ?? 0), reactions),
				...(newest === null ? {} : { reaction: newest.reaction }),
			},
		};
	},
	updateReadHistoryInbox: read(peer, true),
	updateReadHistoryOutbox: read(peer, false),
	updateReadChannelInbox: read(channel, true),
	updateReadChannelOutbox: read(channel, false),
	updateReadChannelDiscussionInbox: read(channel, true),
	updateReadChannelDiscussionOutbox: read(channel, false),
	updateUserTyping: typing(user),
	updateChatUserTyping: typing(group),
	updateChannelUserTyping: typing(channel),
	updateUserStatus: (update) => ({
		type: 'presence',
		chat: user(update),
		data: { ...presenceOf(child(update, 'status')) },
	}),
	updateChannel: (update) => ({ type: 'chat_changed', chat: channel(update), data: { what: 'changed' } }),
	updateChat: (update) => ({ type: 'chat_changed', chat: group(update), data: { what: 'changed' } }),
	updateChatDefaultBannedRights: (update) => ({
		type: 'chat_changed',
		chat: peer(update),
		data: { what: 'permissions' },
	}),
	updatePinnedMessages: pinned(peer),
	updatePinnedChannelMessages: pinned(channel),
	updateChatParticipantAdd: member(group),
	updateChatParticipantDelete: member(group),
	updateChatParticipantAdmin: member(group),
	updateChatParticipant: member(group),
	updateChannelParticipant: member(channel),
	updateUserName: person,
	updateUserPhone: person,
	updateUser: person,
	updatePhoneCall: (update) => {
		const call = child(update, 'phone_call') ?? update;
		return {
			type: 'call',
			chat: long(call, 'admin_id') ?? '',
			data: { state: CALL_STATES[call._] ?? 'going_on', ...callData(call) },
		};
	},
	updateNewAuthorization: (update) => ({
		type: 'account_state',
		chat: '',
		data: { state: 'new_login', device: text(update, 'device'), location: text(update, 'location') },
	}),
	updateServiceNotification: (update, owner) => ({
		type: 'account_state',
		chat: '',
		// Telegram's own words; a login code may be in them.
		data: { state: 'notice', reason: makeMask(owner.phone, true).text(text(update, 'message')) },
	}),
	updateDeleteScheduledMessages: (update) => ({
		type: 'scheduled',
		chat: peer(update),
		data: { what: 'deleted', message_ids: ints(update, 'messages').map(String) },
	}),
};

/** Of no interest to a workflow: what other devices of the account show, and what only moves numbers. */
const SILENT =
	/^update(Config|DcOptions|LangPack|LangPackTooLong|PtsChanged|ChannelTooLong|MessageID|DraftMessage|NotifySettings|PeerSettings|DialogPinned|PinnedDialogs|DialogFilter.*|DialogUnreadMark|FolderPeers|ReadMessagesContents|ChannelReadMessagesContents|ReadFeaturedStickers|.*StickerSets.*|NewStickerSet|RecentStickers|FavedStickers|SavedGifs|RecentReactions|SavedReactionTags|WebPage|ChannelWebPage|ChannelMessageViews|ChannelMessageForwards|AttachMenuBots|LoginToken|ContactsReset|PeerLocated|Theme|PrivacyRules?|EncryptedChatTyping|EncryptedMessagesRead|Encryption|NewEncryptedMessage|GroupCallParticipants|TranscribedAudio|ReadStories|StoriesStealthMode|SentStoryReaction|StoryID|ChatParticipants)$/;

/** What an applied item tells beside new and edited messages; none for what nobody listens to. */
export function otherEvents(applied: Applied, owner: Owner, now: number): ChannelEvent[] {
	if (applied.kind === 'gap') return [gapEvent(applied, owner)];
	const { update } = applied;
	if (update._ === 'updateDeleteMessages' || update._ === 'updateDeleteChannelMessages')
		return deletions(update, owner, now);
	if (update._ === 'updateNewScheduledMessage') return scheduled(update, owner);
	const reading = READINGS[update._];
	if (reading === undefined && SILENT.test(update._)) return [];
	const told = reading?.(update, owner) ?? { type: 'unknown' as const, chat: placeOf(update) };
	// The time Telegram gives, where it does: told again by a recovery it is the same event.
	const date = int(update, 'date');
	const event = plainEvent(
		told.type,
		told.chat,
		update,
		owner,
		date === null ? now : date * 1000,
		told.data ?? {},
		told.doer,
	);
	return [event];
}

/** The chat of an update whose kind is not known here. */
function placeOf(update: TlObject): string {
	if (long(update, 'channel_id') !== null) return channel(update);
	return markPeer(child(update, 'peer')) ?? user(update);
}

function deletions(update: TlObject, owner: Owner, now: number): ChannelEvent[] {
	const inChannel = long(update, 'channel_id') === null ? null : channel(update);
	return ints(update, 'messages').map((id) => {
		const chat = inChannel ?? owner.messageChats.chatOf(id) ?? '';
		const event = plainEvent('message_deleted', chat, update, owner, now, {});
		// Outside of channels ids are unique in the account, and the chat is not always known.
		return {
			...event,
			event_id: `${owner.accountId}:${inChannel ?? 'chats'}:${String(id)}:deleted`,
			meta: { ...event.meta, external_message_id: String(id) },
		};
	});
}

/** Scheduled messages have numbers of their own until they are sent. */
function scheduled(update: TlObject, owner: Owner): ChannelEvent[] {
	const message = child(update, 'message');
	if (message === null) return [];
	const event = messageEvent(message, false, false, owner);
	const place = `${owner.accountId}:${event.external_chat_id}`;
	return [
		{
			...event,
			event_id: `${place}:scheduled:${event.meta.external_message_id ?? ''}:${String(int(message, 'date') ?? 0)}`,
			event_type: 'scheduled',
			data: { what: 'scheduled' },
		},
	];
}

const SENTENCES = {
	catch_up_limit: 'Older than Catch Up at Most reaches; not read.',
	not_readable: 'Messages were missed and cannot be read any more.',
} as const;

function gapEvent(gap: Extract<Applied, { kind: 'gap' }>, owner: Owner): ChannelEvent {
	const chat = gap.chat ?? '';
	const update: TlObject = { _: 'gap', from: gap.from, to: gap.to };
	const event = plainEvent('gap', chat, update, owner, gap.to * 1000, {
		from: iso(gap.from),
		to: iso(gap.to),
		reason: gap.reason,
	});
	return {
		...event,
		event_id: `${owner.accountId}:gap:${gap.reason}:${chat}:${String(gap.from)}-${String(gap.to)}`,
		text: SENTENCES[gap.reason],
	};
}
