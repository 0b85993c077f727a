import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MaxAccount } from '../../../../src/channels/max/account';
import type { OpenAccount } from '../../../../src/contract';
import { until } from '../../../support/manual-clock';
import { item, run } from '../support/run';
import { ANNA, BORIS, DIALOG, openReading, Scene } from '../support/scene';

/** What the known clients call always there is little: a service that sends no more than that is enough. */
let scene: Scene;
let open: OpenAccount<MaxAccount>;
beforeEach(async () => {
	scene = await Scene.start();
	({ open } = await openReading(scene));
});
afterEach(async () => {
	expect(scene.control.failures({})).toEqual([]);
	await scene.close();
});

describe('a send answered with nothing but the message', () => {
	beforeEach(() => {
		const without = ['chatId', 'unread', 'mark', 'message.sender', 'message.type', 'message.attaches'];
		scene.control.setFaults({ mutations: without.map((path) => ({ opcode: 64, path, count: 1 })) });
	});

	it('by chat', async () => {
		expect(await item(open, 'message.send', { chatId: DIALOG, text: 'one' })).toMatchObject({
			chat_id: DIALOG,
			message_id: expect.stringMatching(/^\d{18}$/) as string,
		});
	});

	it('by person: the dialog is known without being told', async () => {
		expect(await item(open, 'message.send', { userId: BORIS, text: 'two' })).toMatchObject({
			chat_id: DIALOG,
		});
	});
});

it('a chat is flagged as unread with its last message, where it has one', async () => {
	const last = scene.control.injectMessage({ from: BORIS, to: ANNA, text: 'later' });
	await run(open, 'message.markUnread', { chatId: DIALOG });
	expect(scene.control.requests({ opcode: 50 }).at(-1)!.payload).toMatchObject({
		type: 'SET_AS_UNREAD',
		messageId: last.messageId,
		mark: expect.stringMatching(/^\d{13}$/) as string,
	});
});

describe.each(['', 'user.not.found', 'contact.hidden'])('a number refused with the key “%s”', (error) => {
	beforeEach(() => {
		scene.control.setFaults({ errors: [{ opcode: 46, error, count: 1 }] });
	});

	it('is nobody’s', async () => {
		expect((await run(open, 'contact.checkPhones', { phones: ['+79990000002'] })).items).toMatchObject([
			{ exists: false, user_id: null, reason: 'not_on_messenger' },
		]);
	});
});

it('a number refused because the service is down is not nobody’s', async () => {
	scene.control.setFaults({ errors: [{ opcode: 46, error: 'service.unavailable', count: 99 }] });
	const asking = item(open, 'contact.findByPhone', { phone: '+79990000002' });
	let told = false;
	asking.catch(() => {
		told = true;
	});
	await until(
		async () => {
			await scene.clock.advance(1_000);
			return told;
		},
		'the answer after three tries',
		400,
	);
	await expect(asking).rejects.toMatchObject({ code: 'upstream_error' });
});

describe('a service whose pages are shorter than asked', () => {
	const requests = (opcode: number): number => scene.control.requests({ opcode }).length;

	it.each([40, 7])('history of %i messages a page is read to the end, either way', async (historyMax) => {
		scene.control.setPolicy({ historyMax });
		scene.control.injectMany({ to: ANNA, chats: 1, count: 100, tell: false });
		const [chat] = (await run(open, 'chat.getMany', { limit: 1 })).items;
		const chatId = chat!['external_chat_id'] as string;
		const before = requests(49);
		expect((await run(open, 'message.getMany', { chatId })).items).toHaveLength(100);
		// The boundary comes again with each page after the first; the last one brings nothing else.
		expect(requests(49) - before).toBe(1 + Math.ceil((100 - historyMax) / (historyMax - 1)) + 1);
		expect((await run(open, 'message.getMany', { chatId, after: 1 })).items).toHaveLength(100);
		expect((await run(open, 'message.getSince', { since: 1, chatIds: [chatId] })).items).toHaveLength(100);
		const { messages } = await item(open, 'chat.get', { chatId, lastMessages: 60 });
		expect(messages).toHaveLength(60);
	});

	it('a chat of a few messages costs one look more, and a wanted number of messages none', async () => {
		scene.control.injectMany({ to: ANNA, chats: 1, count: 3, tell: false });
		const [chat] = (await run(open, 'chat.getMany', { limit: 1 })).items;
		const chatId = chat!['external_chat_id'] as string;
		const before = requests(49);
		expect((await run(open, 'message.getMany', { chatId })).items).toHaveLength(3);
		expect(requests(49) - before).toBe(2);
		expect((await run(open, 'message.getMany', { chatId, limit: 2 })).items).toHaveLength(2);
		expect(requests(49) - before).toBe(3);
	});

	it('members, blocked people, people found by name and messages found are all there', async () => {
		scene.control.setPolicy({ listMax: 2 });
		const people = Array.from({ length: 7 }, (_, n) =>
			scene.control.addAccount({ phone: `+7999111000${String(n)}`, firstName: `Peter${String(n)}` }),
		).map(({ id }) => id);
		for (const userId of people) {
			await run(open, 'contact.add', { userId });
			await run(open, 'contact.block', { userId });
		}
		const byName = await run(open, 'contact.search', { query: 'Peter' });
		expect(byName.items).toHaveLength(7);
		expect((await run(open, 'contact.search', { query: 'Peter', limit: 3 })).items).toHaveLength(3);
		expect((await run(open, 'contact.getMany', { blocked: true })).items).toHaveLength(7);
		for (const userId of people) await run(open, 'contact.unblock', { userId });
		const group = await item(open, 'chat.create', { title: 'Peters', userIds: people });
		const chatId = group['external_chat_id'] as string;
		expect((await run(open, 'chat.getMembers', { chatId })).items).toHaveLength(8);
		for (let n = 0; n < 5; n += 1) await run(open, 'message.send', { chatId, text: `needle ${String(n)}` });
		expect((await run(open, 'message.search', { chatId, query: 'needle' })).items).toHaveLength(5);
	});

	it('markers that lead round in a circle end the walk', async () => {
		scene.control.setPolicy({ listMax: 1 });
		scene.control.setFaults({ mutations: [{ opcode: 59, path: 'marker', value: 1, count: 99 }] });
		const { items } = await run(open, 'chat.getMembers', { chatId: scene.sandbox.demo.groupId });
		expect(items.length).toBeGreaterThan(0);
		expect(requests(59)).toBe(2);
	});
});
