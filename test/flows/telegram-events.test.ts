import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ChannelEvent, OpenAccount, Reader, WaitRecord } from '../../src/contract';
import { telegramDriver, type TelegramAccount } from '../../src/channels/telegram';
import { readAnswer } from '../../src/n8n/wait/answer';
import { matchReaction } from '../../src/pool/journal/match-wait';
import { systemClock } from '../../src/runtime';
import { API, logIn, MemoryJournal, testServices } from '../channels/telegram/fixture';
import { startTelegramSandbox, type TelegramSandbox } from '../sandbox/telegram';
import { ManualClock, until } from '../support/manual-clock';

let sandbox: TelegramSandbox;
let open: OpenAccount<TelegramAccount>;
let reader: Reader;
const journal = new MemoryJournal();

beforeAll(async () => {
	sandbox = await startTelegramSandbox();
	const boris = sandbox.accounts[1];
	const config = telegramDriver.configure({
		...API,
		session: await logIn(sandbox, boris),
		publicKey: sandbox.dcs[1]?.publicKeyPem ?? '',
	});
	open = await telegramDriver.open(
		config,
		testServices(new ManualClock(systemClock.now())),
		new AbortController().signal,
	);
	reader = open.startReading(journal);
	await reader.live;
});

afterAll(async () => {
	await reader.stop();
	await open.close();
	await sandbox.close();
});

interface Stage {
	control: TelegramSandbox['control'];
	anna: string;
	boris: string;
	/** Anna writes; the number of the message in Boris's box. */
	says(text: string, to?: string): number;
	demo: TelegramSandbox['demo'];
}

function numberOf(messages: readonly { id: number; text: string }[], wanted: string): number {
	return messages.find(({ text }) => text === wanted)?.id ?? 0;
}

/** What happens, and the event it must become: exactly one, of this type and with these members. */
const CASES: Readonly<Record<string, [(stage: Stage) => void, object]>> = {
	'a message': [({ says }) => says('hello'), { event_type: 'message', text: 'hello' }],
	'an answer with a quote': [
		({ control, anna, boris }) => {
			const replyTo = numberOf(control.messages({ owner: anna, peer: boris }), 'Hello Anna');
			control.injectMessage({ from: anna, to: boris, text: 'this', replyTo, quote: 'Hello' });
		},
		{ event_type: 'message', text: 'this', meta: { reply_to: { text: 'Hello' } } },
	],
	'an answer to a post of a channel, given in private': [
		({ control, anna, boris, demo }) => {
			const replyChat = demo.channelId;
			const replyTo = numberOf(control.messages({ owner: anna, peer: replyChat }), 'The first post');
			control.injectMessage({ from: anna, to: boris, text: 'seen?', replyTo, replyChat });
		},
		{
			event_type: 'message',
			external_chat_id: '1000001',
			meta: { reply_to: { id: '2', text: null, chat_id: '-1000002000002' } },
		},
	],
	'an edit': [
		({ control, says, boris, anna }) =>
			control.edit({ owner: boris, peer: anna, id: says('to be edited'), text: 'edited' }),
		{ event_type: 'message_edited', text: 'edited' },
	],
	'a deletion': [
		({ control, says, boris, anna }) =>
			control.remove({ owner: boris, peer: anna, ids: [says('to be deleted')] }),
		{ event_type: 'message_deleted', meta: { chat_type: 'private' } },
	],
	'a deletion in a channel': [
		({ control, says, boris, demo }) =>
			control.remove({ owner: boris, peer: demo.channelId, ids: [says('a post', demo.channelId)] }),
		{ event_type: 'message_deleted', meta: { chat_type: 'channel' } },
	],
	'a reaction': [
		({ control, says, boris, anna }) =>
			control.react({ owner: boris, peer: anna, id: says('nice'), from: anna, emoji: '👍' }),
		{
			event_type: 'reaction',
			external_user_id: '1000001',
			data: { counters: [{ reaction: '👍', count: 1 }], total: 1, your_reaction: null, reaction: '👍' },
		},
	],
	'a reaction beside the own one': [
		({ control, says, boris, anna }) => {
			const id = says('very nice');
			control.react({ owner: boris, peer: anna, id, from: boris, emoji: '🔥' });
		},
		{
			event_type: 'reaction',
			data: { counters: [{ reaction: '🔥', count: 1 }], total: 1, your_reaction: '🔥' },
		},
	],
	'reading by the other side': [
		({ control, anna, boris }) => {
			control.injectMessage({ from: boris, to: anna, text: 'from my phone' });
			control.read({ from: anna, peer: boris });
		},
		{ event_type: 'read', meta: { direction: 'in' }, data: { own: false } },
	],
	'reading on another device': [
		({ control, says, anna, boris }) => {
			says('read me');
			control.read({ from: boris, peer: anna });
		},
		{ event_type: 'read', meta: { direction: 'out', sent_by: 'device' }, data: { own: true } },
	],
	'reading of a topic by the others': [
		({ control, boris, demo }) =>
			control.pushUpdate({
				account: boris,
				update: {
					_: 'updateReadChannelDiscussionOutbox',
					channel_id: { $long: demo.supergroupId.replace('-100', '') },
					top_msg_id: 7,
					read_max_id: 9,
				},
			}),
		{
			event_type: 'read',
			external_chat_id: '-1000002000001',
			meta: { direction: 'in', thread_id: '7' },
			data: { message_id: '9', own: false },
		},
	],
	'reading of a topic on another device': [
		({ control, boris, demo }) =>
			control.pushUpdate({
				account: boris,
				update: {
					_: 'updateReadChannelDiscussionInbox',
					channel_id: { $long: demo.supergroupId.replace('-100', '') },
					top_msg_id: 7,
					read_max_id: 9,
				},
			}),
		{ event_type: 'read', meta: { direction: 'out', thread_id: '7' }, data: { own: true } },
	],
	typing: [
		({ control, anna, boris }) => control.typing({ from: anna, peer: boris }),
		{ event_type: 'typing', data: { activity: 'text' } },
	],
	'typing in a group': [
		({ control, anna, demo }) => control.typing({ from: anna, peer: demo.supergroupId }),
		{ event_type: 'typing', meta: { chat_type: 'supergroup' } },
	],
	presence: [
		({ control, anna, boris }) =>
			control.pushUpdate({
				account: boris,
				update: {
					_: 'updateUserStatus',
					user_id: { $long: anna },
					status: { _: 'userStatusOnline', expires: 1_900_000_000 },
				},
			}),
		{ event_type: 'presence', data: { online: true, presence: 'online', last_seen: null } },
	],
	'a member who joins a supergroup': [
		({ control, demo }) => {
			const { id } = control.createUser({ firstName: 'Dora' });
			control.joinChat({ user: id, peer: demo.supergroupId });
		},
		{
			event_type: 'member_changed',
			meta: { chat_type: 'supergroup', is_service: false },
			data: { what: 'added', user_ids: [expect.any(String)] },
		},
	],
	'a new right of a member': [
		({ control, anna, boris, demo }) =>
			control.pushUpdate({
				account: boris,
				update: {
					_: 'updateChannelParticipant',
					channel_id: { $long: demo.supergroupId.replace('-100', '') },
					date: 1_800_000_000,
					actor_id: { $long: anna },
					user_id: { $long: boris },
					new_participant: { _: 'channelParticipant', user_id: { $long: boris }, date: 1_800_000_000 },
					qts: 0,
				},
			}),
		{
			event_type: 'member_changed',
			timestamp: '2027-01-15T08:00:00.000Z',
			data: { what: 'added', user_ids: ['1000002'], after: 'member', before: null },
		},
	],
	'a pinned message': [
		({ control, boris, demo }) => {
			const { pts } = control.state({ account: boris }).channels.find(({ id }) => id === demo.channelId)!;
			control.pushUpdate({
				account: boris,
				update: {
					_: 'updatePinnedChannelMessages',
					pinned: true,
					channel_id: { $long: demo.channelId.replace('-100', '') },
					messages: [1],
					pts: pts,
					pts_count: 0,
				},
			});
		},
		{ event_type: 'chat_changed', data: { what: 'pinned', message_ids: ['1'] } },
	],
	'a changed channel': [
		({ control, boris, demo }) =>
			control.pushUpdate({
				account: boris,
				update: { _: 'updateChannel', channel_id: { $long: demo.channelId.replace('-100', '') } },
			}),
		{ event_type: 'chat_changed', meta: { chat_type: 'channel' } },
	],
	'a person with a new name': [
		({ control, anna, boris }) =>
			control.pushUpdate({
				account: boris,
				update: {
					_: 'updateUserName',
					user_id: { $long: anna },
					first_name: 'Anne',
					last_name: '',
					usernames: [],
				},
			}),
		{ event_type: 'contact_changed', external_user_id: '1000001', data: { what: 'name' } },
	],
	'a new name of the account itself': [
		({ control, boris }) =>
			control.pushUpdate({
				account: boris,
				update: {
					_: 'updateUserName',
					user_id: { $long: boris },
					first_name: 'Bob',
					last_name: '',
					usernames: [],
				},
			}),
		{ event_type: 'profile_changed' },
	],
	'a call': [
		({ control, anna, boris }) =>
			control.pushUpdate({
				account: boris,
				update: {
					_: 'updatePhoneCall',
					phone_call: {
						_: 'phoneCallRequested',
						id: { $long: '1' },
						access_hash: { $long: '2' },
						date: 1_800_000_000,
						admin_id: { $long: anna },
						participant_id: { $long: boris },
						g_a_hash: { $bytes: 'AAAA' },
						protocol: {
							_: 'phoneCallProtocol',
							min_layer: 65,
							max_layer: 92,
							library_versions: [],
						},
					},
				},
			}),
		{ event_type: 'call', data: { state: 'ringing', call_type: 'audio' } },
	],
	'a login elsewhere': [
		({ control, boris }) =>
			control.pushUpdate({
				account: boris,
				update: {
					_: 'updateNewAuthorization',
					unconfirmed: true,
					hash: { $long: '7' },
					date: 1_800_000_000,
					device: 'A phone',
					location: 'Nowhere',
				},
			}),
		{ event_type: 'account_state', data: { state: 'new_login', device: 'A phone' } },
	],
	'a notice of Telegram, without the code in it': [
		({ control, boris }) =>
			control.pushUpdate({
				account: boris,
				update: {
					_: 'updateServiceNotification',
					popup: true,
					type: 'X',
					message: 'Your code is 12345',
					media: { _: 'messageMediaEmpty' },
					entities: [],
				},
			}),
		{ event_type: 'account_state', data: { state: 'notice', reason: 'Your code is •••••' } },
	],
	'a scheduled message': [
		({ control, anna, boris }) =>
			control.pushUpdate({
				account: boris,
				update: {
					_: 'updateNewScheduledMessage',
					message: {
						_: 'message',
						out: true,
						id: 1,
						peer_id: { _: 'peerUser', user_id: { $long: anna } },
						date: 1_900_000_000,
						message: 'later',
					},
				},
			}),
		{ event_type: 'scheduled', text: 'later', data: { what: 'scheduled' } },
	],
	'a story, which has no event of its own': [
		({ control, anna, boris }) =>
			control.pushUpdate({
				account: boris,
				update: {
					_: 'updateStory',
					peer: { _: 'peerUser', user_id: { $long: anna } },
					story: { _: 'storyItemDeleted', id: 1 },
				},
			}),
		{ event_type: 'unknown', external_chat_id: '1000001', meta: { original_media_type: 'updateStory' } },
	],
};

describe('every event', () => {
	it.each(Object.entries(CASES))('%s', async (_name, [happen, expected]) => {
		const { control, demo } = sandbox;
		const [anna, boris] = sandbox.accounts;
		const before = { stored: journal.events.length, live: journal.liveEvents.length };
		const told = (): ChannelEvent[] => [
			...journal.events.slice(before.stored).map(({ event }) => event),
			...journal.liveEvents.slice(before.live),
		];
		const stage: Stage = {
			control,
			demo,
			anna: anna.id,
			boris: boris.id,
			says(text, to = boris.id) {
				const { ids } = control.injectMessage({ from: anna.id, to, text });
				return ids[boris.id] ?? ids[to] ?? 0;
			},
		};
		happen(stage);
		// What follows tells that all of it has arrived.
		const end = `end ${String(before.stored)}`;
		stage.says(end);
		await until(() => told().some(({ text }) => text === end), 'the end');
		const { event_type: type } = expected as ChannelEvent;
		const found = told().filter((event) => event.event_type === type && event.text !== end);
		expect(found).toMatchObject([expected]);
	});

	it('of a thumb on a question answers it', async () => {
		const [anna, boris] = sandbox.accounts;
		const { ids } = sandbox.control.injectMessage({ from: boris.id, to: anna.id, text: 'May I?' });
		const id = ids[boris.id] ?? 0;
		const before = journal.liveEvents.length;
		sandbox.control.react({ owner: boris.id, peer: anna.id, id, from: anna.id, emoji: '👍' });
		await until(() => journal.liveEvents.length > before, 'the reaction');
		const event = journal.liveEvents.at(-1)!;
		const wait: WaitRecord = {
			id: 'w',
			accountId: event.account.id,
			chatId: anna.id,
			messageId: String(id),
			responders: [anna.id],
			resume: {},
			createdAt: 0,
			expiresAt: Infinity,
		};
		expect(matchReaction({ event }, [wait], new Set(), 1)).toBe(wait);
		const rule = { type: 'approval' as const, approve: ['yes'], decline: ['no'] };
		expect(readAnswer(rule, event)).toEqual({ approved: true, text: '👍' });
	});

	it('is documented by what it looks like: nothing came twice', () => {
		const ids = journal.events.map(({ event }) => event.event_id);
		expect(new Set(ids).size).toBe(ids.length);
		expect(sandbox.control.counts({}).failures).toEqual([]);
	});
});
