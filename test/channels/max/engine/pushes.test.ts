import { afterEach, beforeEach, expect, it } from 'vitest';
import { OP } from '../../../../src/channels/max/opcodes';
import { settle, until } from '../../../support/manual-clock';
import type { Journal } from '../support/journal';
import { run } from '../support/run';
import { ANNA, BORIS, DIALOG, openReading, Scene } from '../support/scene';

let scene: Scene;
beforeEach(async () => {
	scene = await Scene.start();
});
afterEach(async () => {
	expect(scene.control.failures({})).toEqual([]);
	await scene.close();
});

const many = (chats: number, count: number, first: number, tell = true): unknown =>
	scene.control.injectMany({ to: ANNA, chats, count, first, tell });

const count = (journal: Journal, wanted: number): Promise<void> =>
	until(
		() => journal.entries.length >= wanted,
		`${String(wanted)} events (have ${String(journal.entries.length)})`,
		5_000,
	);

/** all numbers from 1 to `total`, each once, and in order within each chat */
function expectAll(journal: Journal, total: number): void {
	const chats = new Map<string, number[]>();
	for (const { event } of journal.entries) {
		const list = chats.get(event.external_chat_id) ?? [];
		chats.set(event.external_chat_id, [...list, Number(event.text.slice(1))]);
	}
	const numbers = [...chats.values()].flat().sort((a, b) => a - b);
	expect(numbers).toEqual(Array.from({ length: total }, (_, index) => index + 1));
	for (const list of chats.values()) expect(list).toEqual([...list].sort((a, b) => a - b));
}

const asked = (opcode: number): number =>
	scene.control.requests({ opcode }).filter(({ cmd }) => cmd === 0).length;

it('a message lost in a chat never seen before is there with the next one, while the clock stands still', async () => {
	const { journal } = await openReading(scene);
	many(3, 6, 1, false);
	many(3, 3, 7);
	await count(journal, 9);
	expectAll(journal, 9);
	expect(asked(OP.chatHistory)).toBe(3);
});

it('lost, doubled and reordered pushes of old and new chats are made good by one push that arrives', async () => {
	const { journal } = await openReading(scene);
	many(10, 20, 1);
	await count(journal, 20);
	scene.control.setFaults({ losePush: 0.4, duplicatePush: 0.3, reorderPush: 0.3, pushOpcodes: [128] });
	many(25, 400, 21);
	await settle(30);
	scene.control.clearFaults({});
	many(25, 25, 421);
	await count(journal, 445);
	const numbers = journal.texts().map((text) => Number(text.slice(1)));
	expect(numbers.sort((a, b) => a - b)).toEqual(Array.from({ length: 445 }, (_, index) => index + 1));
});

it('a new chat is read once, pushes that tell no gap ask for nothing', async () => {
	const { journal } = await openReading(scene);
	many(10, 20, 1);
	await count(journal, 20);
	expect(asked(OP.chatHistory)).toBe(10);
	await until(
		() => scene.control.requests({ opcode: OP.notifMessage }).length === 20,
		'all are acknowledged',
	);
	scene.control.clearLog({});
	many(10, 200, 21);
	await count(journal, 220);
	expectAll(journal, 220);
	await until(
		() => scene.control.requests({ opcode: OP.notifMessage }).length === 200,
		'all are acknowledged',
	);
	await scene.clock.advance(15_000);
	expect(asked(OP.chatHistory)).toBe(0);
});

it('a message lost before an own send is found ten seconds later', async () => {
	const { journal, open } = await openReading(scene);
	const say = (text: string, tell = true): unknown =>
		scene.control.injectMessage({ from: BORIS, to: ANNA, text, tell });
	say('one');
	await count(journal, 1);
	say('two', false);
	await run(open, 'message.send', { chatId: DIALOG, text: 'mine' });
	say('three');
	await count(journal, 3);
	expect(journal.texts()).toEqual(['one', 'mine', 'three']);
	await scene.clock.advance(10_000);
	await count(journal, 4);
	expect(journal.texts()).toEqual(['one', 'mine', 'three', 'two']);
});

it('an append that fails in the middle of a burst loses nothing and moves over nothing', async () => {
	const { journal } = await openReading(scene);
	many(5, 5, 1);
	await count(journal, 5);
	const append = journal.append.bind(journal);
	let appends = 0;
	journal.append = async (events, state) => {
		appends += 1;
		await settle(3);
		if (appends % 3 === 2) throw new Error('the disk is full');
		return append(events, state);
	};
	for (let burst = 0; burst < 20; burst += 1) {
		many(5, 20, 6 + burst * 20);
		await settle(2);
	}
	await until(() => appends >= 3, 'several appends');
	journal.append = append;
	await until(
		async () => {
			await scene.clock.advance(3_000);
			return journal.entries.length >= 405;
		},
		'all are found',
		400,
	);
	const numbers = journal.texts().map((text) => Number(text.slice(1)));
	expect(numbers.sort((a, b) => a - b)).toEqual(Array.from({ length: 405 }, (_, index) => index + 1));
	const next = await openReading(scene, { journal: journal.reopen(), account: 0 });
	expect(next.journal.entries).toEqual([]);
});
