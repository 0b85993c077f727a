import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/contract';
import { until } from '../../support/manual-clock';
import { startBench, testIntent, type Bench } from './fixture';

/** Boris, and what a test does with his account. */
async function scene() {
	const bench = await startBench();
	const account = await bench.open();
	const call = async (name: string, input: JsonObject = {}): Promise<JsonObject[]> =>
		(await bench.call(account, name, input)).items;
	const { groupId, supergroupId, channelId, botId } = bench.sandbox.demo;
	const chatId = bench.anna.id;
	return {
		...{ bench, account, call, chatId, groupId, supergroupId, channelId, botId },
		control: bench.sandbox.control,
		send: async (text: string, input: JsonObject = {}) =>
			idOf((await call('message.send', { chatId, text, ...input }))[0]),
		get: async (messageId: string, chat = chatId) =>
			(await call('message.get', { chatId: chat, messageIds: [messageId], includeRaw: true }))[0] ?? {},
		/** Anna writes; the message's number for Boris */
		hear: (text: string, more: object = {}) => {
			const heard = bench.sandbox.control.injectMessage({
				from: bench.anna.id,
				to: bench.owner.id,
				text,
				...more,
			});
			return String(heard.ids[bench.owner.id]);
		},
		last: (method: string) =>
			bench.sandbox.control.requests({ method }).at(-1)?.args as JsonObject | undefined,
	};
}

const idOf = (item: JsonObject | undefined): string => item?.['message_id'] as string;
const numberOf = (item: JsonObject): string =>
	(item['meta'] as { external_message_id: string }).external_message_id;
const rawOf = (item: JsonObject): JsonObject => item['raw'] as JsonObject;
const textsOf = (items: JsonObject[]): unknown[] => items.map((item) => item['text']);

/** Time passes while a call waits, up to so much at once. */
async function whileWaiting<T>({ clock }: Bench, work: Promise<T>, ms: number): Promise<T> {
	let done = false;
	work.then(
		() => (done = true),
		() => (done = true),
	);
	await until(async () => {
		if (!done) await clock.advance(ms);
		return done;
	}, 'the call');
	return work;
}

describe('sending text', () => {
	it('replies with a quote, silently, protected, without a preview', async () => {
		const { hear, send, get } = await scene();
		const asked = hear('How much is the red one?');
		const sent = await send('Ten', {
			replyTo: asked,
			quote: 'the red one',
			silent: true,
			protect: true,
			linkPreview: false,
		});
		const message = await get(sent);
		expect(message).toMatchObject({ meta: { reply_to: { id: asked, text: 'the red one' } } });
		expect(rawOf(message)).toMatchObject({ silent: true, noforwards: true });
	});

	it('shows the preview of an address of its own choice', async () => {
		const { send, get } = await scene();
		const sent = await send('Look', {
			previewUrl: 'https://example.com/news',
			previewSize: 'large',
			previewAbove: true,
		});
		expect(rawOf(await get(sent))).toMatchObject({
			message: 'Look',
			media: { force_large_media: true, webpage: { url: 'https://example.com/news' } },
		});
	});

	it('refuses what is too long, or splits it', async () => {
		const { call, chatId } = await scene();
		const text = 'word '.repeat(1_000);
		await expect(call('message.send', { chatId, text })).rejects.toMatchObject({ code: 'message_too_long' });
		const items = await call('message.send', { chatId, text, splitLongText: 'split' });
		expect(new Set(items.map(idOf)).size).toBe(2);
	});

	it('puts a number that hides into the contacts, and takes it out again if wanted', async () => {
		const { call, control } = await scene();
		const { id } = control.createUser({ firstName: 'Gina', phone: '+79990000030' });
		control.setFaults({
			errors: [{ method: 'contacts.resolvePhone', code: 400, message: 'PHONE_NOT_OCCUPIED', count: 2 }],
		});
		const to = { chatId: '+79990000030', text: 'hello' };
		await expect(call('message.send', to)).rejects.toMatchObject({ providerCode: 'PHONE_NOT_OCCUPIED' });
		const [sent] = await call('message.send', { ...to, importContact: true, forgetContact: true });
		expect(sent).toMatchObject({ chat_id: id, peer_resolved: true });
		expect(control.requests({ method: 'contacts.importContacts' })).toHaveLength(1);
		expect(control.requests({ method: 'contacts.deleteContacts' })).toHaveLength(1);
	});

	it('writes into a topic of a forum, and reads only it', async () => {
		const { call, control, bench } = await scene();
		const { id: chat } = control.createChat({
			owner: bench.owner.id,
			kind: 'supergroup',
			title: 'Forum',
			forum: true,
		});
		await call('chat.getMany');
		const [made] = await call('chat.createTopic', { chatId: chat, title: 'Orders' });
		const topicId = made?.['topic_id'] as string;
		const [inTopic] = await call('message.send', { chatId: chat, text: 'in the topic', topicId });
		await call('message.send', { chatId: chat, text: 'outside' });
		const items = await call('message.getMany', { chatId: chat, topicId });
		expect(items.map(numberOf)).toEqual([idOf(inTopic)]);
	});
});

describe('scheduled messages', () => {
	it('are listed, changed, cancelled and sent before their time', async () => {
		const { call, send, chatId } = await scene();
		const inAnHour = new Date(Date.now() + 3_600_000).toISOString();
		const later = await send('later', { sendAt: inAnHour });
		const online = await send('when you are there', { sendAt: 'online' });
		const listed = await call('message.getMany', { chatId, scheduled: true });
		expect(listed).toMatchObject([
			{ event_type: 'scheduled', text: 'later', meta: { external_message_id: later } },
			{ text: 'when you are there', data: { when_online: true } },
		]);
		await call('message.edit', { chatId, messageId: later, text: 'later, corrected', scheduled: true });
		expect(textsOf(await call('message.getMany', { chatId, scheduled: true }))).toContain('later, corrected');
		await call('message.sendScheduled', { chatId, messageIds: [later] });
		await call('message.delete', { chatId, messageIds: [online], scheduled: true });
		expect(await call('message.getMany', { chatId, scheduled: true })).toEqual([]);
		const texts = textsOf(await call('message.getMany', { chatId }));
		expect(texts).toContain('later, corrected');
		expect(texts).not.toContain('when you are there');
	});
});

describe('changing', () => {
	it('deletes for both sides, or for this account only', async () => {
		const { call, send, chatId, control, bench } = await scene();
		const [both, mine] = [await send('for both'), await send('mine only')];
		const annas = () =>
			control.messages({ owner: bench.anna.id, peer: bench.owner.id }).map(({ text }) => text);
		await call('message.delete', { chatId, messageIds: [both] });
		await call('message.delete', { chatId, messageIds: [mine], forEveryone: false });
		expect(annas()).not.toContain('for both');
		expect(annas()).toContain('mine only');
		const texts = textsOf(await call('message.getMany', { chatId }));
		expect(texts).not.toContain('for both');
		expect(texts).not.toContain('mine only');
	});

	it('forwards several with one answer each, with and without the author', async () => {
		const { call, hear, chatId, groupId } = await scene();
		const ids = [hear('one'), hear('two'), hear('three')];
		const forwarded = await call('message.forward', { chatId: groupId, fromChatId: chatId, messageIds: ids });
		expect(new Set(forwarded.map(idOf)).size).toBe(3);
		const copies = await call('message.forward', {
			chatId: groupId,
			fromChatId: chatId,
			messageIds: ids,
			asCopy: true,
		});
		const items = await call('message.getMany', { chatId: groupId, limit: 6, includeRaw: true });
		const heads = items.map((item) => rawOf(item)['fwd_from'] !== undefined);
		expect(heads).toEqual([false, false, false, true, true, true]);
		expect(copies.map(idOf).toReversed()).toEqual(items.slice(0, 3).map(numberOf));
	});

	it('copies under its own name, with the formatting or with other words', async () => {
		const { call, send, chatId, groupId, get } = await scene();
		const original = await send('<b>Bold</b> words', { format: 'html' });
		const [same] = await call('message.copy', {
			chatId: groupId,
			fromChatId: chatId,
			messageId: original,
		});
		expect(rawOf(await get(idOf(same), groupId))).toMatchObject({
			message: 'Bold words',
			entities: [{ _: 'messageEntityBold', offset: 0, length: 4 }],
		});
		const [place] = await call('message.sendLocation', {
			chatId,
			latitude: 55.75,
			longitude: 37.61,
			title: 'Square',
			address: 'Red',
		});
		const [other] = await call('message.copy', {
			chatId: groupId,
			fromChatId: chatId,
			messageId: idOf(place),
		});
		expect(rawOf(await get(idOf(other), groupId))).toMatchObject({
			media: { _: 'messageMediaVenue', title: 'Square', address: 'Red' },
		});
		const [answer] = await call('message.copy', {
			chatId,
			fromChatId: chatId,
			messageId: original,
			text: 'Other words',
			replyTo: original,
		});
		expect(await get(idOf(answer))).toMatchObject({
			text: 'Other words',
			meta: { reply_to: { id: original } },
		});
	});

	it('pins, unpins one, unpins all', async () => {
		const { call, send, chatId } = await scene();
		const ids = [await send('a'), await send('b'), await send('c')];
		for (const messageId of ids) await call('message.pin', { chatId, messageId });
		const pinned = async () => textsOf(await call('message.search', { chatId, filter: 'pinned' }));
		expect(await pinned()).toEqual(['c', 'b', 'a']);
		await call('message.pin', { chatId, messageId: ids[1] ?? '', pinned: false });
		expect(await pinned()).toEqual(['c', 'a']);
		await call('message.unpinAll', { chatId });
		expect(await pinned()).toEqual([]);
	});

	it('reacts, with one or (Premium) several, and counts who did', async () => {
		const { call, hear, chatId, control, bench } = await scene();
		const messageId = hear('nice');
		await call('message.react', { chatId, messageId, emoji: '👍' });
		control.react({
			owner: bench.owner.id,
			peer: chatId,
			id: Number(messageId),
			from: bench.anna.id,
			emoji: '🔥',
		});
		const [counted] = await call('message.getReactions', { chatId, messageIds: [messageId], people: 10 });
		expect(counted).toMatchObject({ total: 2 });
		expect(counted?.['counters']).toEqual(
			expect.arrayContaining([
				{ reaction: '👍', count: 1, mine: true },
				{ reaction: '🔥', count: 1, mine: false },
			]),
		);
		expect(counted?.['people']).toMatchObject([
			{ external_user_id: bench.owner.id, reaction: '👍', mine: true },
			{ external_user_id: bench.anna.id, reaction: '🔥', mine: false },
		]);
		await expect(call('message.react', { chatId, messageId, emoji: ['👍', '🔥'] })).rejects.toMatchObject({
			providerCode: 'REACTIONS_TOO_MANY',
		});
		await call('message.react', { chatId, messageId, emoji: '' });
		expect((await call('message.getReactions', { chatId, messageIds: [messageId] }))[0]).toMatchObject({
			total: 1,
		});
	});

	it('shows what it does: once, or again and again for a while', async () => {
		const { call, chatId, control, bench, last } = await scene();
		await call('message.sendTyping', { chatId, activity: 'voice' });
		expect(last('messages.setTyping')).toMatchObject({ action: { _: 'sendMessageRecordAudioAction' } });
		await whileWaiting(bench, call('message.sendTyping', { chatId, activity: 'photo', seconds: 12 }), 5_000);
		expect(control.requests({ method: 'messages.setTyping' })).toHaveLength(4);
	});
});

describe('reading', () => {
	it('goes back and on, by number and by time', async () => {
		const { call, chatId, hear } = await scene();
		const start = Math.floor(Date.now() / 1000) - 10_000;
		const ids: string[] = [];
		for (let index = 0; index < 250; index += 1)
			ids.push(hear(`n${String(index)}`, { date: start + index * 10 }));
		const texts = async (input: JsonObject) => textsOf(await call('message.getMany', { chatId, ...input }));
		const named = (from: number, to: number): string[] =>
			Array.from(
				{ length: Math.abs(to - from) },
				(_, index) => `n${String(from < to ? from + index : from - index)}`,
			);
		expect(await texts({ beforeId: ids[200] ?? '', limit: 150 })).toEqual(named(199, 49));
		expect(await texts({ afterId: ids[20] ?? '', limit: 150 })).toEqual(named(21, 171));
		expect(await texts({ before: String(start + 1_000), limit: 3 })).toEqual(named(99, 96));
		expect(await texts({ after: String(start + 1_000), limit: 3 })).toEqual(named(100, 103));
		expect(await texts({ after: String(start + 1_000), before: String(start + 1_030) })).toEqual(
			named(100, 103),
		);
		expect(await texts({ after: String(start + 2_000) })).toEqual(named(200, 250));
	});

	it('gets messages by their links', async () => {
		const { call, control, bench, channelId, supergroupId } = await scene();
		const post = control.injectMessage({ from: bench.anna.id, to: channelId, text: 'a post' });
		const word = control.injectMessage({ from: bench.anna.id, to: supergroupId, text: 'a word' });
		await call('chat.getMany');
		const bare = supergroupId.replace('-100', '');
		expect(
			textsOf(
				await call('message.getByLink', {
					links: [
						`https://t.me/sandbox_news/${String(post.ids[channelId])}`,
						`t.me/c/${bare}/${String(word.ids[supergroupId])}`,
					],
				}),
			),
		).toEqual(['a post', 'a word']);
		await expect(call('message.getByLink', { links: ['https://t.me/sandbox_news'] })).rejects.toMatchObject({
			code: 'invalid_parameter',
			field: 'links',
		});
	});

	it('searches by content, sender and time, in one chat and in all', async () => {
		const { call, control, bench, chatId, supergroupId, hear } = await scene();
		hear('see https://example.com', { date: 1_700_000_000 });
		hear('a picture of an invoice', { media: { kind: 'photo' } });
		control.injectMessage({ from: bench.anna.id, to: supergroupId, text: 'invoice for the team' });
		await call('chat.getMany');
		await call('message.send', { chatId: supergroupId, text: 'my invoice' });
		const found = async (input: JsonObject) => textsOf(await call('message.search', input));
		expect(await found({ chatId, filter: 'photo' })).toEqual(['a picture of an invoice']);
		expect(await found({ chatId, filter: 'link', before: '1700000001' })).toEqual([
			'see https://example.com',
		]);
		expect(await found({ chatId, filter: 'link', since: '1700000001' })).toEqual([]);
		expect(await found({ chatId: supergroupId, query: 'invoice', fromUserId: chatId })).toEqual([
			'invoice for the team',
		]);
		expect((await found({ query: 'invoice' })).toSorted()).toEqual([
			'a picture of an invoice',
			'invoice for the team',
			'my invoice',
		]);
		expect(await found({ query: 'invoice', scope: 'private' })).toEqual(['a picture of an invoice']);
		await expect(found({ query: '' })).rejects.toMatchObject({ code: 'invalid_parameter' });
	});

	it('pages through a search of all chats', async () => {
		const { call, hear } = await scene();
		for (let index = 0; index < 130; index += 1) hear(`needle ${String(index)}`);
		const items = await call('message.search', { query: 'needle', limit: 120 });
		expect(new Set(textsOf(items)).size).toBe(120);
	});

	it('lists unread mentions and marks them seen with the chat', async () => {
		const { call, control, bench, supergroupId } = await scene();
		await call('chat.getMany');
		const text = `@${bench.owner.username ?? ''} please`;
		control.injectMessage({ from: bench.anna.id, to: supergroupId, text });
		control.injectMessage({ from: bench.anna.id, to: supergroupId, text: 'not you' });
		const chat = { chatId: supergroupId };
		expect(textsOf(await call('message.getMentions', chat))).toEqual([text]);
		await call('chat.markRead', { ...chat, mentions: true, reactions: true });
		expect(await call('message.getMentions', chat)).toEqual([]);
	});
});

describe('polls', () => {
	it('are sent, voted in, read and closed', async () => {
		const { call, chatId, control, bench } = await scene();
		const [sent] = await call('message.sendPoll', {
			chatId,
			question: 'Which?',
			answers: ['Red', 'Green, light', 'Blue'],
			anonymous: false,
			multiple: true,
		});
		const where = { chatId, messageId: idOf(sent) };
		expect(await call('message.getPoll', where)).toMatchObject([
			{ question: 'Which?', closed: false, anonymous: false, multiple: true, voted: false, total_voters: 0 },
		]);
		control.vote({
			owner: bench.owner.id,
			peer: chatId,
			id: Number(where.messageId),
			from: bench.anna.id,
			answers: [2],
		});
		const [voted] = await call('message.vote', { ...where, answers: ['Green, light', '3'] });
		expect(voted).toMatchObject({
			voted: true,
			total_voters: 2,
			answers: [
				{ text: 'Red', voters: 0, chosen: false },
				{ text: 'Green, light', voters: 1, chosen: true },
				{ text: 'Blue', voters: 2, chosen: true },
			],
		});
		await expect(call('message.vote', { ...where, answers: ['Pink'] })).rejects.toMatchObject({
			code: 'invalid_parameter',
			field: 'answers',
		});
		expect(await call('message.vote', { ...where, answers: [] })).toMatchObject([{ voted: false }]);
		expect(await call('message.closePoll', where)).toMatchObject([{ closed: true, total_voters: 1 }]);
		await expect(call('message.vote', { ...where, answers: ['Red'] })).rejects.toMatchObject({
			providerCode: 'MESSAGE_POLL_CLOSED',
		});
	});

	it('are a quiz when the right answer is said', async () => {
		const { call, chatId } = await scene();
		const [sent] = await call('message.sendPoll', {
			chatId,
			question: '2 × 2',
			answers: ['3', '4'],
			correctAnswers: ['4'],
			explanation: '<b>Four</b>',
			explanationFormat: 'html',
		});
		const where = { chatId, messageId: idOf(sent) };
		const [answered] = await call('message.vote', { ...where, answers: ['3'] });
		expect(answered).toMatchObject({
			quiz: true,
			answers: [
				{ text: '3', chosen: true, correct: false },
				{ text: '4', chosen: false, correct: true },
			],
		});
		await expect(
			call('message.sendPoll', { chatId, question: 'x', answers: ['a', 'b'], explanation: 'y' }),
		).rejects.toMatchObject({ field: 'explanation' });
	});
});

describe('drafts', () => {
	it('are saved, listed and cleared, one or all', async () => {
		const { call, chatId, groupId } = await scene();
		await call('message.saveDraft', { chatId, text: '*soon*', format: 'markdown' });
		await call('message.saveDraft', { chatId: groupId, text: 'to all' });
		const drafts = await call('message.getDrafts');
		expect(drafts).toHaveLength(2);
		expect(drafts.find((one) => one['external_chat_id'] === chatId)).toMatchObject({
			text: 'soon',
			markdown: '*soon*',
		});
		await call('message.clearDraft', { chatId });
		expect(textsOf(await call('message.getDrafts'))).toEqual(['to all']);
		await call('message.clearDraft');
		expect(await call('message.getDrafts')).toEqual([]);
	});
});

describe('buttons', () => {
	it('are pressed by words or number, and the answer is told', async () => {
		const { call, control, bench, botId } = await scene();
		control.injectMessage({ from: bench.owner.id, to: botId, text: '/start' });
		const asked = control.injectMessage({
			from: botId,
			to: bench.owner.id,
			text: 'Sure?',
			buttons: [
				[
					['Yes', 'y'],
					['No', 'n'],
				],
			],
		});
		const where = { chatId: botId, messageId: String(asked.ids[bench.owner.id]) };
		control.setUser({ user: botId, buttonAnswer: { message: 'Noted', alert: true } });
		expect(await call('message.pressButton', { ...where, button: 'Yes' })).toMatchObject([
			{ button: 'Yes', pressed: true, answered: true, text: 'Noted', alert: true },
		]);
		await call('message.pressButton', { ...where, button: '2' });
		expect(control.presses({}).map(({ data }) => data)).toEqual(['y', 'n']);
		await expect(call('message.pressButton', { ...where, button: 'Perhaps' })).rejects.toMatchObject({
			field: 'button',
			hint: 'Buttons of the message: Yes, No.',
		});
	});

	it('that no bot answers are pressed all the same', async () => {
		const { call, control, bench, botId } = await scene();
		control.injectMessage({ from: bench.owner.id, to: botId, text: '/start' });
		const asked = control.injectMessage({
			from: botId,
			to: bench.owner.id,
			text: 'Hm?',
			buttons: [[['Go', 'g']]],
		});
		control.setFaults({
			errors: [
				{ method: 'messages.getBotCallbackAnswer', code: 400, message: 'BOT_RESPONSE_TIMEOUT', count: 1 },
			],
		});
		const where = { chatId: botId, messageId: String(asked.ids[bench.owner.id]) };
		expect(await call('message.pressButton', { ...where, button: 'Go' })).toMatchObject([
			{ pressed: true, answered: false },
		]);
	});
});

describe('voices', () => {
	it('become text, which comes later, and are marked as played', async () => {
		const { call, control, bench, chatId, hear } = await scene();
		const messageId = hear('', { media: { kind: 'voice' }, transcription: 'hello from the car' });
		expect(await call('message.transcribe', { chatId, messageId })).toMatchObject([
			{ pending: false, text: 'hello from the car' },
		]);
		await call('message.markPlayed', { chatId, messageIds: [messageId] });
		expect(control.requests({ method: 'messages.readMessageContents' })).toHaveLength(1);
		expect(bench.clock.pending).toBe(0);
	});

	it('whose text does not come in time are pending', async () => {
		const { call, control, bench, chatId, hear } = await scene();
		const messageId = hear('', { media: { kind: 'voice' }, transcription: 'late' });
		control.setFaults({ losePush: 1 });
		const waiting = call('message.transcribe', { chatId, messageId });
		await until(
			() => bench.clock.pending > 0 && control.requests({ method: 'messages.transcribeAudio' }).length === 1,
			'the request',
		);
		expect(await whileWaiting(bench, waiting, 20_000)).toMatchObject([{ pending: true, text: '' }]);
	});
});

describe('places and cards', () => {
	it('are sent as points, venues and contacts', async () => {
		const { call, chatId, get } = await scene();
		const media = async ([sent]: JsonObject[]) => rawOf(await get(idOf(sent)))['media'];
		expect(
			await media(
				await call('message.sendLocation', { chatId, latitude: -33.5, longitude: 151.25, accuracy: 10 }),
			),
		).toMatchObject({ _: 'messageMediaGeo', geo: { lat: -33.5, long: 151.25, accuracy_radius: 10 } });
		await expect(
			call('message.sendLocation', { chatId, latitude: 1, longitude: 1, title: 'x' }),
		).rejects.toMatchObject({ field: 'address' });
		expect(
			await media(await call('message.sendContact', { chatId, phone: '+15550001', firstName: 'Zoe' })),
		).toMatchObject({ _: 'messageMediaContact', phone_number: '+15550001', first_name: 'Zoe' });
		expect(await media(await call('message.sendContact', { chatId, contactId: chatId }))).toMatchObject({
			phone_number: '+79990000001',
			first_name: 'Anna',
			last_name: 'Lee',
			user_id: chatId,
		});
	});
});

describe('what a message holds beside its words', () => {
	it('is told without the raw object, in the words of MAX', async () => {
		const { call, chatId, groupId, get, botId, control, bench } = await scene();
		const told = async ([sent]: JsonObject[], chat = chatId) => (await get(idOf(sent), chat))['data'];
		expect(
			await told(await call('message.sendLocation', { chatId, latitude: -33.5, longitude: 151.25 })),
		).toEqual({ latitude: -33.5, longitude: 151.25 });
		const venue = { chatId, latitude: 1, longitude: 2, title: 'Café', address: 'Street 1' };
		expect(await told(await call('message.sendLocation', venue))).toMatchObject({
			latitude: 1,
			title: 'Café',
		});
		expect(
			await told(await call('message.sendContact', { chatId, phone: '+15550001', firstName: 'Zoe' })),
		).toEqual({ contact_id: null, contact_name: 'Zoe', contact_phone: '+15550001' });
		const poll = { chatId: groupId, question: 'Which?', answers: ['One', 'Two'] };
		expect(await told(await call('message.sendPoll', poll), groupId)).toEqual({
			poll_id: expect.any(String) as string,
			title: 'Which?',
			answers: [{ text: 'One' }, { text: 'Two' }],
		});
		const [heard] = await call('message.getMany', { chatId, limit: 100 }).then((all) =>
			all.filter(({ text }) => text === 'Hello Anna'),
		);
		const messageIds = [numberOf(heard!)];
		expect(
			await told(await call('message.forward', { chatId: groupId, fromChatId: chatId, messageIds }), groupId),
		).toMatchObject({
			forwarded_from: { user_id: bench.owner.id, user_name: 'Boris', chat_id: null },
		});
		const { ids } = control.injectMessage({
			from: botId,
			to: bench.owner.id,
			text: 'choose',
			buttons: [[['Go', 'g']]],
		});
		expect((await get(String(ids[bench.owner.id]), botId))['data']).toEqual({
			keyboard: [[{ text: 'Go' }]],
		});
		expect((await get(messageIds[0]!))['data']).toBeUndefined();
	});
});

describe('exactly once', () => {
	it('an album and a forward that Telegram has already are found again, each message', async () => {
		const { bench, account, call, chatId, groupId, hear } = await scene();
		const ids = [hear('one'), hear('two')];
		const input = { chatId: groupId, fromChatId: chatId, messageIds: ids };
		const run = (key: string) => bench.call(account, 'message.forward', input, testIntent(key));
		const first = await run('00000000000000bb');
		const again = await run('00000000000000bb');
		expect(again.items.map(idOf)).toEqual(first.items.map(idOf));
		expect(again.items.map((item) => item['duplicate'])).toEqual([true, true]);
		const items = await call('message.getMany', { chatId: groupId });
		expect(textsOf(items).filter((text) => text === 'one' || text === 'two')).toHaveLength(2);
	});

	it('a send whose answer was lost with the connection is one message', async () => {
		const { bench, call, chatId, control } = await scene();
		for (const method of ['messages.sendMessage', 'messages.sendMedia', 'messages.forwardMessages']) {
			control.setFaults({ cutBeforeAnswer: [{ method, count: 1 }] });
			const sending =
				method === 'messages.sendMessage'
					? call('message.send', { chatId, text: 'once' })
					: method === 'messages.sendMedia'
						? call('message.sendLocation', { chatId, latitude: 1, longitude: 1 })
						: call('message.forward', {
								chatId: bench.sandbox.demo.groupId,
								fromChatId: chatId,
								messageIds: [control.messages({ owner: bench.owner.id, peer: chatId })[0]?.id ?? 0],
							});
			const [sent] = await sending;
			expect(idOf(sent)).toMatch(/^\d+$/);
		}
		const here = control.messages({ owner: bench.owner.id, peer: chatId });
		expect(here.filter(({ text }) => text === 'once')).toHaveLength(1);
		expect(here.filter(({ text, from }) => text === '' && from === bench.owner.id)).toHaveLength(1);
		const there = control.messages({ owner: bench.owner.id, peer: bench.sandbox.demo.groupId });
		expect(there.filter(({ text }) => text === 'Hello Anna')).toHaveLength(1);
	});

	it('PEER_FLOOD becomes the state of the account, and strangers are left alone for a day', async () => {
		const { bench, account, control, chatId } = await scene();
		control.createUser({ firstName: 'Emil', username: 'emil_sandbox' });
		control.setFaults({
			errors: [{ method: 'messages.sendMessage', code: 400, message: 'PEER_FLOOD', count: 1 }],
		});
		const write = (to: string) => bench.call(account, 'message.send', { chatId: to, text: 'hello' });
		await expect(write('@emil_sandbox')).rejects.toMatchObject({ code: 'new_contact_limit' });
		expect(bench.services.states).toMatchObject([{ state: 'limited' }]);
		control.createUser({ firstName: 'Fay', username: 'fay_sandbox' });
		await expect(write('@fay_sandbox')).rejects.toMatchObject({ code: 'new_contact_limit' });
		expect(control.requests({ method: 'messages.sendMessage' })).toHaveLength(1);
		await write(chatId);
		await bench.clock.advance(86_400_001);
		await write('@fay_sandbox');
		expect(control.requests({ method: 'messages.sendMessage' })).toHaveLength(3);
		control.setFaults({
			errors: [{ method: 'contacts.importContacts', code: 400, message: 'PEER_FLOOD', count: 1 }],
		});
		const method = 'contacts.importContacts';
		const importing = bench.call(account, 'raw.request', { method, parameters: { contacts: [] } });
		await expect(importing).rejects.toMatchObject({ code: 'new_contact_limit' });
		expect(bench.services.states).toHaveLength(2);
	});
});
