/** How the state looks to one viewer on one connection. */
import type { Connection } from '../core/connection';
import type { World } from '../core/world';
import { MessageId } from '../codec/wire';
import type { Outgoing } from '../codec/wire';
import { toOutgoing } from '../core/mutate';
import { mediaUrl } from '../media/urls';
import { lastEventTime, lastVisible } from './chats';
import type { Attach, Chat, Element, Media, Message, PollVote, User } from './model';

type View = { readonly [key: string]: Outgoing };

export function viewUser(conn: Connection, viewer: User, user: User): View {
	const entry = viewer.contacts.get(user.id);
	const hidden = user.settings['PHONE_NUMBER_PRIVACY'] === 'NOBODY';
	const phone =
		user.phone !== undefined && (user.id === viewer.id || !hidden) ? Number(user.phone) : undefined;
	const own = names(user.firstName, user.lastName, 'ONEME');
	const custom = entry?.firstName === undefined ? [] : [names(entry.firstName, entry.lastName, 'CUSTOM')];
	return {
		id: user.id,
		names: [own, ...custom],
		phone,
		options: user.options,
		accountStatus: 0,
		status: entry?.blocked === true ? 'BLOCKED' : undefined,
		...viewAvatar(conn, user.photoToken),
		description: user.description,
		link: user.link === undefined ? undefined : `https://max.ru/${user.link}`,
		country: user.country,
		gender: 1,
		registrationTime: user.registered,
		updateTime: user.updated,
	};
}

function names(firstName: string, lastName: string | undefined, type: string): View {
	return { name: [firstName, lastName].filter(Boolean).join(' '), firstName, lastName, type };
}

function viewAvatar(conn: Connection, token: string | undefined): View {
	const media = token === undefined ? undefined : conn.world.mediaByToken.get(token);
	if (media === undefined) return {};
	const url = mediaUrl(conn, media);
	return { photoId: media.id, baseUrl: url, baseRawUrl: url };
}

/** `{contact, profileOptions}`; options: 2 password set, 3 has e-mail, 4 has hint. */
export function viewProfile(conn: Connection, user: User): View {
	const options = [
		...(user.password === undefined ? [] : [2]),
		...(user.email === undefined ? [] : [3]),
		...(user.hint === undefined ? [] : [4]),
	];
	return { contact: viewUser(conn, user, user), profileOptions: options };
}

/** Last seen in seconds; `on` while a connection of the user says that a person is looking. */
export function viewPresence(world: World, user: User): View {
	const online = world.connectionsOf(user.id).some((conn) => conn.interactive);
	const seen = Math.floor((online ? world.now() : user.lastSeen) / 1000);
	return online && user.settings['HIDDEN'] !== true ? { seen, on: 'ON' } : { seen };
}

/** Wire id of a chat: 0 for Saved messages. */
export function viewChat(conn: Connection, viewer: User, chat: Chat): View {
	const member = chat.members.get(viewer.id);
	const last = lastVisible(chat, viewer.id);
	const admins = [...chat.members.values()].filter(
		(one) => one.userId === chat.owner || one.permissions !== undefined,
	);
	const pinned = chat.pinned === undefined ? undefined : chat.byId.get(chat.pinned);
	// In channels only a few entries of the members travel.
	const shown =
		chat.type === 'CHANNEL'
			? [...chat.members.values()].filter((one) => one.userId === viewer.id || one.userId === chat.owner)
			: [...chat.members.values()];
	const group = chat.type !== 'DIALOG';
	const avatar = viewAvatar(conn, chat.photoToken);
	return {
		id: chat.id,
		cid: chat.cid,
		type: chat.type,
		status: member === undefined && group ? 'LEFT' : 'ACTIVE',
		access: group ? chat.access : undefined,
		title: chat.title,
		description: chat.description,
		owner: chat.owner,
		participants: new Map(shown.map((one) => [one.userId, one.readMark])),
		participantsCount: group ? chat.members.size : 0,
		admins: group ? admins.map((one) => one.userId) : undefined,
		adminParticipants: group
			? new Map(admins.map((one) => [one.userId, { id: one.userId, permissions: one.permissions ?? 255 }]))
			: undefined,
		options: group ? chat.options : undefined,
		link: group ? chatLink(chat) : undefined,
		baseIconUrl: avatar['baseUrl'],
		baseRawIconUrl: avatar['baseRawUrl'],
		lastMessage: last === undefined ? undefined : viewMessage(conn, viewer, chat, last),
		lastEventTime: lastEventTime(chat, viewer.id),
		prevMessageId: last?.previous === undefined ? undefined : new MessageId(last.previous),
		lastDelayedUpdateTime: 0,
		lastFireDelayedErrorTime: 0,
		newMessages: member === undefined ? 0 : member.unread,
		messagesCount: chat.messages.length,
		pinnedMessage: pinned === undefined ? undefined : viewMessage(conn, viewer, chat, pinned),
		created: chat.created,
		joinTime: member?.joined,
		modified: chat.modified,
		invitedBy: member?.invitedBy,
		hasBots: [...chat.members.keys()].some(
			(id) => conn.world.users.get(id)?.options.includes('BOT') ?? false,
		),
		restrictions: 0,
		...(conn.mobile && conn.world.policy.reactionInChat && chat.lastReaction !== undefined
			? {
					lastReaction: chat.lastReaction.reaction,
					lastReactedMessageId: new MessageId(chat.lastReaction.messageId),
				}
			: {}),
	};
}

export function chatLink(chat: Chat): string {
	return chat.access === 'PUBLIC' && chat.publicName !== undefined
		? `https://max.ru/${chat.publicName}`
		: `https://max.ru/join/${chat.inviteHash}`;
}

export interface MessageViewOptions {
	readonly status?: 'EDITED' | 'REMOVED';
	readonly reactions?: boolean;
	/** Nested messages of links are not nested again. */
	readonly nested?: boolean;
}

export function viewMessage(
	conn: Connection,
	viewer: User,
	chat: Chat,
	message: Message,
	options: MessageViewOptions = {},
): View {
	const status = options.status ?? (message.edited === undefined ? undefined : 'EDITED');
	return {
		id: new MessageId(message.id),
		time: message.time,
		updateTime: message.edited,
		type: message.type,
		status,
		// A channel post has no sender.
		sender: message.type === 'CHANNEL' ? undefined : message.author,
		cid: message.cid,
		text: message.text,
		elements: message.elements.length === 0 ? undefined : message.elements.map(viewElement),
		attaches: message.attaches.map((attach) => viewAttach(conn, viewer, attach)),
		link: options.nested === true ? undefined : viewLink(conn, viewer, message),
		reactionInfo: options.reactions === true ? viewReactions(message, viewer.id) : undefined,
		stats: message.type === 'CHANNEL' ? { views: message.views } : undefined,
		delayedAttributes: message.delayed === undefined ? undefined : { ...message.delayed },
	};
}

function viewElement(element: Element): View {
	return {
		type: element.type,
		// Left out when 0, as the service does.
		from: element.from === 0 ? undefined : element.from,
		length: element.length,
		entityId: element.entityId,
		attributes: element.attributes,
	};
}

function viewLink(conn: Connection, viewer: User, message: Message): View | undefined {
	const { link } = message;
	const chat = link === undefined ? undefined : conn.world.chats.get(link.chatKey);
	if (link === undefined || chat === undefined) return undefined;
	const nested = viewMessage(conn, viewer, chat, link.message, { nested: true });
	if (link.type === 'REPLY') return { type: 'REPLY', chatId: chat.id, message: nested };
	return {
		type: 'FORWARD',
		chatId: chat.id,
		chatName: chat.title,
		chatLink: chat.access === 'PUBLIC' ? chatLink(chat) : undefined,
		chatAccessType: chat.access,
		message: nested,
	};
}

/** `{counters, totalCount, yourReaction?}`, or undefined when nobody reacted. */
export function viewReactions(message: Message, viewerId?: bigint): View | undefined {
	if (message.reactions.size === 0) return undefined;
	const counts = new Map<string, number>();
	for (const reaction of message.reactions.values()) counts.set(reaction, (counts.get(reaction) ?? 0) + 1);
	const counters = [...counts].map(([reaction, count]) => ({ count, reaction }));
	counters.sort((a, b) => b.count - a.count);
	const yourReaction = viewerId === undefined ? undefined : message.reactions.get(viewerId);
	return { counters, yourReaction, totalCount: message.reactions.size };
}

function viewAttach(conn: Connection, viewer: User, attach: Attach): View {
	const { world } = conn;
	switch (attach.kind) {
		case 'PHOTO':
		case 'VIDEO':
		case 'AUDIO':
		case 'FILE': {
			const media = world.media.get(attach.mediaId);
			if (media === undefined) return { _type: 'UNSUPPORTED' };
			const substituted = world.policy.unsupportedOnWeb && !conn.mobile && /^(audio|note)$/.test(media.kind);
			return { _type: substituted ? 'UNSUPPORTED' : attach.kind, ...viewMedia(conn, media) };
		}
		case 'STICKER':
			return {
				_type: 'STICKER',
				stickerId: attach.stickerId,
				setId: 1,
				url: `https://i.oneme.ru/sticker/${attach.stickerId}`,
				lottieUrl: `https://i.oneme.ru/sticker/${attach.stickerId}.json`,
				stickerType: 'STATIC',
				authorType: 'SYSTEM',
				tags: [],
				time: 0,
				audio: false,
				width: 128,
				height: 128,
			};
		case 'CONTACT': {
			const user = attach.userId === undefined ? undefined : world.users.get(attach.userId);
			return {
				_type: 'CONTACT',
				contactId: attach.userId,
				firstName: user?.firstName,
				lastName: user?.lastName,
				name: attach.name,
				phone: attach.phone,
			};
		}
		case 'LOCATION':
			return {
				_type: 'LOCATION',
				latitude: toOutgoing(attach.latitude),
				longitude: toOutgoing(attach.longitude),
				zoom: toOutgoing(attach.zoom),
			};
		case 'SHARE':
			return { _type: 'SHARE', url: attach.url, title: attach.title, description: attach.description };
		case 'CALL':
			return { _type: 'CALL', ...attach.fields };
		case 'POLL':
			return {
				_type: 'POLL',
				pollId: attach.pollId,
				version: 1,
				title: attach.title,
				answers: attach.answers.map(({ id, text }) => ({ answerId: id, text })),
				settings: attach.settings,
				state: viewPoll(world, attach, viewer.id),
			};
		case 'CONTROL':
			return { _type: 'CONTROL', event: attach.event, ...attach.fields };
		case 'INLINE_KEYBOARD':
			return {
				_type: 'INLINE_KEYBOARD',
				callbackId: attach.callbackId,
				keyboard: { buttons: attach.buttons.map((row) => row.map((button) => ({ ...button }))) },
			};
		case 'RAW':
			return toOutgoing(attach.fields) as View;
	}
}

/** The state of a poll: totals per answer; names of voters unless the poll is anonymous. */
export function viewPoll(world: World, poll: Extract<Attach, { kind: 'POLL' }>, viewerId: bigint): View {
	const total = poll.votes.size;
	const viewVote = ([userId, { time }]: [bigint, PollVote]): Outgoing =>
		world.policy.pollVotes === 'ids' ? userId : { userId, timestamp: time };
	const result = poll.answers.map(({ id }) => {
		const voters = [...poll.votes].filter(([, { answers }]) => answers.includes(id));
		return {
			answerId: id,
			voteCount: voters.length,
			rate: total === 0 ? 0 : Math.round((100 * voters.length) / total),
			options: voters.some(([userId]) => userId === viewerId) ? 1 : 0,
			// An anonymous poll names nobody.
			votes: (poll.settings & 1) === 0 ? voters.map(viewVote) : [],
		};
	});
	const preview = (poll.settings & 1) === 0 ? [...poll.votes.keys()].slice(0, 3) : [];
	return { total, result, voterPreviewIds: preview };
}

function viewMedia(conn: Connection, media: Media): View {
	const { id, token, width, height } = media;
	switch (media.kind) {
		case 'photo':
			return {
				photoId: id,
				baseUrl: mediaUrl(conn, media),
				photoToken: token,
				width,
				height,
				previewData: tinyPreview,
			};
		case 'video':
		case 'note':
			return {
				videoId: id,
				token,
				width,
				height,
				duration: media.durationMs,
				videoType: media.kind === 'note' ? 1 : 0,
				thumbnail: '',
				previewData: tinyPreview,
			};
		case 'audio':
			return {
				audioId: id,
				url: mediaUrl(conn, media),
				token,
				duration: media.durationMs,
				wave: media.wave,
				// choice: one of the words a public client knows; nothing here reads it.
				transcriptionStatus: 'UNKNOWN',
			};
		case 'file':
			return { fileId: id, name: media.name, size: media.size, token };
	}
}

/** A GIF of one pixel stands for the small image that travels inside messages. */
const tinyPreview = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');
