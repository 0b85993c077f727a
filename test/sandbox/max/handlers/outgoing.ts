/** Reads the message a client wants to send: text, formatting, attachments, reply or forward. */
import type { Call } from '../core/call';
import { Fields } from '../fields';
import { badPayload, Refusal } from '../refusal';
import { chatFor } from '../state/chats';
import { findMessage } from '../state/messages';
import type { Attach, Element, Link, Media, Message } from '../state/model';

const elementTypes: ReadonlySet<string> = new Set([
	'STRONG',
	'EMPHASIZED',
	'UNDERLINE',
	'STRIKETHROUGH',
	'MONOSPACED',
	'CODE',
	'LINK',
	'HEADING',
	'QUOTE',
	'USER_MENTION',
	'GROUP_MENTION',
	'ANIMOJI',
]);

export function readText(call: Call, fields: Fields): string {
	const text = fields.maybeString('text') ?? '';
	if (text.length > call.world.policy.maxTextLength) throw badPayload('Text is too long');
	return text;
}

/** Formatting; offsets are UTF-16 code units. choice: ranges outside the text and unknown types are refused. */
export function readElements(fields: Fields, text: string): Element[] {
	if (!fields.has('elements')) return [];
	return fields.objects('elements').map((element) => {
		const type = element.string('type');
		const from = element.maybeNumber('from') ?? 0;
		const length = element.number('length');
		if (!elementTypes.has(type)) throw badPayload(`Unknown element '${type}'`);
		if (from < 0 || length <= 0 || from + length > text.length) throw badPayload('Element outside the text');
		const attributes = element.maybeMap('attributes');
		const url = attributes?.maybeString('url');
		if (type === 'LINK' && url === undefined) throw badPayload('LINK without url');
		return {
			type,
			from,
			length,
			entityId: element.maybeInt('entityId'),
			attributes: url === undefined ? undefined : { url },
		};
	});
}

/** Attachments in their outgoing form; `name` is `attaches` in a send and `attachments` in an edit. */
export function readAttaches(call: Call, fields: Fields, name: 'attaches' | 'attachments'): Attach[] {
	if (!fields.has(name)) return [];
	const attaches = fields.objects(name).map((one) => readAttach(call, one));
	const files = attaches.filter((one) => one.kind === 'FILE').length;
	if (files > 1 || (files === 1 && attaches.length > 1)) {
		throw badPayload('Must be only one file attachment in message');
	}
	return attaches;
}

function readAttach(call: Call, fields: Fields): Attach {
	const type = fields.string('_type');
	switch (type) {
		case 'PHOTO':
			return { kind: 'PHOTO', mediaId: ready(call, 'photo', fields.string('photoToken')).id };
		case 'VIDEO': {
			const note = fields.maybeInt('videoType') === 1n;
			const media = slotMedia(call, fields, 'videoId', ['video', 'note'], note);
			fields.maybeBytes('thumbhash');
			media.durationMs = fields.maybeNumber('duration') ?? media.durationMs;
			return { kind: 'VIDEO', mediaId: media.id };
		}
		case 'AUDIO':
			return readVoice(call, fields);
		case 'FILE':
			// One client names the file by its token alone.
			if (!fields.has('fileId') && fields.has('token'))
				return { kind: 'FILE', mediaId: ready(call, 'file', fields.string('token')).id };
			return { kind: 'FILE', mediaId: usable(call.world.media.get(fields.int('fileId')), ['file']).id };
		case 'STICKER':
			return { kind: 'STICKER', stickerId: fields.int('stickerId') };
		case 'CONTACT':
			return readContact(call, fields);
		case 'LOCATION': {
			const zoom = fields.has('zoom') ? { zoom: fields.decimal('zoom') } : {};
			return {
				kind: 'LOCATION',
				latitude: fields.decimal('latitude'),
				longitude: fields.decimal('longitude'),
				...zoom,
			};
		}
		case 'POLL':
			return readPoll(call, fields);
		case 'CONTROL':
			// `new` makes a chat and is handled before; a client may send no other event but this.
			if (fields.string('event') !== 'botStarted') throw badPayload('Unknown event');
			return {
				kind: 'CONTROL',
				event: 'botStarted',
				fields: { startPayload: fields.maybeString('startPayload') },
			};
		default:
			throw badPayload(`Unknown attach type '${type}'`);
	}
}

function readVoice(call: Call, fields: Fields): Attach {
	const media = slotMedia(call, fields, 'audioId', ['audio'], true);
	const wave = fields.maybeBytes('wave');
	if (wave !== undefined && (wave.length !== 80 || wave.some((value) => value > 127))) {
		throw badPayload('Invalid media wave');
	}
	media.wave = wave ?? media.wave;
	media.durationMs = fields.maybeNumber('duration') ?? media.durationMs;
	return { kind: 'AUDIO', mediaId: media.id };
}

function readContact(call: Call, fields: Fields): Attach {
	const userId = fields.int('contactId');
	const user = call.world.users.get(userId);
	if (user === undefined) throw new Refusal('not.found');
	const name = [user.firstName, user.lastName].filter(Boolean).join(' ');
	return { kind: 'CONTACT', userId, name, ...(user.phone === undefined ? {} : { phone: user.phone }) };
}

function readPoll(call: Call, fields: Fields): Attach {
	const answers = fields
		.objects('answers')
		.map((answer, index) => ({ id: index, text: answer.string('text') }));
	if (answers.length < 2) throw badPayload('A poll needs two answers');
	return {
		kind: 'POLL',
		pollId: call.world.nextId('poll', 7_000_001n),
		title: fields.string('title'),
		answers,
		settings: fields.maybeNumber('settings') ?? 0,
		votes: new Map(),
	};
}

/**
 * choice: media of any account may be sent by its token, as a received one is sent on. A voice message and a video note
 * may be named by one of the two: a mobile client sends the token alone, or the id where it has no token.
 */
function slotMedia(
	{ world }: Call,
	fields: Fields,
	idName: string,
	kinds: readonly Media['kind'][],
	oneWillDo: boolean,
): Media {
	const token = fields.maybeString('token');
	const byToken = oneWillDo && token !== undefined && !fields.has(idName);
	const media = usable(byToken ? world.mediaByToken.get(token) : world.media.get(fields.int(idName)), kinds);
	if (!oneWillDo) fields.require('token');
	if (token !== undefined && media.token !== token) throw badPayload(`Invalid token of ${idName}`);
	return media;
}

function ready(call: Call, kind: Media['kind'], token: string): Media {
	return usable(call.world.mediaByToken.get(token), [kind]);
}

function usable(media: Media | undefined, kinds: readonly Media['kind'][]): Media {
	// choice: an id nobody was given is a payload error, a slot without its bytes is "not ready".
	if (media === undefined || !kinds.includes(media.kind)) throw badPayload('Unknown attachment');
	if (media.state === 'failed') throw new Refusal('errors.process.attachment.video.not.processed');
	if (media.state !== 'ready') throw new Refusal('attachment.not.ready');
	return media;
}

/** A reply quotes a message of the same chat, a forward one of any chat the sender sees. */
export function readLink(call: Call, fields: Fields, chatKey: string): Link | undefined {
	const link = fields.maybeMap('link');
	if (link === undefined) return undefined;
	const type = link.string('type');
	if (type === 'REPLY') {
		const messageId = link.messageId('messageId');
		const chat = call.world.chats.get(chatKey);
		if (chat === undefined) throw new Refusal('not.found');
		return { type, chatKey, message: frozen(findMessage(chat, call.me, messageId)) };
	}
	if (type !== 'FORWARD') throw badPayload(`Unknown link type '${type}'`);
	const source = chatFor(call.world, call.me, link.int('chatId'));
	const original = findMessage(source, call.me, forwardedId(link));
	// A forward of a forward names the first source.
	if (original.link?.type === 'FORWARD') return original.link;
	return { type, chatKey: source.key, message: frozen(original) };
}

/**
 * A mobile client of 2026 forwards by an id in text over TCP, too. Ids in text are known to be refused elsewhere, so this
 * one place takes them there.
 */
function forwardedId(link: Fields): bigint {
	const either = link.lenient || link.dialect === 'binary';
	return new Fields(link.map, link.dialect, either, 'message.link.').messageId('messageId');
}

/** The linked message as it is now; later edits do not show through. */
function frozen(message: Message): Message {
	return { ...message, elements: [...message.elements], attaches: [...message.attaches] };
}

/** When a scheduled message shall fire. */
export function readDelayed(message: Fields): Message['delayed'] {
	const attributes = message.maybeMap('delayedAttributes');
	if (attributes === undefined) return undefined;
	return {
		timeToFire: attributes.number('timeToFire'),
		notifySender: attributes.maybeBoolean('notifySender') ?? true,
		notifyOpponents: attributes.maybeBoolean('notifyOpponents') ?? true,
	};
}
