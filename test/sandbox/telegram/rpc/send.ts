import { demandMaySend } from '../state/chats';
import { Delivery } from '../state/delivery';
import { makeMessage, post } from '../state/messages';
import type { Content } from '../state/messages';
import { bareId, kindOf, tlPeer } from '../state/model';
import type { Copy, Marked, Person, Scheduled } from '../state/model';
import { peersIn, viewMessage } from '../state/views';
import { child, children, flag, int, ints, long, longs, optionalChild, optionalInt, text } from '../tl/value';
import type { TlObject } from '../tl/value';
import type { Call, HandlerTable } from './call';
import { RpcError } from './errors';
import { attach, fetchExternal, getFile, savePart, uploadMedia } from './media';
import type { Attached } from './media';
import { messageOf, peerArg, replyOf } from './peers';

/** Longest text and caption (help.getConfig says the same). */
const maxText = 4096;
const maxCaption = ({ premium }: Person): number => (premium ? 4096 : 1024);
/** scheduleDate for "when online". */
const whenOnline = 0x7ffffffe;

/** Refuses what this person may not write there. */
function demandSend(call: Call, peer: Marked, right: string): void {
	const { world, me } = call;
	if (kindOf(peer) !== 'user') return demandMaySend(world, world.chat(peer), me, right);
	const other = world.person(bareId(peer));
	if (other.blocked.has(me.id)) throw new RpcError(400, 'USER_IS_BLOCKED');
	if (me.blocked.has(other.id)) throw new RpcError(400, 'YOU_BLOCKED_USER');
	if (other.deletedAccount !== 'no') throw new RpcError(400, 'INPUT_USER_DEACTIVATED');
}

/** One random_id sends once per account. */
function demandFresh({ me }: Call, randomId: bigint): void {
	if (randomId === 0n) throw new RpcError(400, 'RANDOM_ID_EMPTY');
	if (me.randomIds.has(randomId)) throw new RpcError(500, 'RANDOM_ID_DUPLICATE');
}

function remember({ me }: Call, randomId: bigint, id: number): void {
	me.randomIds.set(randomId, id);
	const oldest = me.randomIds.keys().next().value;
	if (me.randomIds.size > 20_000 && oldest !== undefined) me.randomIds.delete(oldest);
}

/** Telegram trims texts; entities must lie inside what is left. */
function checkText(given: string, entities: readonly TlObject[], limit: number, tooLong: string): string {
	const trimmed = given.trim();
	if (trimmed.length > limit) throw new RpcError(400, tooLong);
	for (const entity of entities) {
		const [offset, length] = [int(entity, 'offset'), int(entity, 'length')];
		if (offset < 0 || length < 0 || offset + length > given.length)
			throw new RpcError(400, 'ENTITY_BOUNDS_INVALID');
	}
	return trimmed;
}

/** Entities as others see them: InputUser inside a mention becomes a user id. */
function shownEntities(list: readonly TlObject[], me: Person): TlObject[] {
	return list.map((one) => {
		if (one._ !== 'inputMessageEntityMentionName') return one;
		const user = child(one, 'user_id');
		const user_id = user._ === 'inputUserSelf' ? me.id : long(user, 'user_id');
		return { _: 'messageEntityMentionName', offset: one.offset, length: one.length, user_id };
	});
}

/** Links and names a server finds by itself. */
function found(message: string): TlObject[] {
	const kinds: readonly [RegExp, string][] = [
		[/https?:\/\/[^\s<>"]+/g, 'messageEntityUrl'],
		[/(?<![\w/])@\w{4,32}/g, 'messageEntityMention'],
		[/(?<!\w)#[\p{L}\w]+/gu, 'messageEntityHashtag'],
		[/(?<!\S)\/\w+/g, 'messageEntityBotCommand'],
	];
	return kinds.flatMap(([pattern, _]) =>
		[...message.matchAll(pattern)].map((match) => ({ _, offset: match.index, length: match[0].length })),
	);
}

function entitiesOf({ me, args }: Call, message: string, source: TlObject = args): TlObject[] {
	const given = shownEntities(children(source, 'entities'), me);
	const taken = (offset: number): boolean =>
		given.some((one) => offset >= int(one, 'offset') && offset < int(one, 'offset') + int(one, 'length'));
	return [...given, ...found(message).filter((one) => !taken(int(one, 'offset')))];
}

function contentOf(call: Call, peer: Marked, attached: Attached | undefined, captionOnly: boolean): Content {
	const { args } = call;
	const raw = text(args, 'message');
	const limit = captionOnly ? maxCaption(call.me) : maxText;
	const tooLong = captionOnly ? 'MEDIA_CAPTION_TOO_LONG' : 'MESSAGE_TOO_LONG';
	const message = checkText(raw, children(args, 'entities'), limit, tooLong);
	if (attached === undefined && message === '') throw new RpcError(400, 'MESSAGE_EMPTY');
	const { replyTo, topicId } = replyOf(call, peer);
	return {
		text: message,
		entities: entitiesOf(call, message),
		media: attached?.media,
		file: attached?.file,
		poll: attached?.poll,
		replyTo,
		topicId,
		silent: flag(args, 'silent'),
		noforwards: flag(args, 'noforwards'),
		randomId: long(args, 'random_id'),
	};
}

/** A message for later: kept beside the chat under numbers of its own. */
function schedule(call: Call, peer: Marked, content: Content, date: number, delivery: Delivery): TlObject {
	const { world, me } = call;
	if (me.scheduled.size >= 100) throw new RpcError(400, 'SCHEDULE_TOO_MUCH');
	if (date !== whenOnline && date > world.serverSeconds() + 366 * 86_400)
		throw new RpcError(400, 'SCHEDULE_DATE_TOO_LATE');
	const id = me.nextScheduledId++;
	const message = makeMessage(world, me, peer, { ...content, date });
	const asCopy = (): Copy => ({
		id,
		message: scheduled.message,
		peer,
		owner: me.id,
		mediaUnread: false,
		mentionUnread: false,
		reactionsUnread: false,
	});
	const send = (): void => {
		scheduled.cancel();
		me.scheduled.delete(id);
		const now = new Delivery(world);
		const { text: words, entities } = scheduled.message;
		const { randomId: _, ...rest } = content;
		const sent = post(world, me, peer, { ...rest, text: words, entities, fromScheduled: true }, now);
		now.tell(me, {
			_: 'updateDeleteScheduledMessages',
			peer: tlPeer(peer),
			messages: [id],
			sent_messages: [sent.id],
		});
		now.finish();
	};
	const wait = Math.max(0, date - world.serverSeconds()) * 1000;
	const cancel = date === whenOnline || wait > 2_000_000_000 ? () => undefined : world.later(wait, send);
	const view = (): TlObject => ({ ...viewMessage(me, asCopy()), from_scheduled: true });
	const scheduled: Scheduled = { id, peer, date, send, view, cancel, message };
	me.scheduled.set(id, scheduled);
	if (content.randomId !== undefined)
		delivery.answer(me, { _: 'updateMessageID', id, random_id: content.randomId });
	delivery.tell(me, { _: 'updateNewScheduledMessage', message: view() });
	return delivery.finish();
}

function sendOne(call: Call, content: Content): TlObject {
	const { world, me, args, origin } = call;
	const peer = peerArg(call);
	const randomId = content.randomId ?? 0n;
	demandFresh(call, randomId);
	const delivery = new Delivery(world, origin.session);
	const date = optionalInt(args, 'schedule_date');
	if (date !== undefined && date > world.serverSeconds() + 10) {
		remember(call, randomId, 0);
		return schedule(call, peer, content, date, delivery);
	}
	const sendAs = optionalChild(args, 'send_as');
	const copy = post(world, me, peer, { ...content, anonymous: sendAs?._ === 'inputPeerChannel' }, delivery);
	remember(call, randomId, copy.id);
	if (flag(args, 'clear_draft')) {
		const dialog = me.dialogs.get(peer);
		if (dialog !== undefined) dialog.draft = undefined;
	}
	const result = delivery.finish();
	return shortSent(call, copy, result) ?? result;
}

/** A plain text to a user or basic group is answered by updateShortSentMessage. */
function shortSent({ world, me }: Call, copy: Copy, full: TlObject): TlObject | undefined {
	const { message } = copy;
	const plain = message.file === undefined && message.media === undefined && message.poll === undefined;
	if (!world.policy.shortMessages || !plain || kindOf(copy.peer) !== 'user' || message.action !== undefined)
		return undefined;
	const updates = full.updates as readonly TlObject[];
	const own = updates.find((one) => one._ === 'updateNewMessage');
	if (own === undefined || copy.peer === me.id) return undefined;
	const { entities, ttl: ttl_period, date } = message;
	return {
		_: 'updateShortSentMessage',
		out: true,
		id: copy.id,
		pts: own.pts,
		pts_count: own.pts_count,
		date,
		entities: entities.length === 0 ? undefined : entities,
		ttl_period,
	};
}

function sendMultiMedia(call: Call): TlObject {
	const { world, me, args, origin } = call;
	const peer = peerArg(call);
	const items = children(args, 'multi_media');
	if (items.length < 1 || items.length > 10) throw new RpcError(400, 'MULTI_MEDIA_TOO_LONG');
	const { replyTo, topicId } = replyOf(call, peer);
	const groupedId = world.id64();
	const contents = items.map((item): Content => {
		const attached = attach(call, child(item, 'media'));
		if (attached.file === undefined) throw new RpcError(400, 'MEDIA_INVALID');
		demandSend(call, peer, attached.right);
		const randomId = long(item, 'random_id');
		demandFresh(call, randomId);
		const message = checkText(
			text(item, 'message'),
			children(item, 'entities'),
			maxCaption(me),
			'MEDIA_CAPTION_TOO_LONG',
		);
		return {
			text: message,
			entities: entitiesOf(call, message, item),
			file: attached.file,
			media: attached.media,
			groupedId: items.length > 1 ? groupedId : undefined,
			replyTo,
			topicId,
			silent: flag(args, 'silent'),
			noforwards: flag(args, 'noforwards'),
			randomId,
		};
	});
	const kinds = new Set(
		contents.map(({ file }) => albumKind(file?.attributes ?? [], file?.kind === 'photo')),
	);
	if (kinds.size > 1) throw new RpcError(400, 'MEDIA_INVALID');
	const delivery = new Delivery(world, origin.session);
	for (const content of contents) {
		const copy = post(world, me, peer, content, delivery);
		remember(call, content.randomId ?? 0n, copy.id);
	}
	return delivery.finish();
}

/** Photos and videos mix; audio and other documents stay among themselves; the rest travels alone. */
function albumKind(attributes: readonly TlObject[], photo: boolean): string {
	const alone = attributes.some(
		(one) =>
			one._ === 'documentAttributeAnimated' ||
			one._ === 'documentAttributeSticker' ||
			one.voice === true ||
			one.round_message === true,
	);
	if (alone) throw new RpcError(400, 'MEDIA_INVALID');
	if (photo || attributes.some((one) => one._ === 'documentAttributeVideo')) return 'visual';
	return attributes.some((one) => one._ === 'documentAttributeAudio') ? 'audio' : 'document';
}

function forwardHeader(call: Call, copy: Copy): TlObject {
	const { message } = copy;
	if (message.forward !== undefined) return message.forward;
	return {
		_: 'messageFwdHeader',
		from_id: message.author === undefined ? undefined : tlPeer(message.author),
		date: message.date,
		channel_post: message.post ? copy.id : undefined,
		post_author: message.postAuthor,
	};
}

function forwardMessages(call: Call): TlObject {
	const { world, me, args, origin } = call;
	const [from, to] = [peerArg(call, 'from_peer'), peerArg(call, 'to_peer')];
	const ids = ints(args, 'id');
	const randomIds = longs(args, 'random_id');
	if (ids.length === 0 || ids.length > 100) throw new RpcError(400, 'MESSAGE_IDS_EMPTY');
	if (ids.length !== randomIds.length) throw new RpcError(400, 'RANDOM_ID_INVALID');
	const topicId = optionalInt(args, 'top_msg_id');
	const delivery = new Delivery(world, origin.session);
	for (const [index, id] of ids.entries()) {
		const copy = messageOf(call, from, id);
		if (copy === undefined || copy.message.action !== undefined)
			throw new RpcError(400, 'MESSAGE_ID_INVALID');
		const { message } = copy;
		if (message.noforwards) throw new RpcError(400, 'CHAT_FORWARDS_RESTRICTED');
		demandSend(call, to, 'send_plain');
		const randomId = randomIds[index] ?? 0n;
		demandFresh(call, randomId);
		const dropAuthor = flag(args, 'drop_author');
		const dropCaption = flag(args, 'drop_media_captions') && message.file !== undefined;
		const content: Content = {
			text: dropCaption ? '' : message.text,
			entities: dropCaption ? [] : message.entities,
			media: message.media,
			file: message.file,
			poll: message.poll,
			forward: dropAuthor ? undefined : forwardHeader(call, copy),
			silent: flag(args, 'silent'),
			noforwards: flag(args, 'noforwards'),
			topicId,
			randomId,
		};
		message.forwards += 1;
		remember(call, randomId, post(world, me, to, content, delivery).id);
	}
	return delivery.finish();
}

function scheduledOf({ me }: Call, id: number): Scheduled {
	const scheduled = me.scheduled.get(id);
	if (scheduled === undefined) throw new RpcError(400, 'MESSAGE_ID_INVALID');
	return scheduled;
}

function viewScheduled(call: Call, list: readonly Scheduled[]): TlObject {
	const messages = list.map((one) => one.view());
	return { _: 'messages.messages', messages, topics: [], ...peersIn(call.world, call.me, messages) };
}

export const sendHandlers: HandlerTable = {
	'messages.sendMessage': (call) => {
		const peer = peerArg(call);
		demandSend(call, peer, 'send_plain');
		return sendOne(call, contentOf(call, peer, undefined, false));
	},
	'messages.sendMedia': async (call) => {
		const peer = peerArg(call);
		const attached = attach(call, await fetchExternal(call, child(call.args, 'media')));
		demandSend(call, peer, attached.right);
		return sendOne(call, contentOf(call, peer, attached, attached.file !== undefined));
	},
	'messages.sendMultiMedia': sendMultiMedia,
	'messages.uploadMedia': uploadMedia,
	'messages.forwardMessages': forwardMessages,
	'messages.getScheduledHistory': (call) => {
		const peer = peerArg(call);
		return viewScheduled(call, [...call.me.scheduled.values()].filter((one) => one.peer === peer).reverse());
	},
	'messages.getScheduledMessages': (call) =>
		viewScheduled(
			call,
			ints(call.args, 'id').map((id) => scheduledOf(call, id)),
		),
	'messages.sendScheduledMessages': (call) => {
		for (const id of ints(call.args, 'id')) scheduledOf(call, id).send();
		return new Delivery(call.world, call.origin.session).finish();
	},
	'messages.deleteScheduledMessages': (call) => {
		const ids = ints(call.args, 'id');
		const peer = peerArg(call);
		for (const id of ids) {
			scheduledOf(call, id).cancel();
			call.me.scheduled.delete(id);
		}
		const delivery = new Delivery(call.world, call.origin.session);
		delivery.tell(call.me, { _: 'updateDeleteScheduledMessages', peer: tlPeer(peer), messages: ids });
		return delivery.finish();
	},
	'upload.saveFilePart': (call) => savePart(call, false),
	'upload.saveBigFilePart': (call) => savePart(call, true),
	'upload.getFile': getFile,
};

export { checkText, entitiesOf };
