import type { FieldType, Schema } from './schema';
import { isObject } from './value';
import type { TlObject, TlValue } from './value';

/** Rewrites an object for an older layer, by what that layer's schema says of it. */
type Rule = (object: TlObject, schema: Schema) => TlObject;

/** The type a field of a constructor has in this layer; of a vector, that of its items. */
function typeOf(schema: Schema, constructor: string, field: string): FieldType | undefined {
	const type = schema.constructors.get(constructor)?.fields.find(({ name }) => name === field)?.type;
	return type?.kind === 'vector' ? type.item : type;
}

function has(schema: Schema, constructor: string, field: string): boolean {
	return typeOf(schema, constructor, field) !== undefined;
}

/** Fields that hold formatted text now and held a plain one before. */
function plainText(...fields: readonly string[]): Rule {
	return (object, schema) => {
		const plain = fields.filter((field) => typeOf(schema, object._, field)?.kind === 'string');
		const texts = plain.map((field) => {
			const value = object[field];
			return [field, isObject(value) && value._ === 'textWithEntities' ? value.text : value];
		});
		return { ...object, ...(Object.fromEntries(texts) as Record<string, TlValue>) };
	};
}

/** The object itself where the layer has it, else what stood in its place. */
function unlessKnown(older: (object: TlObject) => TlObject): Rule {
	return (object, schema) => (schema.constructors.has(object._) ? object : older(object));
}

function emoticonOf(reaction: TlValue): TlValue {
	return (isObject(reaction) ? reaction.emoticon : reaction) ?? '';
}

const topicColors = 0x6fb9f0;

/** What a newer answer looks like in an older layer; names not listed keep their shape. */
const rules: Readonly<Record<string, Rule>> = {
	reactionCount: (object, schema) => {
		if (!has(schema, object._, 'chosen')) return object;
		const { reaction, chosen_order, ...rest } = object;
		return { ...rest, _: object._, chosen: chosen_order !== undefined, reaction: emoticonOf(reaction) };
	},
	messagePeerReaction: (object, schema) =>
		typeOf(schema, object._, 'reaction')?.kind === 'string'
			? { ...object, reaction: emoticonOf(object.reaction) }
			: object,
	poll: plainText('question'),
	pollAnswer: plainText('text'),
	dialogFilter: plainText('title'),
	pollResults: (object, schema) => {
		if (typeOf(schema, object._, 'recent_voters')?.kind !== 'long') return object;
		if (!Array.isArray(object.recent_voters)) return object;
		const voters = (object.recent_voters as readonly TlObject[]).map((peer) => peer.user_id);
		return { ...object, recent_voters: voters };
	},
	documentAttributeVideo: (object, schema) =>
		typeOf(schema, object._, 'duration')?.kind !== 'int' || typeof object.duration !== 'number'
			? object
			: { ...object, duration: Math.round(object.duration) },
	messageActionTopicCreate: (object) => ({ icon_color: topicColors, ...object }),
	draftMessage: (object, schema) => {
		if (!has(schema, object._, 'reply_to_msg_id')) return object;
		const replyTo = object.reply_to;
		return { ...object, reply_to_msg_id: isObject(replyTo) ? replyTo.reply_to_msg_id : undefined };
	},
	'messages.invitedUsers': unlessKnown((object) => object.updates as TlObject),
	'help.appConfig': unlessKnown((object) => object.config as TlObject),
	'messages.webPagePreview': unlessKnown((object) => object.media as TlObject),
	'channels.sendAsPeers': (object, schema) => {
		const type = typeOf(schema, object._, 'peers');
		if (type?.kind !== 'object' || type.type !== 'Peer') return object;
		return { ...object, peers: (object.peers as readonly TlObject[]).map((one) => one.peer) };
	},
	'messages.chatInviteJoinResultOk': unlessKnown((object) => object.updates as TlObject),
	keyboardInlineButtonRow: unlessKnown((object) => ({ _: 'keyboardButtonRow', buttons: object.buttons })),
	keyboardInlineButton: unlessKnown((object) => olderButton(object)),
	keyboardButton: (object, schema) =>
		isObject(object.type) && !has(schema, object._, 'type') ? olderButton(object) : object,
};

/** Since layer 228 a button's kind is a field; before, each kind was a constructor. */
function olderButton({ text, type }: TlObject): TlObject {
	const kind = isObject(type) ? type : { _: 'none' };
	const { _, ...fields } = kind;
	if (/Callback$/.test(_)) return { ...fields, _: 'keyboardButtonCallback', text };
	if (/Url$/.test(_)) return { ...fields, _: 'keyboardButtonUrl', text };
	return { _: 'keyboardButton', text };
}

/** Results whose type was no object in an older layer. */
export function adaptResult(schema: Schema, method: string, value: TlValue): TlValue {
	const type = schema.methods.get(method)?.result;
	if (!isObject(value)) return value;
	if (method === 'messages.report' && type?.kind === 'Bool') return true;
	return method === 'messages.getDialogFilters' && type?.kind === 'vector' ? value.filters : value;
}

/** Updates an older layer has no word for are not sent to it; a difference leaves them out as well. */
function knownUpdates(object: TlObject, schema: Schema): TlObject {
	const keep = (value: TlValue): TlValue =>
		Array.isArray(value)
			? (value as readonly TlObject[]).filter((update) => schema.constructors.has(update._))
			: value;
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

/** Rewrites one object for an older layer; called for every object on the way down, so each rule sees only itself. */
export function adaptTo(schema: Schema, object: TlObject): TlObject {
	if (containers.has(object._)) return knownUpdates(object, schema);
	if (!schema.constructors.has(object._)) {
		// What Telegram sends to clients that do not know a kind of message.
		if (object._.startsWith('messageAction')) return { _: 'messageActionEmpty' };
		if (object._.startsWith('messageMedia')) return { _: 'messageMediaUnsupported' };
	}
	return rules[object._]?.(object, schema) ?? object;
}
