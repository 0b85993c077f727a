import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OpenAccount } from '../../../../src/contract';
import type { MaxAccount } from '../../../../src/channels/max/account';
import { OP } from '../../../../src/channels/max/opcodes';
import type { StoredMessage } from '../../../sandbox/max/control/service';
import { TestIntents, testServices, type TestServices } from '../../../support/driver-services';
import { settle, until } from '../../../support/manual-clock';
import type { Journal } from '../support/journal';
import { item, run } from '../support/run';
import { ANNA, BORIS, DIALOG, openReading, Scene } from '../support/scene';

let scene: Scene;
let open: OpenAccount<MaxAccount>;
let journal: Journal;
let services: TestServices;
beforeEach(async () => {
	scene = await Scene.start();
	({ open, journal, services } = await openReading(scene));
});
afterEach(async () => {
	expect(scene.control.failures({})).toEqual([]);
	await scene.close();
});

const stored = (chatId = DIALOG) => scene.control.messages({ chatId });
const texts = (chatId = DIALOG): string[] => stored(chatId).map(({ text }) => text);

describe('sending', () => {
	it('a text, and its own event by the node', async () => {
		const sent = await item(open, 'message.send', { chatId: DIALOG, text: 'hello' });
		expect(sent).toMatchObject({
			channel: 'max',
			account: `max:${ANNA}`,
			chat_id: DIALOG,
			message_id: stored().at(-1)!.id,
			peer_resolved: false,
			duplicate: false,
		});
		await until(() => journal.entries.length === 1, 'the event');
		expect(journal.entries[0]!.event).toMatchObject({
			text: 'hello',
			meta: { direction: 'out', sent_by: 'node', external_message_id: sent['message_id'] },
		});
	});

	it.each(['websocketPlain', 'jsonPlain', 'tcpPlain'] as const)(
		'replies and formatting over %s',
		async (front) => {
			const other = (await openReading(scene, { front, account: 1 })).open;
			const { messageId } = scene.control.injectMessage({ from: ANNA, to: BORIS, text: 'question' });
			await item(other, 'message.reply', {
				chatId: DIALOG,
				messageId,
				text: '**да** 👍 [link](https://max.ru)',
				format: 'markdown',
			});
			const request = scene.control.requests({ opcode: OP.msgSend }).at(-1)!.payload as {
				message: { elements: unknown; link: unknown; text: string };
			};
			expect(request.message).toMatchObject({ text: 'да 👍 link', link: { type: 'REPLY', messageId } });
			expect(request.message.elements).toEqual([
				{ type: 'STRONG', from: '0', length: '2' },
				{ type: 'LINK', from: '6', length: '4', attributes: { url: 'https://max.ru' } },
			]);
			expect(texts().at(-1)).toBe('да 👍 link');
		},
	);

	it.each(['websocketPlain', 'tcpPlain'] as const)(
		'has the flags of the official phone app over %s',
		async (front) => {
			const other = (await openReading(scene, { front, account: 1 })).open;
			await item(other, 'message.send', { chatId: DIALOG, text: 'hello' });
			const { message } = scene.control.requests({ opcode: OP.msgSend }).at(-1)!.payload as {
				message: object;
			};
			const flags = { detectShare: false, isLive: false };
			if (front === 'tcpPlain') expect(message).toMatchObject(flags);
			else for (const flag of Object.keys(flags)) expect(message).not.toHaveProperty(flag);
		},
	);

	it.each([
		['refused', { errors: [{ opcode: OP.msgTyping, error: 'internal', count: 9 }] }],
		['answered with the end of the connection', { cutInReply: [{ opcode: OP.msgTyping, count: 9 }] }],
	])('goes out although typing before it is %s', async (_, faults) => {
		scene.control.setFaults(faults);
		let sent = false;
		void item(open, 'message.send', { chatId: DIALOG, text: 'after all', typing: 3 }).then(
			() => (sent = true),
		);
		await until(
			async () => {
				await scene.clock.advance(500);
				return sent;
			},
			'the message',
			100,
		);
		expect(texts().filter((text) => text === 'after all')).toHaveLength(1);
		expect(scene.control.requests({ opcode: OP.msgTyping })).toHaveLength(1);
	});

	it('to a person by id and by phone', async () => {
		expect(await item(open, 'message.send', { userId: BORIS, text: 'by id' })).toMatchObject({
			chat_id: DIALOG,
			peer_resolved: true,
		});
		expect(await item(open, 'message.send', { phone: '8 (999) 000-00-02', text: 'by phone' })).toMatchObject({
			chat_id: DIALOG,
			peer_resolved: true,
		});
		await expect(item(open, 'message.send', { phone: '+79991112233', text: 'nobody' })).rejects.toMatchObject(
			{ code: 'not_on_messenger' },
		);
		expect(texts().slice(-2)).toEqual(['by id', 'by phone']);
	});

	it('exactly once through a cut in the reply', async () => {
		scene.control.setFaults({ cutInReply: [{ opcode: OP.msgSend, count: 1 }] });
		const intents = new TestIntents();
		const sending = item(
			open,
			'message.send',
			{ chatId: DIALOG, text: 'once' },
			{ intent: intents.handle('k') },
		);
		await until(() => open.status().state !== 'live', 'the cut is noticed');
		await until(
			async () => {
				await scene.clock.advance(1000);
				return open.status().state === 'live';
			},
			'it is back',
			100,
		);
		await sending;
		expect(texts().filter((text) => text === 'once')).toHaveLength(1);
		expect(intents.records.get('k')!.state).toBe('sent');
	});

	it('exactly once through a crash after the first byte', async () => {
		const intents = new TestIntents();
		scene.control.setFaults({ dropReplies: [{ opcode: OP.msgSend, count: 1 }] });
		const crash = new AbortController();
		const first = item(
			open,
			'message.send',
			{ chatId: DIALOG, text: 'once' },
			{ intent: intents.handle('k'), signal: crash.signal },
		);
		await until(() => texts().includes('once'), 'it has arrived');
		crash.abort(new Error('killed'));
		await expect(first).rejects.toThrow();
		scene.control.advance({ ms: 10_000 });
		await scene.clock.advance(10_000);
		const again = await item(
			open,
			'message.send',
			{ chatId: DIALOG, text: 'once' },
			{ intent: intents.handle('k') },
		);
		expect(again['duplicate']).toBe(true);
		expect(texts().filter((text) => text === 'once')).toHaveLength(1);
	});

	it('a long text is refused or split between words', async () => {
		const long = 'word '.repeat(1500).trim();
		await expect(item(open, 'message.send', { chatId: DIALOG, text: long })).rejects.toMatchObject({
			code: 'message_too_long',
		});
		const before = texts().length;
		const intents = new TestIntents();
		const { items } = await run(
			open,
			'message.send',
			{ chatId: DIALOG, text: long, splitLongText: 'split' },
			{ intent: intents.handle('s') },
		);
		expect(items).toHaveLength(2);
		expect(texts().slice(before).join(' ')).toBe(long);
		await run(
			open,
			'message.send',
			{ chatId: DIALOG, text: long, splitLongText: 'split' },
			{ intent: intents.handle('s') },
		);
		expect(texts().length).toBe(before + 2);
	});

	it('a restricted account is told, and becomes an account state', async () => {
		scene.control.setAccount({ account: ANNA, restricted: true });
		const { id } = scene.control.addAccount({ firstName: 'Stranger', phone: '79995554433' });
		await expect(item(open, 'message.send', { userId: id, text: 'hi' })).rejects.toMatchObject({
			code: 'permission_denied',
			providerCode: 'error.user.restricted.send',
		});
		expect(services.states).toMatchObject([{ state: 'limited' }]);
	});

	it('typing first, marking read after', async () => {
		scene.control.injectMessage({ from: BORIS, to: ANNA, text: 'hello?' });
		const sending = item(open, 'message.send', { chatId: DIALOG, text: 'yes', typing: 6, markRead: true });
		await until(() => scene.control.requests({ opcode: OP.msgTyping }).length === 1, 'typing');
		expect(texts()).not.toContain('yes');
		await scene.clock.advance(4_000);
		await scene.clock.advance(2_000);
		await sending;
		expect(scene.control.requests({ opcode: OP.msgTyping })).toHaveLength(2);
		expect(scene.control.requests({ opcode: OP.chatMark })).toHaveLength(1);
	});

	it('forwards, a location, a contact, a sticker and a poll', async () => {
		const { messageId } = scene.control.injectMessage({ from: BORIS, to: ANNA, text: 'pass it on' });
		const group = scene.sandbox.demo.groupId;
		await run(open, 'message.forward', { chatId: group, fromChatId: DIALOG, messageIds: [messageId] });
		await run(open, 'message.sendLocation', { chatId: group, latitude: 55.75, longitude: 37 });
		await run(open, 'message.sendContact', { chatId: group, contactId: BORIS });
		await run(open, 'message.sendSticker', { chatId: group, stickerId: '5' });
		await run(open, 'message.sendPoll', { chatId: group, question: 'Lunch?', answers: ['yes', 'no'] });
		expect(
			stored(group)
				.slice(-4)
				.map(({ attaches }) => attaches[0]!.kind),
		).toEqual(['LOCATION', 'CONTACT', 'STICKER', 'POLL']);
		await until(() => journal.entries.length === 6, 'all events');
		expect(
			journal.entries
				.map(({ event }) => event.data?.['forwarded_from'] ?? null)
				.filter((one) => one !== null),
		).toMatchObject([{ chat_id: DIALOG, text: 'pass it on' }]);
	});

	it('at a later time', async () => {
		const at = open.account.serverNow() + 3_600_000;
		await item(open, 'message.send', { chatId: DIALOG, text: 'later', sendAt: at });
		expect(texts()).not.toContain('later');
		const { items } = await run(open, 'message.getMany', {
			chatId: DIALOG,
			scheduled: true,
			before: at + 1000,
		});
		expect(items).toMatchObject([{ text: 'later' }]);
	});

	it.each([
		['a second apart, also in different chats', {}, 1],
		[
			'at once in different chats, where the person allows more than one a second',
			{ sendsPerMinute: 100 },
			2,
		],
		['at once in different chats, where the pause is a chat’s own', { chatGapSeconds: 2 }, 2],
	])('%s', async (_what, fields, atOnce) => {
		const slow = testServices({ clock: scene.clock, rules: { chatGapMs: 1_000 } });
		const { open: paced } = await openReading(scene, { fields, services: slow });
		const chats = [DIALOG, scene.sandbox.demo.groupId];
		const sending = Promise.all(chats.map((chatId) => run(paced, 'message.send', { chatId, text: 'paced' })));
		const out = (): number => chats.filter((chatId) => texts(chatId).includes('paced')).length;
		await until(() => out() === atOnce, `${String(atOnce)} of them`);
		await settle(100);
		expect(out()).toBe(atOnce);
		await until(
			async () => {
				await scene.clock.advance(100);
				return out() === 2;
			},
			'both',
			200,
		);
		await sending;
	});

	it('at a later time, which is called off', async () => {
		const sendAt = new Date(Date.now() + 3_600_000).toISOString();
		const sent = await item(open, 'message.send', { chatId: DIALOG, text: 'never', sendAt });
		const messageIds = sent['message_id'] as string;
		expect(await item(open, 'message.delete', { chatId: DIALOG, messageIds, scheduled: true })).toEqual({
			deleted: true,
		});
		const { items } = await run(open, 'message.getMany', {
			chatId: DIALOG,
			scheduled: true,
			before: Date.parse(sendAt) + 1000,
		});
		expect(items).toEqual([]);
	});
});

describe('changing', () => {
	it('edit, delete for all and for me', async () => {
		const sent = await item(open, 'message.send', { chatId: DIALOG, text: 'draft' });
		const messageId = sent['message_id'] as string;
		await item(open, 'message.edit', { chatId: DIALOG, messageId, text: '<b>final</b>', format: 'html' });
		expect(texts().at(-1)).toBe('final');
		expect(await item(open, 'message.delete', { chatId: DIALOG, messageIds: [messageId] })).toEqual({
			deleted: true,
		});
		expect(texts()).not.toContain('final');
		await expect(item(open, 'message.get', { chatId: DIALOG, messageId })).rejects.toMatchObject({
			code: 'message_not_found',
		});
	});

	it.each(['keep', 'remove', 'refuse'] as const)(
		'an edit of the text leaves media where they are (without the member a server would: %s)',
		async (editWithoutAttachments) => {
			scene.control.setPolicy({ editWithoutAttachments });
			const media = (['photo', 'video', 'note', 'audio', 'file'] as const).map((kind) => [{ kind }]);
			for (const one of [...media, [{ kind: 'photo' as const }, { kind: 'video' as const }]]) {
				const { messageId } = scene.control.injectMessage({ from: ANNA, to: BORIS, text: 'old', media: one });
				const stored = (): StoredMessage =>
					scene.control.messages({ chatId: DIALOG }).find(({ id }) => id === messageId)!;
				const before = stored().attaches;
				expect(before).toHaveLength(one.length);
				await run(open, 'message.edit', { chatId: DIALOG, messageId, text: 'new' });
				expect(stored()).toMatchObject({ text: 'new', attaches: before });
				await run(open, 'message.edit', { chatId: DIALOG, messageId, text: 'bare', removeMedia: true });
				expect(stored().attaches).toEqual([]);
			}
		},
	);

	it('an edit of a message with a contact or a place keeps that too', async () => {
		scene.control.setPolicy({ editWithoutAttachments: 'remove' });
		const contact = await item(open, 'message.sendContact', { chatId: DIALOG, contactId: BORIS });
		const place = await item(open, 'message.sendLocation', {
			chatId: DIALOG,
			latitude: 55.75,
			longitude: 37.61,
		});
		for (const [sent, kind] of [
			[contact, 'CONTACT'],
			[place, 'LOCATION'],
		] as const) {
			const messageId = sent['message_id'] as string;
			await run(open, 'message.edit', { chatId: DIALOG, messageId, text: 'with words' });
			const stored = scene.control.messages({ chatId: DIALOG }).find(({ id }) => id === messageId)!;
			expect(stored.attaches).toMatchObject([{ kind }]);
		}
	});

	it('react, read the reactions, take it back', async () => {
		const { messageId } = scene.control.injectMessage({ from: BORIS, to: ANNA, text: 'like me' });
		expect(await item(open, 'message.react', { chatId: DIALOG, messageId, emoji: '👍' })).toMatchObject({
			reacted: true,
			chat_id: DIALOG,
			message_id: messageId,
			total: 1,
			your_reaction: '👍',
		});
		expect(await item(open, 'message.getReactions', { chatId: DIALOG, messageId })).toMatchObject({
			message_id: messageId,
			total: 1,
		});
		scene.control.react({ from: BORIS, chatId: DIALOG, messageId, reaction: '🔥' });
		const { people } = await item(open, 'message.getReactions', {
			chatId: DIALOG,
			messageId,
			includePeople: true,
		});
		expect(people).toEqual(
			expect.arrayContaining([
				{ external_user_id: BORIS, client_name: 'Boris Orlov', reaction: '🔥' },
				{ external_user_id: ANNA, client_name: expect.any(String) as string, reaction: '👍' },
			]),
		);
		scene.control.react({ from: BORIS, chatId: DIALOG, messageId, reaction: null });
		expect(await item(open, 'message.unreact', { chatId: DIALOG, messageId })).toMatchObject({ total: 0 });
	});

	it('polls: results, a vote by words and by id, taken back', async () => {
		const group = scene.sandbox.demo.groupId;
		const sent = await item(open, 'message.sendPoll', {
			chatId: group,
			question: 'Lunch?',
			answers: ['Soup, hot', 'Salad'],
			anonymous: false,
		});
		const place = { chatId: group, messageId: sent['message_id'] as string };
		const votes = async (): Promise<unknown> =>
			((await item(open, 'message.getPoll', place))['answers'] as { voters: number }[]).map(
				(one) => one.voters,
			);
		expect(await item(open, 'message.getPoll', place)).toMatchObject({
			question: 'Lunch?',
			total_voters: 0,
			answers: [
				{ text: 'Soup, hot', voters: 0 },
				{ text: 'Salad', voters: 0 },
			],
		});
		expect(await item(open, 'message.vote', { ...place, answers: ['soup, HOT'] })).toMatchObject({
			voted: true,
			total_voters: 1,
			answers: [{ text: 'Soup, hot', voters: 1, voter_ids: [ANNA] }, { voters: 0 }],
		});
		expect(await votes()).toEqual([1, 0]);
		await expect(item(open, 'message.vote', { ...place, answers: ['Salad'] })).rejects.toMatchObject({
			code: 'permission_denied',
			providerCode: 'poll.already.voted',
		});
		expect(await item(open, 'message.vote', { ...place, answers: [] })).toMatchObject({ voted: false });
		const answers = (await item(open, 'message.getPoll', place))['answers'] as { id: number }[];
		await item(open, 'message.vote', { ...place, answers: [answers[1]!.id] });
		expect(await votes()).toEqual([0, 1]);
		await expect(item(open, 'message.vote', { ...place, answers: ['Pizza'] })).rejects.toMatchObject({
			code: 'invalid_parameter',
			hint: 'Choose from "Soup, hot", "Salad".',
		});
		const { messageId } = scene.control.injectMessage({ from: BORIS, to: ANNA, text: 'no poll' });
		await expect(item(open, 'message.getPoll', { chatId: DIALOG, messageId })).rejects.toMatchObject({
			code: 'invalid_parameter',
		});
	});

	it('pin and unpin in a group; a dialog is refused with the reason', async () => {
		const group = scene.sandbox.demo.groupId;
		const { messageId } = scene.control.injectMessage({ from: BORIS, chatId: group, text: 'pin me' });
		await item(open, 'message.pin', { chatId: group, messageId });
		expect(await item(open, 'chat.get', { chatId: group })).toMatchObject({ pinned_message_id: messageId });
		await item(open, 'message.unpin', { chatId: group });
		expect(await item(open, 'chat.get', { chatId: group })).toMatchObject({ pinned_message_id: null });
		await expect(item(open, 'message.pin', { chatId: DIALOG, messageId })).rejects.toMatchObject({
			code: 'invalid_parameter',
		});
	});

	it('mark read up to a message, whole, and unread', async () => {
		const first = scene.control.injectMessage({ from: BORIS, to: ANNA, text: '1' });
		scene.control.advance({ ms: 10 });
		scene.control.injectMessage({ from: BORIS, to: ANNA, text: '2' });
		expect(
			await item(open, 'message.markRead', { chatId: DIALOG, messageId: first.messageId }),
		).toMatchObject({ unread_count: 1 });
		expect(await item(open, 'chat.markRead', { chatId: DIALOG })).toMatchObject({ unread_count: 0 });
		expect(await item(open, 'message.markUnread', { chatId: DIALOG })).toMatchObject({ marked_unread: true });
	});
});

describe('reading', () => {
	it('history both ways, page by page, without repeats', async () => {
		const small = (await openReading(scene, { account: 1, fields: { historyPage: 5 } })).open;
		for (let n = 1; n <= 23; n += 1) {
			scene.control.injectMessage({ from: ANNA, to: BORIS, text: `#${String(n)}` });
			if (n % 4 === 0) scene.control.advance({ ms: 3 });
		}
		const all = (await run(small, 'message.getMany', { chatId: DIALOG })).items.map(({ text }) => text);
		expect(all.slice(0, 23)).toEqual(Array.from({ length: 23 }, (_, n) => `#${String(23 - n)}`));
		expect((await run(small, 'message.getMany', { chatId: DIALOG, limit: 7 })).items).toHaveLength(7);
		const on = (await run(small, 'message.getMany', { chatId: DIALOG, after: 1, limit: 6 })).items.map(
			({ text }) => text,
		);
		expect(on.slice(0, 3)).toEqual(['Hello Anna', 'Hello Boris', '#1']);
	});

	it('get since gives the ids a trigger gave; MAX’s own messages only when asked for', async () => {
		const since = open.account.serverNow() - 1000;
		scene.control.injectMany({ to: ANNA, chats: 2, count: 6 });
		scene.control.injectMessage({ from: scene.sandbox.demo.serviceId, to: ANNA, text: 'Login code: 777888' });
		await until(() => journal.entries.length === 7, 'the pushes');
		const { items } = await run(open, 'message.getSince', { since });
		const pushed = journal.entries.map(({ event }) => event).filter(({ meta }) => meta.is_service === false);
		expect(items.map(({ event_id: id }) => id).sort()).toEqual(pushed.map(({ event_id: id }) => id).sort());
		const whole = await run(open, 'message.getSince', { since, includeService: true });
		expect(whole.items).toHaveLength(7);
		expect(JSON.stringify(whole.items)).not.toContain('777888');
	});

	it('search in a chat and everywhere', async () => {
		scene.control.injectMessage({ from: BORIS, to: ANNA, text: 'a needle here' });
		scene.control.injectMessage({ from: BORIS, chatId: scene.sandbox.demo.groupId, text: 'another needle' });
		expect((await run(open, 'message.search', { query: 'needle' })).items).toHaveLength(2);
		expect((await run(open, 'message.search', { query: 'needle', chatId: DIALOG })).items).toMatchObject([
			{ text: 'a needle here' },
		]);
	});

	it.each([3, 128, 136, 155, 159, 293])(
		'a raw request with the push-only number %i never leaves',
		async (opcode) => {
			await expect(item(open, 'raw.request', { opcode })).rejects.toMatchObject({
				code: 'invalid_parameter',
			});
			expect(scene.control.requests({ opcode })).toEqual([]);
		},
	);

	it('raw requests know ids, and refuse a float', async () => {
		const { messageId } = scene.control.injectMessage({ from: BORIS, to: ANNA, text: 'raw' });
		const reply = await item(open, 'raw.request', {
			opcode: 71,
			payload: { chatId: DIALOG, messageIds: [messageId] },
		});
		expect(reply['messages']).toMatchObject([{ text: 'raw' }]);
		await expect(
			item(open, 'raw.request', { opcode: 49, payload: { chatId: DIALOG, from: 1.5 } }),
		).rejects.toMatchObject({ code: 'invalid_parameter' });
		await settle(2);
	});
});
