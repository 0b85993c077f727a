import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MaxAccount } from '../../../../src/channels/max/account';
import type { OpenAccount } from '../../../../src/contract';
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
	await expect(item(open, 'contact.findByPhone', { phone: '+79990000002' })).rejects.toMatchObject({
		code: 'upstream_error',
	});
});

describe('a service whose pages are shorter than asked', () => {
	beforeEach(() => {
		scene.control.setPolicy({ historyMax: 40 });
		scene.control.injectMany({ to: ANNA, chats: 1, count: 100 });
	});

	it('is read to the end, either way', async () => {
		const [chat] = (await run(open, 'chat.getMany', { limit: 1 })).items;
		const chatId = chat!['external_chat_id'] as string;
		expect((await run(open, 'message.getMany', { chatId })).items).toHaveLength(100);
		expect((await run(open, 'message.getMany', { chatId, after: 1 })).items).toHaveLength(100);
		expect((await run(open, 'message.getSince', { since: 1, chatIds: [chatId] })).items).toHaveLength(100);
	});
});
