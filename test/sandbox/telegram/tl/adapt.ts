import { isObject } from './value';
import type { TlObject, TlValue } from './value';

type Rule = (object: TlObject, layer: number) => TlObject;

function plainText(value: TlValue): TlValue {
	return isObject(value) && value._ === 'textWithEntities' ? value.text : value;
}

const topicColors = 0x6fb9f0;

/** What a newer answer looks like in an older layer; names not listed keep their shape. */
const rules: Readonly<Record<string, Rule>> = {
	reactionCount: (object, layer) => {
		if (layer >= 198) return object;
		const { reaction, chosen_order, ...rest } = object;
		const emoticon = isObject(reaction) ? reaction.emoticon : reaction;
		return { ...rest, _: object._, chosen: chosen_order !== undefined, reaction: emoticon ?? '' };
	},
	messagePeerReaction: (object, layer) => {
		if (layer >= 198 || !isObject(object.reaction)) return object;
		return { ...object, reaction: object.reaction.emoticon ?? '' };
	},
	poll: (object, layer) => (layer >= 198 ? object : { ...object, question: plainText(object.question) }),
	pollAnswer: (object, layer) => (layer >= 198 ? object : { ...object, text: plainText(object.text) }),
	dialogFilter: (object, layer) => (layer >= 198 ? object : { ...object, title: plainText(object.title) }),
	pollResults: (object, layer) => {
		if (layer >= 198 || !Array.isArray(object.recent_voters)) return object;
		const voters = (object.recent_voters as readonly TlObject[]).map((peer) => peer.user_id);
		return { ...object, recent_voters: voters };
	},
	documentAttributeVideo: (object, layer) =>
		layer >= 198 || typeof object.duration !== 'number'
			? object
			: { ...object, duration: Math.round(object.duration) },
	messageActionTopicCreate: (object) => ({ icon_color: topicColors, ...object }),
	draftMessage: (object, layer) => {
		if (layer >= 198) return object;
		const replyTo = object.reply_to;
		return { ...object, reply_to_msg_id: isObject(replyTo) ? replyTo.reply_to_msg_id : undefined };
	},
	'messages.invitedUsers': (object, layer) => (layer >= 198 ? object : (object.updates as TlObject)),
	'help.appConfig': (object, layer) => (layer >= 198 ? object : (object.config as TlObject)),
	'messages.webPagePreview': (object, layer) => (layer >= 198 ? object : (object.media as TlObject)),
	'channels.sendAsPeers': (object, layer) =>
		layer >= 198
			? object
			: { ...object, peers: (object.peers as readonly TlObject[]).map((one) => one.peer) },
	'messages.chatInviteJoinResultOk': (object) => object.updates as TlObject,
	keyboardInlineButtonRow: (object) => ({ _: 'keyboardButtonRow', buttons: object.buttons }),
	keyboardInlineButton: (object) => olderButton(object),
	keyboardButton: (object) => (isObject(object.type) ? olderButton(object) : object),
	updateChannelUserTyping: (object) => object,
};

/** Since layer 2xx a button's kind is a field; before, each kind was a constructor. */
function olderButton({ text, type }: TlObject): TlObject {
	const kind = isObject(type) ? type : { _: 'none' };
	const { _, ...fields } = kind;
	if (/Callback$/.test(_)) return { ...fields, _: 'keyboardButtonCallback', text };
	if (/Url$/.test(_)) return { ...fields, _: 'keyboardButtonUrl', text };
	return { _: 'keyboardButton', text };
}

/** Results whose type was no object in an older layer. */
export function adaptResult(layer: number, method: string, value: TlValue): TlValue {
	if (layer >= 198 || !isObject(value)) return value;
	if (method === 'messages.report') return true;
	return method === 'messages.getDialogFilters' ? value.filters : value;
}

/** Updates an older layer has no word for are not sent to it; a difference leaves them out as well. */
function knownUpdates(object: TlObject, knows: (name: string) => boolean): TlObject {
	const keep = (value: TlValue): TlValue =>
		Array.isArray(value) ? (value as readonly TlObject[]).filter((update) => knows(update._)) : value;
	if (object.updates !== undefined) return { ...object, updates: keep(object.updates) };
	return { ...object, other_updates: keep(object.other_updates) };
}

const containers = new Set([
	'updates',
	'updatesCombined',
	'updates.difference',
	'updates.differenceSlice',
	'updates.channelDifference',
]);

/** Rewrites one object for `layer`; called for every object on the way down, so each rule sees only itself. */
export function adaptTo(layer: number, object: TlObject, knows: (name: string) => boolean): TlObject {
	if (containers.has(object._)) return knownUpdates(object, knows);
	if (!knows(object._)) {
		// What Telegram sends to clients that do not know a kind of message.
		if (object._.startsWith('messageAction')) return { _: 'messageActionEmpty' };
		if (object._.startsWith('messageMedia')) return { _: 'messageMediaUnsupported' };
	}
	return rules[object._]?.(object, layer) ?? object;
}
