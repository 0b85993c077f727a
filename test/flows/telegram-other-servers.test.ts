import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import type { OpenAccount } from '../../src/contract';
import type { TelegramAccount } from '../../src/channels/telegram';
import { MemoryJournal, startBench, type Bench } from '../channels/telegram/fixture';
import { passes } from '../support/manual-clock';

/** A reader, once it has caught up. */
async function reading(
	bench: Bench,
	stored?: MemoryJournal,
): Promise<{ account: OpenAccount<TelegramAccount>; journal: MemoryJournal; stop(): Promise<void> }> {
	const journal = new MemoryJournal();
	journal.state = stored?.state ?? null;
	const account = await bench.open();
	const reader = account.startReading(journal);
	await reader.live;
	const stop = async (): Promise<void> => {
		await reader.stop();
		await account.close();
	};
	return { account, journal, stop };
}

const STEPS = { stepMs: 1_000, steps: 120 };
const SUPERGROUP = '-1000002000001';
const FILE = 3 * 512 * 1024 + 77;

const says = (bench: Bench, text: string, to = bench.owner.id) =>
	bench.sandbox.control.injectMessage({ from: bench.anna.id, to, text });

const numbered = (name: string): string[] => Array.from({ length: 9 }, (_, at) => `${name} ${String(at)}`);

/** A file of Anna's at data centre 1, and a way to get its size as it comes down. */
async function fileFromAfar(
	bench: Bench,
	account: OpenAccount<TelegramAccount>,
): Promise<() => Promise<number>> {
	const { ids } = bench.sandbox.control.injectMessage({
		from: bench.anna.id,
		to: bench.owner.id,
		media: { kind: 'document', size: FILE, dc: 1 },
	});
	const ref = `telegram:${bench.anna.id}:${String(ids[bench.owner.id])}`;
	return async () => {
		const { media: [file] = [] } = await bench.call(account, 'media.download', { ref });
		return file === undefined ? 0 : (await buffer(file.stream)).length;
	};
}

/** What Telegram's documents allow and its own servers seldom do, or do no more: found with servers that others wrote. */
describe('a data centre that is right in its own way', () => {
	it('gives fewer messages at once than it is asked for: a chat is read to its end all the same', async () => {
		const bench = await startBench();
		bench.sandbox.control.setPolicy({ messagesPage: 4 });
		for (const text of numbered('to read')) says(bench, text);
		const account = await bench.open();
		const chatId = bench.anna.id;
		const texts = async (name: string, input: object): Promise<unknown[]> =>
			(await bench.call(account, name, { chatId, ...input })).items.map((item) => item['text']);
		const wanted = expect.arrayContaining(numbered('to read')) as unknown;
		expect(await texts('message.getMany', { limit: 50 })).toEqual(wanted);
		expect(await texts('message.getMany', { limit: 50, afterId: 1 })).toEqual(wanted);
		expect(await texts('message.search', { query: 'to read', limit: 50 })).toEqual(wanted);
		const since = { since: 0, chatIds: [chatId] };
		const events = (await bench.call(account, 'message.getSince', since)).items;
		expect(events.map((item) => item['text'])).toEqual(wanted);
	});

	it('gives fewer messages at once than it is asked for: none that was missed is left out', async () => {
		const bench = await startBench();
		const { control } = bench.sandbox;
		const first = await reading(bench);
		says(bench, 'the last one seen');
		says(bench, 'the last one seen there', SUPERGROUP);
		await passes(bench.clock, () => first.journal.texts().length === 2, 'two messages', STEPS);
		await first.stop();
		for (const text of numbered('missed')) says(bench, text);
		for (const text of numbered('missed there')) says(bench, text, SUPERGROUP);
		control.setPolicy({ messagesPage: 2, differenceTooLong: 3, channelDifferenceTooLong: 3 });
		const { journal } = await reading(bench, first.journal);
		const wanted = [...numbered('missed'), ...numbered('missed there')];
		await passes(bench.clock, () => journal.texts().length >= wanted.length, 'all that was missed', STEPS);
		expect(journal.texts().toSorted()).toEqual(wanted.toSorted());
	});

	it('forgets at another data centre who was introduced there: it is told once more, and the session lives on', async () => {
		const bench = await startBench();
		const account = await bench.open();
		const download = await fileFromAfar(bench, account);
		const unknown = { method: 'upload.getFile', code: 401, message: 'AUTH_KEY_UNREGISTERED', count: 1 };
		bench.sandbox.control.setFaults({ errors: [unknown] });
		expect(await download()).toBe(FILE);
		expect(bench.sandbox.control.requests({ method: 'auth.exportAuthorization' })).toHaveLength(2);
		expect(account.status().state).toBe('live');
		expect(bench.services.states).toEqual([]);
	});

	it('holds parts of a file back for a moment, and gives less of it at once than it is asked for', async () => {
		const bench = await startBench();
		const account = await bench.open();
		const download = await fileFromAfar(bench, account);
		const wait = { method: 'upload.getFile', code: 420, message: 'FLOOD_PREMIUM_WAIT_3', count: 3 };
		bench.sandbox.control.setFaults({ errors: [wait] });
		bench.sandbox.control.setPolicy({ filePieceBytes: 128 * 1024 });
		let size = 0;
		const done = download().then((length) => (size = length));
		await passes(bench.clock, () => size > 0, 'the file', STEPS);
		await done;
		expect(size).toBe(FILE);
	});

	it.each([198, 227])('is of layer %i and answers in it', async (newestLayer) => {
		const bench = await startBench();
		bench.sandbox.control.setPolicy({ newestLayer });
		const { account, journal, stop } = await reading(bench);
		const { groupId } = bench.sandbox.demo;
		const places = [bench.owner.id, groupId, SUPERGROUP];
		for (const place of places) says(bench, `news of ${place}`, place);
		await passes(bench.clock, () => journal.texts().length === 3, 'news', STEPS);
		const { items: chats } = await bench.call(account, 'chat.getMany');
		expect(chats.map((chat) => chat['external_chat_id'])).toEqual(
			expect.arrayContaining([bench.anna.id, groupId, SUPERGROUP]),
		);
		const { items: sent } = await bench.call(account, 'message.send', {
			chatId: bench.anna.id,
			text: 'an answer',
		});
		const { items: read } = await bench.call(account, 'message.getMany', { chatId: bench.anna.id, limit: 2 });
		expect(read.map((item) => item['text'])).toEqual(['an answer', `news of ${bench.owner.id}`]);
		expect(Number(sent[0]?.['message_id'])).toBeGreaterThan(0);
		await stop();
		for (const place of places) says(bench, `missed of ${place}`, place);
		const again = await reading(bench, journal);
		await passes(bench.clock, () => again.journal.texts().length === 3, 'what was missed', STEPS);
	});
});
