import { expect, it, onTestFinished } from 'vitest';
import type { JsonObject } from '../../src/contract';
import { run } from '../channels/max/support/run';
import { ANNA, BORIS, DIALOG, openReading, Scene } from '../channels/max/support/scene';
import { startBench } from '../channels/telegram/fixture';

/** One idea has one name: what operations of the same name give has the same fields in MAX and Telegram. */

interface Messenger {
	call(name: string, input: JsonObject): Promise<JsonObject>;
	/** a dialog, a person, a group of this account with that person in it */
	chat: string;
	person: string;
	group: string;
	/** the person writes; the message's id */
	hear(chat: string): string;
}

async function openMax(): Promise<Messenger> {
	const scene = await Scene.start();
	onTestFinished(() => scene.close());
	const { open } = await openReading(scene);
	return {
		call: async (name, input) => first((await run(open, name, input)).items),
		chat: DIALOG,
		person: BORIS,
		group: scene.control.createGroup({ owner: ANNA, title: 'Team', members: [BORIS] }).chatId,
		hear: (chatId) => scene.control.injectMessage({ from: BORIS, chatId, text: 'hello' }).messageId,
	};
}

async function openTelegram(): Promise<Messenger> {
	const bench = await startBench();
	const open = await bench.open();
	const { anna, owner } = bench;
	const { control } = bench.sandbox;
	const team = { owner: owner.id, kind: 'supergroup' as const, title: 'Team', members: [anna.id] };
	return {
		call: async (name, input) => first((await bench.call(open, name, input)).items),
		chat: anna.id,
		person: anna.id,
		group: control.createChat(team).id,
		hear: (chat) => {
			const to = chat === anna.id ? owner.id : chat;
			const { ids } = control.injectMessage({ from: anna.id, to, text: 'hello' });
			return String(ids[owner.id] ?? ids[to]);
		},
	};
}

function first(items: readonly JsonObject[]): JsonObject {
	return items[0] ?? {};
}

async function sent({ call, chat }: Messenger): Promise<string> {
	const { message_id: id } = await call('message.send', { chatId: chat, text: 'a text' });
	return id as string;
}

const PERSON = 'channel client_name client_phone external_user_id is_bot username';
const CHAT =
	'channel chat_title chat_type client_name client_phone external_chat_id external_user_id is_muted unread_count';

/** What an operation is asked, and the fields that both must give; each may have more of its own. */
const CASES: Record<string, [(it: Messenger) => Promise<JsonObject>, string]> = {
	'a sent message': [
		({ call, chat }) => call('message.send', { chatId: chat, text: 'a text' }),
		'account channel chat_id date duplicate message_id peer_resolved',
	],
	'an edit': [
		async (it) => it.call('message.edit', { chatId: it.chat, messageId: await sent(it), text: 'other' }),
		'account changed channel chat_id date edited message_id',
	],
	'a reaction': [
		({ call, chat, hear }) => call('message.react', { chatId: chat, messageId: hear(chat), emoji: '👍' }),
		'chat_id message_id reacted',
	],
	'who reacted': [
		async ({ call, chat, hear }) => {
			const messageId = hear(chat);
			await call('message.react', { chatId: chat, messageId, emoji: '👍' });
			return call('message.getReactions', { chatId: chat, messageIds: [messageId] });
		},
		'counters external_chat_id message_id total your_reaction',
	],
	'a pinned message': [
		({ call, group, hear }) => call('message.pin', { chatId: group, messageId: hear(group) }),
		'chat_id message_id pinned',
	],
	'an activity': [
		({ call, chat }) => call('message.sendTyping', { chatId: chat }),
		'activity external_chat_id shown',
	],
	'a read chat': [
		({ call, chat, hear }) => {
			hear(chat);
			return call('chat.markRead', { chatId: chat });
		},
		'external_chat_id marked_read',
	],
	'a muted chat': [
		({ call, chat }) => call('chat.mute', { chatId: chat, until: 1_900_000_000 }),
		'external_chat_id is_muted muted_until',
	],
	'a chat': [({ call, chat }) => call('chat.get', { chatId: chat }), CHAT],
	'a chat of the list': [({ call }) => call('chat.getMany', {}), `${CHAT} last_message`],
	'a group': [
		({ call, group }) => call('chat.get', { chatId: group }),
		`${CHAT} description members_count pinned_message_id`,
	],
	'a member': [({ call, group }) => call('chat.getMembers', { chatId: group }), `${PERSON} external_chat_id`],
	'a contact': [({ call }) => call('contact.getMany', {}), PERSON],
	'a blocked person': [
		({ call, person }) => call('contact.block', { userId: person }),
		`${PERSON} is_blocked`,
	],
	'the own profile': [({ call }) => call('profile.get', {}), 'id name phone_hash phone_masked username'],
	'a session': [({ call }) => call('account.getSessions', {}), 'app device is_current last_active'],
	'a poll': [
		async ({ call, group }) => {
			const poll = { chatId: group, question: 'Which?', answers: ['One', 'Two'] };
			const { message_id: messageId } = await call('message.sendPoll', poll);
			return call('message.getPoll', { chatId: group, messageId: messageId ?? null });
		},
		'answers channel external_chat_id message_id poll_id question total_voters',
	],
};

/** Words that were in use for what has another name now. */
const RETIRED = ['phone', 'unread', 'members', 'blocked', 'users', 'total_votes', 'current'];

it.each([
	['MAX', openMax],
	['Telegram', openTelegram],
])('%s tells everything in the common words', async (_name, open) => {
	const messenger = await open();
	for (const [what, [ask, fields]] of Object.entries(CASES)) {
		const given = Object.keys(await ask(messenger));
		const missing = fields.split(' ').filter((field) => !given.includes(field));
		expect({ what, missing, retired: given.filter((field) => RETIRED.includes(field)) }).toEqual({
			what,
			missing: [],
			retired: [],
		});
	}
});
