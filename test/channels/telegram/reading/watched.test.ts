import { expect, it, onTestFinished } from 'vitest';
import type { Reader } from '../../../../src/contract';
import { telegramDriver } from '../../../../src/channels/telegram';
import { API, MemoryJournal, startBench, type Bench } from '../fixture';
import { passes } from '../../../support/manual-clock';

/** seconds of the injected clock, in steps that give sockets time */
const STEPS = { stepMs: 500, steps: 120 };

async function watching(
	bench: Bench,
	watchedChats: string,
): Promise<{ journal: MemoryJournal; reader: Reader }> {
	const account = await bench.open(bench.services, { ...bench.credential, watchedChats });
	const journal = new MemoryJournal();
	const reader = account.startReading(journal);
	onTestFinished(() => reader.stop());
	await reader.live;
	return { journal, reader };
}

it('a large channel that Telegram does not push is heard when it is watched', async () => {
	const bench = await startBench();
	const { control, demo } = bench.sandbox;
	control.setChat({ peer: demo.supergroupId, pushes: false });
	const { journal } = await watching(bench, demo.supergroupId);
	control.injectMessage({ from: bench.anna.id, to: demo.supergroupId, text: 'not pushed' });
	await passes(bench.clock, () => journal.texts().includes('not pushed'), 'the message', STEPS);
	expect(journal.texts()).toEqual(['not pushed']);
});

it.each(['@open_news', 'https://t.me/open_news'])(
	'a public channel the account is not in is heard as %s',
	async (name) => {
		const bench = await startBench();
		const { control } = bench.sandbox;
		const channel = control.createChat({
			owner: bench.anna.id,
			kind: 'channel',
			title: 'Open news',
			username: 'open_news',
		});
		control.injectMessage({ from: bench.anna.id, to: channel.id, text: 'old' });
		const { journal } = await watching(bench, name);
		const asked = () => control.requests({ method: 'updates.getChannelDifference', account: bench.owner.id });
		await passes(bench.clock, () => asked().length > 1, 'the first looks', STEPS);
		control.injectMessage({ from: bench.anna.id, to: channel.id, text: 'new' });
		await passes(bench.clock, () => journal.texts().includes('new'), 'the message', STEPS);
		expect(journal.texts()).toEqual(['new']);
		expect(journal.events[0]?.event).toMatchObject({
			external_chat_id: channel.id,
			meta: { chat_title: 'Open news' },
		});
	},
);

it('one that cannot be found does not have the list of chats read again and again', async () => {
	const bench = await startBench();
	const { control } = bench.sandbox;
	const { journal } = await watching(bench, '-1009999999999, @nobody_here');
	const asked = () => control.requests({ method: 'messages.getDialogs', account: bench.owner.id }).length;
	for (let at = 0; at < 20; at += 1) await bench.clock.advance(1_000);
	const before = asked();
	for (let at = 0; at < 20; at += 1) await bench.clock.advance(15_000);
	expect(asked() - before).toBeLessThanOrEqual(2);
	control.injectMessage({ from: bench.anna.id, to: bench.owner.id, text: 'all is well' });
	await passes(bench.clock, () => journal.texts().includes('all is well'), 'the message', STEPS);
});

it.each(['+79991234567', 'https://t.me/+abcdefgh', 'news!'])(
	'refuses %s in words, before anything is opened',
	(watchedChats) => {
		expect(() => telegramDriver.configure({ ...API, watchedChats })).toThrow(/watchedChats: must be ids/);
	},
);
