import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openMax } from '../../../../src/channels/max/open';
import { OP } from '../../../../src/channels/max/opcodes';
import { until } from '../../../support/manual-clock';
import { Journal } from '../support/journal';
import { run } from '../support/run';
import { ANNA, BORIS, DIALOG, Scene, type Reading } from '../support/scene';

/** Servers others wrote tell their chats at LOGIN and know no CHATS_LIST: they refuse it, or say nothing at all. */
let scene: Scene;
beforeEach(async () => {
	scene = await Scene.start();
});
afterEach(async () => {
	expect(scene.control.failures({})).toEqual([]);
	await scene.close();
});

const WITHOUT_LIST = {
	'says nothing': { dropReplies: [{ opcode: OP.chatsList, count: 1_000 }] },
	'refuses it': { errors: [{ opcode: OP.chatsList, error: 'proto.opcode', count: 1_000 }] },
};

/** Time passes until a wait is over. */
async function passes(condition: () => boolean, what: string): Promise<void> {
	await until(
		async () => {
			await scene.clock.advance(500);
			return condition();
		},
		what,
		400,
	);
}

async function reading(): Promise<Reading> {
	const services = scene.services();
	const { settings } = scene.config('tcpPlain', { pageDelayMs: 0 });
	const open = await openMax(settings, services, new AbortController().signal);
	scene.onClose(() => open.close());
	const journal = new Journal();
	const reader = open.startReading(journal);
	let isLive = false;
	void reader.live.then(() => (isLive = true));
	const since = scene.clock.now();
	await passes(() => isLive, 'the account is live');
	expect(scene.clock.now() - since).toBeLessThan(10_000);
	return { open, journal, reader, services };
}

const logins = () => scene.control.logins({ account: ANNA }).reduce((sum, one) => sum + one.logins, 0);

describe.each(Object.entries(WITHOUT_LIST))('a server that has no chat list and %s', (_, faults) => {
	it('is read: missed messages are found, over the one connection there is', async () => {
		scene.control.setFaults(faults);
		const { open, journal } = await reading();
		const say = (text: string, tell = true) =>
			scene.control.injectMessage({ from: BORIS, to: ANNA, text, tell });
		say('pushed');
		await until(() => journal.entries.length === 1, 'the push');
		say('never pushed', false);
		await scene.clock.advance(600_000);
		await passes(() => journal.entries.length === 2, 'the comparison finds it');
		expect(logins()).toBe(1);

		scene.control.cut({});
		await until(() => open.status().state !== 'live', 'the cut is noticed');
		say('while away');
		await passes(() => journal.entries.length === 3, 'it is found after the cut');
		expect(journal.texts()).toEqual(['pushed', 'never pushed', 'while away']);
	});

	it('shows its chats, newest first', async () => {
		scene.control.setFaults(faults);
		const { open } = await reading();
		scene.control.injectMessage({ from: BORIS, to: ANNA, text: 'newest' });
		const { items } = await run(open, 'chat.getMany', { limit: 10 });
		expect(items[0]).toMatchObject({ external_chat_id: DIALOG, last_message: { text: 'newest' } });
		expect(items.length).toBeGreaterThan(1);
	});
});

it('a list that only comes late is still waited for where LOGIN did not tell all', async () => {
	const { settings } = scene.config('tcpPlain', { pageDelayMs: 0, chatsCount: 1 });
	const open = await openMax(settings, scene.services(), new AbortController().signal);
	scene.onClose(() => open.close());
	scene.control.setFaults({ dropReplies: [{ opcode: OP.chatsList, count: 1 }] });
	let shown = 0;
	void run(open, 'chat.getMany', { limit: 10 }).then(({ items }) => (shown = items.length));
	await passes(() => shown > 0, 'the chats');
	expect(shown).toBeGreaterThan(1);
	expect(logins()).toBe(1);
});
