import { expect, it, onTestFinished } from 'vitest';
import type { OpenAccount, Reader } from '../../../../src/contract';
import type { TelegramAccount } from '../../../../src/channels/telegram';
import { until } from '../../../support/manual-clock';
import { MemoryJournal, startBench, testServices, type Bench } from '../fixture';

async function reading(
	bench: Bench,
	journal: MemoryJournal,
	services = bench.services,
): Promise<{ account: OpenAccount<TelegramAccount>; reader: Reader }> {
	const account = await bench.open(services);
	const reader = account.startReading(journal);
	onTestFinished(() => reader.stop());
	await reader.live;
	return { account, reader };
}

const says = (bench: Bench, text: string, to = bench.owner.id, more: object = {}) =>
	bench.sandbox.control.injectMessage({ from: bench.anna.id, to, text, ...more });

it('an own message whose sender is not certain yet holds back its chat, and no other', async () => {
	const bench = await startBench();
	const journal = new MemoryJournal();
	const { promise, resolve } = Promise.withResolvers<boolean>();
	const services = testServices(bench.clock);
	services.sentByNode = () => promise;
	const { reader } = await reading(bench, journal, services);
	const { groupId } = bench.sandbox.demo;
	says(bench, 'before');
	await until(() => journal.texts().length === 1, 'the first');
	bench.sandbox.control.injectMessage({ from: bench.owner.id, to: bench.anna.id, text: 'own' });
	says(bench, 'behind it');
	says(bench, 'elsewhere', groupId);
	await until(() => journal.texts().includes('elsewhere'), 'the other chat');
	expect(journal.texts()).toEqual(['before', 'elsewhere']);
	const stored = structuredClone(journal.state);
	resolve(true);
	await until(() => journal.texts().length === 4, 'the rest');
	expect(journal.texts()).toEqual(['before', 'elsewhere', 'own', 'behind it']);
	expect(journal.events[2]?.event.meta.sent_by).toBe('node');
	await until(() => (journal.state?.['pts'] as number) > (stored?.['pts'] as number), 'the state');

	// Had the process died while it was held, it would have come again: the stored position was before it.
	await reader.stop();
	const after = new MemoryJournal();
	after.state = stored;
	await reading(bench, after, testServices(bench.clock, bench.services.stored));
	await until(() => after.texts().includes('behind it'), 'what was held');
	expect(after.texts()).toContain('own');
});

it('a first start brings what was written since somebody waits for it, in private chats, groups and channels', async () => {
	const bench = await startBench();
	const { groupId } = bench.sandbox.demo;
	says(bench, 'early');
	says(bench, 'early', groupId);
	bench.sandbox.control.advanceClock({ ms: 60_000 });
	const journal = new MemoryJournal();
	journal.startAt = Date.now() + 59_000;
	says(bench, 'to me 1');
	says(bench, 'to me 2');
	says(bench, 'to the group', groupId);
	await reading(bench, journal);
	says(bench, 'live');
	await until(() => journal.texts().length === 4, 'all four');
	expect(journal.texts().filter((text) => text !== 'to the group')).toEqual(['to me 1', 'to me 2', 'live']);
	expect(journal.texts()).toContain('to the group');
});

it('an album is one event, by push, by recovery and by get since', async () => {
	const bench = await startBench();
	const journal = new MemoryJournal();
	const { account, reader } = await reading(bench, journal);
	const send = (album: string): void => {
		says(bench, 'Look', bench.owner.id, { album, media: { kind: 'photo' } });
		says(bench, '', bench.owner.id, { album, media: { kind: 'video' } });
		says(bench, 'at this', bench.owner.id, { album, media: { kind: 'photo' } });
	};
	send('one');
	// Time stands still; the message behind it ends the album.
	says(bench, 'after it');
	await until(() => journal.texts().length === 2, 'the album and what follows');
	expect(journal.texts()).toEqual(['Look\nat this', 'after it']);
	const album = journal.events[0]?.event;
	expect(album).toMatchObject({
		event_type: 'message',
		media: { has_images: true, images: [{}, {}], has_video: true, videos: [{}] },
		meta: { original_media_type: 'album', album_id: expect.stringMatching(/^\d+$/) as string },
		data: { messages: [{ text: 'Look' }, { text: '' }, { text: 'at this' }] },
	});

	await reader.stop();
	await account.close();
	send('two');
	const again = await reading(bench, journal, testServices(bench.clock, bench.services.stored));
	await until(() => bench.clock.nextDueMs !== undefined && bench.clock.nextDueMs <= 700, 'the end of it');
	await bench.clock.advance(700);
	await until(() => journal.texts().length === 3, 'the second album');
	expect(journal.texts()).toEqual(['Look\nat this', 'after it', 'Look\nat this']);

	const since = again.account.since?.(0, {
		chatId: bench.anna.id,
		signal: new AbortController().signal,
	});
	const told: string[] = [];
	for await (const { event } of since ?? []) told.push(event.event_id);
	expect(told).toEqual(expect.arrayContaining(journal.events.map(({ event }) => event.event_id)));
});

it('a deletion tells the text that was seen, if the user wants texts kept, also in the next process', async () => {
	const bench = await startBench({ keepTextsHours: 24 });
	const journal = new MemoryJournal();
	const { account, reader } = await reading(bench, journal);
	const { supergroupId } = bench.sandbox.demo;
	const first = says(bench, 'a secret');
	const second = says(bench, 'another', supergroupId);
	await until(() => journal.texts().length === 2, 'both');
	await reader.stop();
	await account.close();
	await reading(bench, journal, testServices(bench.clock, bench.services.stored));
	const { control } = bench.sandbox;
	const at = (ids: Readonly<Record<string, number>>): number[] => [
		ids[bench.anna.id] ?? ids[supergroupId] ?? 0,
	];
	control.remove({ owner: bench.anna.id, peer: bench.owner.id, ids: at(first.ids) });
	control.remove({ owner: bench.anna.id, peer: supergroupId, ids: at(second.ids) });
	await until(() => journal.texts('message_deleted').length === 2, 'the deletions');
	expect(journal.texts('message_deleted').toSorted()).toEqual(['a secret', 'another']);
	expect(
		journal.events.find(({ event }) => event.text === 'a secret' && event.event_type !== 'message')?.event,
	).toMatchObject({
		external_chat_id: bench.anna.id,
		external_user_id: bench.anna.id,
		client_name: 'Anna Lee',
	});
});

it('keeps no text unless the user wants it', async () => {
	const bench = await startBench();
	const journal = new MemoryJournal();
	await reading(bench, journal);
	const { ids } = says(bench, 'a secret');
	await until(() => journal.texts().length === 1, 'the message');
	bench.sandbox.control.remove({
		owner: bench.anna.id,
		peer: bench.owner.id,
		ids: [ids[bench.anna.id] ?? 0],
	});
	await until(() => journal.texts('message_deleted').length === 1, 'the deletion');
	expect(journal.texts('message_deleted')).toEqual(['']);
	expect([...bench.services.stored.values()].some((value) => JSON.stringify(value).includes('secret'))).toBe(
		false,
	);
});

it('those of one second are in order for the journal, too: Telegram tells whole seconds', async () => {
	const bench = await startBench();
	const journal = new MemoryJournal();
	await reading(bench, journal);
	for (let at = 1; at <= 20; at += 1) says(bench, String(at));
	await until(() => journal.texts().length === 20, 'all');
	const times = journal.events.map(({ at }) => at);
	expect(new Set(times).size).toBe(20);
	expect(times).toEqual(times.toSorted((a, b) => a - b));
	expect(new Set(journal.events.map(({ event }) => event.timestamp)).size).toBeLessThan(20);
});
