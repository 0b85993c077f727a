import { describe, expect, it } from 'vitest';
import type { OpenAccount } from '../../../src/contract';
import type { TelegramAccount } from '../../../src/channels/telegram';
import { until } from '../../support/manual-clock';
import { MemoryJournal, startBench, testIntent, testServices, type Bench } from './fixture';

/** The library itself pauses for seconds between its attempts to reconnect; the test's own time-out ends the wait. */
const MANY = Infinity;

async function reading(bench: Bench, journal: MemoryJournal, open?: OpenAccount<TelegramAccount>) {
	const account = open ?? (await bench.open());
	const reader = account.startReading(journal);
	await reader.live;
	return { account, reader };
}

const says = (bench: Bench, text: string, to = bench.owner.id) =>
	bench.sandbox.control.injectMessage({ from: bench.anna.id, to, text });

const argsOf = (bench: Bench, method: string) => bench.sandbox.control.requests({ method }).at(-1)?.args;

/** Numbers in the names are those of our list of the library's known defects. */
describe('an open account', () => {
	it('knows who it is and leaves no connection behind', async () => {
		const bench = await startBench();
		const account = await bench.open();
		expect(account.accountId).toBe(`telegram:${bench.owner.id}`);
		expect(account.profile).toMatchObject({ name: 'Boris', username: 'boris_sandbox' });
		await account.close();
		await until(
			() => bench.sandbox.control.connections({ account: bench.owner.id, open: true }).length === 0,
			'closed sockets',
		);
		expect(bench.clock.pending).toBe(0);
	});

	it('writes nothing once it is no longer the owner', async () => {
		const bench = await startBench();
		const account = await bench.open();
		const before = bench.sandbox.control.requests({ account: bench.owner.id }).length;
		bench.services.owner = false;
		const sending = bench.call(account, 'message.send', { chatId: bench.anna.id, text: 'too late' });
		sending.catch(() => undefined);
		await until(
			() => bench.sandbox.control.connections({ account: bench.owner.id, open: true }).length === 0,
			'the fence',
		);
		expect(bench.sandbox.control.requests({ account: bench.owner.id })).toHaveLength(before);
	});
});

describe('reading', () => {
	it('journals what arrives, what is edited and what is deleted', async () => {
		const bench = await startBench();
		const journal = new MemoryJournal();
		await reading(bench, journal);
		const message = says(bench, 'one');
		says(bench, 'two');
		await until(() => journal.texts().length === 2, 'two messages');
		expect(journal.texts()).toEqual(['one', 'two']);
		const [first] = journal.events;
		expect(first?.event).toMatchObject({
			channel: 'telegram',
			external_chat_id: bench.anna.id,
			external_user_id: bench.anna.id,
			client_name: 'Anna Lee',
			meta: { direction: 'in', sent_by: 'client', chat_type: 'private' },
		});
		const id = message.ids[bench.anna.id] ?? 0;
		bench.sandbox.control.edit({ owner: bench.anna.id, peer: bench.owner.id, id, text: 'one, corrected' });
		await until(() => journal.texts('message_edited').length === 1, 'the edit');
		expect(journal.texts('message_edited')).toEqual(['one, corrected']);
		bench.sandbox.control.remove({ owner: bench.anna.id, peer: bench.owner.id, ids: [id] });
		await until(
			() => journal.events.some(({ event }) => event.event_type === 'message_deleted'),
			'the deletion',
		);
		const deleted = journal.events.find(({ event }) => event.event_type === 'message_deleted')?.event;
		expect(deleted?.meta.external_message_id).toBe(first?.event.meta.external_message_id);
		expect(deleted?.external_chat_id).toBe(bench.anna.id);
	});

	it('no. 1: loses nothing over cut connections, in private chats, groups and channels', async () => {
		const bench = await startBench();
		const journal = new MemoryJournal();
		await reading(bench, journal);
		const { groupId, supergroupId, channelId } = bench.sandbox.demo;
		const places = [bench.owner.id, groupId, supergroupId, channelId];
		const expected: string[] = [];
		for (let round = 0; round < 4; round += 1) {
			bench.sandbox.control.cutConnections({ account: bench.owner.id });
			for (const place of places) {
				for (let index = 0; index < 3; index += 1) {
					const words = `${place} ${String(round)} ${String(index)}`;
					expected.push(words);
					says(bench, words, place);
				}
			}
			await until(() => journal.texts().length >= expected.length, `round ${String(round)}`, MANY);
		}
		expect(journal.texts().toSorted()).toEqual(expected.toSorted());
		for (const place of places) {
			const told = journal.texts().filter((words) => words.startsWith(`${place} `));
			expect(told).toEqual(expected.filter((words) => words.startsWith(`${place} `)));
		}
	});

	it('no. 1: goes on from the stored state after a restart, also in a channel that was quiet before', async () => {
		const bench = await startBench();
		const journal = new MemoryJournal();
		const { account, reader } = await reading(bench, journal);
		says(bench, 'before');
		await until(() => journal.texts().length === 1, 'the first');
		await reader.stop();
		await account.close();
		const { groupId, supergroupId, channelId } = bench.sandbox.demo;
		says(bench, 'while away');
		says(bench, 'in the group', groupId);
		says(bench, 'in the supergroup', supergroupId);
		says(bench, 'in the channel', channelId);
		await reading(bench, journal, await bench.open(testServices(bench.clock, bench.services.stored)));
		await until(() => journal.texts().length === 5, 'the rest');
		expect(journal.texts().toSorted()).toEqual(
			['before', 'in the channel', 'in the group', 'in the supergroup', 'while away'].toSorted(),
		);
		expect(journal.events.slice(1).every(({ recovered }) => recovered)).toBe(true);
	});

	it('reads from the chats what a too long difference leaves out', async () => {
		const bench = await startBench();
		const journal = new MemoryJournal();
		const { account, reader } = await reading(bench, journal);
		says(bench, 'before');
		await until(() => journal.texts().length === 1, 'the first');
		await reader.stop();
		await account.close();
		bench.sandbox.control.setPolicy({ differenceTooLong: 5, channelDifferenceTooLong: 5 });
		const expected = ['before'];
		for (let index = 0; index < 30; index += 1) {
			for (const place of [bench.owner.id, bench.sandbox.demo.supergroupId]) {
				expected.push(`${place} ${String(index)}`);
				says(bench, `${place} ${String(index)}`, place);
			}
		}
		await reading(bench, journal, await bench.open(testServices(bench.clock, bench.services.stored)));
		await until(() => journal.texts().length >= expected.length, 'the filled ones');
		expect(journal.texts().toSorted()).toEqual(expected.toSorted());
		expect(journal.events.filter(({ event }) => event.event_type === 'gap')).toEqual([]);
	});
});

describe('a stranger in a supergroup, whom Telegram shows without an access hash', () => {
	it('is answered in private by the message he was seen in, in a later process, too', async () => {
		const bench = await startBench();
		const journal = new MemoryJournal();
		const { account, reader } = await reading(bench, journal);
		const { control, demo } = bench.sandbox;
		const stranger = control.createUser({ firstName: 'Stranger' });
		control.joinChat({ user: stranger.id, peer: demo.supergroupId });
		control.injectMessage({ from: stranger.id, to: demo.supergroupId, text: 'who sells this?' });
		await until(() => journal.texts().includes('who sells this?'), 'the question');

		const write = async (to: typeof account, text: string) => {
			const { items } = await bench.call(to, 'message.send', { chatId: stranger.id, text });
			expect(items).toMatchObject([{ chat_id: stranger.id, peer_resolved: false }]);
			return argsOf(bench, 'messages.sendMessage');
		};
		await reader.stop();
		await account.close();
		const next = await bench.open(testServices(bench.clock, bench.services.stored));
		expect(await write(next, 'we do')).toMatchObject({
			peer: { _: 'inputPeerUserFromMessage', user_id: stranger.id },
		});
		// Looked at once, he is known like anybody.
		await bench.call(next, 'chat.get', { chatId: stranger.id });
		expect(await write(next, 'at ten')).toMatchObject({
			peer: { _: 'inputPeerUser', user_id: stranger.id },
		});
	});

	it('is removed from the group by it', async () => {
		const bench = await startBench();
		const journal = new MemoryJournal();
		const { account } = await reading(bench, journal);
		const { control } = bench.sandbox;
		const [group] = (
			await bench.call(account, 'chat.create', {
				kind: 'supergroup',
				title: 'Market',
			})
		).items;
		const peer = group?.['external_chat_id'] as string;
		const stranger = control.createUser({ firstName: 'Stranger' });
		control.joinChat({ user: stranger.id, peer });
		control.injectMessage({ from: stranger.id, to: peer, text: 'spam' });
		await until(() => journal.texts().includes('spam'), 'the spam');
		await bench.call(account, 'chat.banMembers', { chatId: peer, userIds: [stranger.id] });
		expect(argsOf(bench, 'channels.editBanned')).toMatchObject({
			participant: { _: 'inputPeerUserFromMessage', user_id: stranger.id },
		});
	});
});

describe('sending', () => {
	it('sends formatted text and tells its own echo from the phone', async () => {
		const bench = await startBench();
		const journal = new MemoryJournal();
		const { account } = await reading(bench, journal);
		const { items } = await bench.call(account, 'message.send', {
			chatId: `@${bench.anna.username ?? ''}`,
			text: '<b>Hello</b> &amp; welcome',
			format: 'html',
		});
		const [sent] = items;
		expect(sent).toMatchObject({ channel: 'telegram', chat_id: bench.anna.id, duplicate: false });
		const [got] = (
			await bench.call(account, 'message.getMany', { chatId: bench.anna.id, limit: 1, includeRaw: true })
		).items;
		expect(got).toMatchObject({
			text: 'Hello & welcome',
			meta: { direction: 'out', external_message_id: sent?.['message_id'] },
			raw: { entities: [{ _: 'messageEntityBold', offset: 0, length: 5 }] },
		});
		await until(() => journal.events.some(({ event }) => event.text === 'Hello & welcome'), 'the echo');
		const echo = journal.events.find(({ event }) => event.text === 'Hello & welcome')?.event;
		expect(echo).toMatchObject({ event_id: got?.['event_id'], external_user_id: bench.anna.id });
	});

	it('is one message to Telegram however often it is tried with one key', async () => {
		const bench = await startBench();
		const account = await bench.open();
		const input = { chatId: bench.anna.id, text: 'once' };
		const [first] = (await bench.call(account, 'message.send', input, testIntent('00000000000000aa'))).items;
		const [second] = (await bench.call(account, 'message.send', input, testIntent('00000000000000aa'))).items;
		expect(second?.['message_id']).toBe(first?.['message_id']);
		const { items } = await bench.call(account, 'message.getMany', { chatId: bench.anna.id });
		expect(items.filter((item) => item['text'] === 'once')).toHaveLength(1);
	});

	it('no. 11: repeats a 500 under the same random id', async () => {
		const bench = await startBench();
		const account = await bench.open();
		bench.sandbox.control.setFaults({
			errors: [{ method: 'messages.sendMessage', code: 500, message: 'INTERNAL', count: 1, after: true }],
		});
		const sending = bench.call(account, 'message.send', { chatId: bench.anna.id, text: 'in spite of it' });
		await until(() => bench.clock.nextDueMs !== undefined && bench.clock.nextDueMs < 5_000, 'the pause');
		await bench.clock.advance(5_000);
		await sending;
		const ids = bench.sandbox.control
			.requests({ method: 'messages.sendMessage' })
			.map(({ args }) => JSON.stringify((args as { random_id?: unknown }).random_id));
		expect(ids).toHaveLength(2);
		expect(new Set(ids).size).toBe(1);
	});

	it('tells a flood wait with its seconds, and holds back this kind of request only', async () => {
		const bench = await startBench();
		const account = await bench.open();
		bench.sandbox.control.floodWait({ method: 'messages.sendMessage', seconds: 77, count: 1 });
		const input = { chatId: bench.anna.id, text: 'x' };
		await expect(bench.call(account, 'message.send', input)).rejects.toMatchObject({
			code: 'flood_wait',
			retryAfterSeconds: 77,
			providerCode: 'FLOOD_WAIT_77',
		});
		expect(bench.services.paused).toEqual([['send', 77_000]]);
		await expect(bench.call(account, 'message.send', input)).rejects.toMatchObject({ code: 'flood_wait' });
		expect(bench.sandbox.control.requests({ method: 'messages.sendMessage' })).toHaveLength(1);
		expect((await bench.call(account, 'chat.getMany')).items.length).toBeGreaterThan(0);
	});

	it('edits, deletes, forwards and reacts', async () => {
		const bench = await startBench();
		const account = await bench.open();
		const chatId = bench.anna.id;
		const [sent] = (await bench.call(account, 'message.send', { chatId, text: 'first' })).items;
		const messageId = sent?.['message_id'] as string;
		await bench.call(account, 'message.edit', { chatId, messageId, text: 'second' });
		expect(
			(await bench.call(account, 'message.get', { chatId, messageIds: [messageId] })).items[0]?.['text'],
		).toBe('second');
		const forwarded = await bench.call(account, 'message.forward', {
			chatId: bench.sandbox.demo.groupId,
			fromChatId: chatId,
			messageIds: [messageId],
		});
		expect(forwarded.items[0]).toMatchObject({ chat_id: bench.sandbox.demo.groupId });
		await bench.call(account, 'message.react', { chatId, messageId, emoji: '👍' });
		expect((await bench.call(account, 'message.delete', { chatId, messageIds: [messageId] })).items).toEqual([
			{ deleted: true },
		]);
		await expect(
			bench.call(account, 'message.get', { chatId, messageIds: [messageId] }),
		).rejects.toMatchObject({
			code: 'message_not_found',
		});
	});
});

describe('the session', () => {
	it('no. 11: is over when Telegram says so: told once, no further connection', async () => {
		const bench = await startBench();
		const account = await bench.open();
		bench.sandbox.control.setFaults({
			errors: [{ method: 'messages.getDialogs', code: 401, message: 'SESSION_REVOKED', count: 1 }],
		});
		await expect(bench.call(account, 'chat.getMany')).rejects.toMatchObject({ code: 'session_ended' });
		expect(account.status().state).toBe('ended');
		expect(bench.services.states.map(({ state }) => state)).toEqual(['ended']);
		await until(
			() => bench.sandbox.control.connections({ account: bench.owner.id, open: true }).length === 0,
			'closed sockets',
		);
		await expect(bench.call(account, 'chat.getMany')).rejects.toMatchObject({ code: 'session_ended' });
	});

	it('no. 7: is rebuilt with patience when Telegram is away for a while', async () => {
		const bench = await startBench();
		const account = await bench.open();
		await bench.sandbox.control.stopListening({});
		await until(() => account.status().state === 'waiting', 'the library to give up', MANY);
		await bench.sandbox.control.startListening({});
		await bench.clock.advance(60_000);
		await until(() => account.status().state === 'live', 'a new connection', MANY);
		expect((await bench.call(account, 'profile.get')).items[0]).toMatchObject({
			username: 'boris_sandbox',
		});
	});
});
