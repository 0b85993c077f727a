import type { TlObject, TlValue } from './value';
import { isObject } from './value';

type Rule = (object: Record<string, TlValue>) => Record<string, TlValue>;

function textWithEntities(value: TlValue): TlValue {
	return typeof value === 'string' ? { _: 'textWithEntities', text: value, entities: [] } : value;
}

/** Older layers' sends name the message replied to by a bare number. */
function reply(object: Record<string, TlValue>): Record<string, TlValue> {
	const { reply_to_msg_id, top_msg_id, ...rest } = object;
	if (typeof reply_to_msg_id !== 'number') return object;
	return { ...rest, reply_to: { _: 'inputReplyToMessage', reply_to_msg_id, top_msg_id } };
}

function renamed(name: string): Rule {
	return ({ channel, ...rest }) => ({
		...rest,
		_: name,
		...(channel === undefined ? {} : { peer: asPeer(channel) }),
	});
}

function asPeer(channel: TlValue): TlValue {
	return isObject(channel) && channel._ === 'inputChannel' ? { ...channel, _: 'inputPeerChannel' } : channel;
}

/** What changed its shape since an older layer, brought to the newest one. */
const rules: Readonly<Record<string, Rule>> = {
	'messages.sendMessage': reply,
	'messages.sendMedia': reply,
	'messages.sendMultiMedia': reply,
	'messages.sendInlineBotResult': reply,
	'messages.saveDraft': reply,
	'messages.sendReaction': ({ reaction, ...rest }) => ({
		...rest,
		reaction: typeof reaction === 'string' ? [{ _: 'reactionEmoji', emoticon: reaction }] : (reaction ?? []),
	}),
	'channels.getForumTopics': renamed('messages.getForumTopics'),
	'channels.getForumTopicsByID': renamed('messages.getForumTopicsByID'),
	'channels.createForumTopic': renamed('messages.createForumTopic'),
	'channels.editForumTopic': renamed('messages.editForumTopic'),
	'channels.deleteTopicHistory': renamed('messages.deleteTopicHistory'),
	poll: (object) => ({ ...object, question: textWithEntities(object.question) }),
	dialogFilter: (object) => ({ ...object, title: textWithEntities(object.title) }),
	pollAnswer: (object) => ({ ...object, text: textWithEntities(object.text) }),
};

/** A decoded request as the newest layer would have made it. */
export function upgrade(object: TlObject): TlObject {
	const fields: Record<string, TlValue> = {};
	for (const [name, value] of Object.entries(object)) fields[name] = upgradeValue(value);
	const rule = rules[object._];
	// `_` is among the fields; the index signature forgets it.
	return (rule === undefined ? fields : rule(fields)) as unknown as TlObject;
}

function upgradeValue(value: TlValue): TlValue {
	if (Array.isArray(value)) return (value as readonly TlValue[]).map(upgradeValue);
	return isObject(value) ? upgrade(value) : value;
}
