import { expect } from 'vitest';
import { tinyPng } from '../../sandbox/avito';
import { node, workflow } from '../harness';
import { file, json, type Case } from './stage';
import { chat, telegram } from './trigger-scene';

const sent = {
	channel: 'telegram',
	message_id: expect.any(String) as string,
	date: expect.any(String) as string,
	duplicate: false,
};
/** The number of a message sent by the node before. */
const OF_BEFORE = '={{ $json.message_id }}';

/** Every operation on messages and files, once: resource.operation → what a person would check. */
export const messageCases: Record<string, Case> = {
	'message.send': async ({ run, anna, texts }) => {
		const text = '<b>Good</b> day';
		expect(json(await run({ chatId: chat(anna.id), text, options: { format: 'html' } }))).toMatchObject([
			{ ...sent, chat_id: anna.id },
		]);
		expect(texts().at(-1)).toBe('Good day');
	},
	'message.sendAndWait': async ({ n8n, sandbox, credential, anna, boris, texts }) => {
		const { id } = await n8n.api.createWorkflow(
			workflow('Ask', [
				node('Start', 'n8n-nodes-base.manualTrigger'),
				telegram('Ask', credential, ['message', 'sendAndWait'], {
					chatId: chat(anna.id),
					message: 'A discount?',
				}),
				node('After', 'n8n-nodes-base.noOp'),
			]),
		);
		const started = await n8n.api.startManually(id, 'Start');
		if (!('executionId' in started)) throw new Error('the execution did not start');
		await expect.poll(() => texts().at(-1), { timeout: 20_000 }).toMatch(/^A discount\?/);
		sandbox.control.injectMessage({ from: anna.id, to: boris.id, text: 'Yes!' });
		const execution = await n8n.api.finished(started.executionId);
		expect(execution.error).toBeUndefined();
		expect(execution.json('After')).toMatchObject([{ data: { approved: true, text: 'Yes!' } }]);
	},
	'message.sendMedia': async ({ run, sandbox, anna, boris, texts }) => {
		const before = file(tinyPng, 'dot.png', 'image/png');
		const items = await run({ chatId: chat(anna.id), mediaKind: 'photo', caption: 'A dot' }, { before });
		expect(json(items)).toMatchObject([sent]);
		const last = sandbox.control.messages({ owner: anna.id, peer: boris.id }).at(-1);
		expect(last?.file?.size).toBe(tinyPng.length);
		expect(texts().at(-1)).toBe('A dot');
	},
	'message.editMedia': async ({ run, anna, boris, sandbox, credential }) => {
		const [base, made] = file(Buffer.from('new words'), 'new.txt', 'text/plain');
		const send = { chatId: chat(anna.id), mediaSource: 'binary', caption: 'old' };
		const before = [
			...file(Buffer.from('old'), 'old.txt', 'text/plain').map((one) => ({ ...one, name: `${one.name} 1` })),
			telegram('Send', credential, ['message', 'sendMedia'], send),
			...[base, made].flatMap((one) => (one === undefined ? [] : [one])),
		];
		const messageId = "={{ $('Send').item.json.message_id }}";
		const items = await run({ chatId: chat(anna.id), messageId, caption: 'new' }, { before });
		expect(json(items)).toMatchObject([{ edited: true, changed: true }]);
		const last = sandbox.control.messages({ owner: anna.id, peer: boris.id }).at(-1);
		expect(last).toMatchObject({ text: 'new', file: { size: 9 } });
	},
	'message.sendLocation': async ({ run, anna, asked }) => {
		await run({ chatId: chat(anna.id), latitude: 55.75, longitude: 37.61 });
		expect(asked('messages.sendMedia')).toMatchObject({ media: { geo_point: { lat: 55.75, long: 37.61 } } });
	},
	'message.sendContact': async ({ run, anna, asked }) => {
		await run({ chatId: chat(anna.id), phone: '+15550001', firstName: 'Zoe' });
		expect(asked('messages.sendMedia')).toMatchObject({ media: { phone_number: '+15550001' } });
	},
	'message.sendPoll': async ({ run, anna, asked }) => {
		expect(json(await run({ chatId: chat(anna.id), question: 'Which?', answers: 'A\nB' }))).toMatchObject([
			sent,
		]);
		expect(asked('messages.sendMedia')).toMatchObject({ media: { poll: { question: { text: 'Which?' } } } });
	},
	'message.getPoll': async ({ run, anna, credential }) => {
		const before = [poll(anna.id, credential)];
		const items = await run({ chatId: chat(anna.id), messageId: OF_BEFORE }, { before });
		expect(json(items)).toMatchObject([{ question: 'Which?', closed: false, total_voters: 0 }]);
	},
	'message.vote': async ({ run, anna, credential }) => {
		const before = [poll(anna.id, credential)];
		const items = await run({ chatId: chat(anna.id), messageId: OF_BEFORE, answers: 'B' }, { before });
		expect(json(items)).toMatchObject([{ voted: true, answers: [{ chosen: false }, { chosen: true }] }]);
	},
	'message.closePoll': async ({ run, anna, credential }) => {
		const before = [poll(anna.id, credential)];
		const items = await run({ chatId: chat(anna.id), messageId: OF_BEFORE }, { before });
		expect(json(items)).toMatchObject([{ closed: true }]);
	},
	'message.sendScheduled': async ({ run, anna, credential, texts }) => {
		const sendAt = new Date(Date.now() + 3_600_000).toISOString();
		const send = { chatId: chat(anna.id), text: 'Sooner', options: { sendAt } };
		const before = [telegram('Send', credential, ['message', 'send'], send)];
		const items = await run({ chatId: chat(anna.id), messageIds: OF_BEFORE }, { before });
		expect(json(items)).toMatchObject([{ sent: true }]);
		expect(texts().at(-1)).toBe('Sooner');
	},
	'message.sendTyping': async ({ run, anna, asked }) => {
		await run({ chatId: chat(anna.id), activity: 'voice' });
		expect(asked('messages.setTyping')).toMatchObject({ action: { _: 'sendMessageRecordAudioAction' } });
	},
	'message.forward': async ({ run, hear, anna, boris, sandbox }) => {
		const messageIds = hear('Pass it on');
		const { groupId } = sandbox.demo;
		await run({ chatId: chat(groupId), fromChatId: chat(anna.id), messageIds });
		expect(sandbox.control.messages({ owner: boris.id, peer: groupId }).at(-1)?.text).toBe('Pass it on');
	},
	'message.copy': async ({ run, hear, anna, boris, sandbox }) => {
		const messageId = hear('Say it yourself');
		const { groupId } = sandbox.demo;
		await run({ chatId: chat(groupId), fromChatId: chat(anna.id), messageId });
		expect(sandbox.control.messages({ owner: boris.id, peer: groupId }).at(-1)).toMatchObject({
			text: 'Say it yourself',
			from: boris.id,
		});
	},
	'message.edit': async ({ run, anna, credential, texts }) => {
		const before = [telegram('Send', credential, ['message', 'send'], { chatId: chat(anna.id), text: 'Ys' })];
		await run({ chatId: chat(anna.id), messageId: OF_BEFORE, text: 'Yes' }, { before });
		expect(texts().at(-1)).toBe('Yes');
	},
	'message.delete': async ({ run, hear, anna, texts }) => {
		const messageIds = hear('Never mind');
		expect(json(await run({ chatId: chat(anna.id), messageIds }))).toEqual([{ deleted: true }]);
		expect(texts()).not.toContain('Never mind');
	},
	'message.pin': async ({ run, hear, anna, boris, sandbox }) => {
		const messageId = hear('Important');
		await run({ chatId: chat(anna.id), messageId });
		expect(pinned(sandbox.control.messages({ owner: boris.id, peer: anna.id }))).toContain('Important');
	},
	'message.unpin': async ({ run, hear, anna, boris, sandbox }) => {
		const messageId = hear('Was important');
		sandbox.control.pin({ owner: boris.id, peer: anna.id, id: Number(messageId) });
		await run({ chatId: chat(anna.id), messageId });
		const after = sandbox.control.messages({ owner: boris.id, peer: anna.id });
		expect(pinned(after)).not.toContain('Was important');
	},
	'message.unpinAll': async ({ run, hear, anna, boris, sandbox }) => {
		for (const text of ['one', 'two'])
			sandbox.control.pin({ owner: boris.id, peer: anna.id, id: Number(hear(text)) });
		await run({ chatId: chat(anna.id) });
		expect(pinned(sandbox.control.messages({ owner: boris.id, peer: anna.id }))).toEqual([]);
	},
	'message.react': async ({ run, hear, anna, boris, sandbox }) => {
		const messageId = hear('Nice?');
		await run({ chatId: chat(anna.id), messageId, emoji: '👍' });
		const message = sandbox.control.messages({ owner: boris.id, peer: anna.id }).at(-1);
		expect(message?.reactions).toMatchObject([{ user: boris.id, list: [{ emoticon: '👍' }] }]);
	},
	'message.unreact': async ({ run, hear, anna, boris, sandbox }) => {
		const messageId = hear('Nice again?');
		const place = { owner: boris.id, peer: anna.id, id: Number(messageId) };
		sandbox.control.react({ ...place, from: boris.id, emoji: '👍' });
		await run({ chatId: chat(anna.id), messageId });
		const message = sandbox.control.messages({ owner: boris.id, peer: anna.id }).at(-1);
		expect(message?.reactions.flatMap(({ list }) => list)).toEqual([]);
	},
	'message.getReactions': async ({ run, hear, anna, boris, sandbox }) => {
		const messageIds = hear('Who likes it?');
		const place = { owner: boris.id, peer: anna.id, id: Number(messageIds) };
		sandbox.control.react({ ...place, from: anna.id, emoji: '🔥' });
		const items = await run({ chatId: chat(anna.id), messageIds, options: { people: 5 } });
		expect(json(items)).toMatchObject([
			{ total: 1, people: [{ external_user_id: anna.id, reaction: '🔥' }] },
		]);
	},
	'message.get': async ({ run, hear, anna }) => {
		const messageIds = hear('This one');
		expect(json(await run({ chatId: chat(anna.id), messageIds }))).toMatchObject([
			{ text: 'This one', meta: { external_message_id: messageIds } },
		]);
	},
	'message.getByLink': async ({ run, sandbox, anna }) => {
		const { channelId } = sandbox.demo;
		const post = sandbox.control.injectMessage({ from: anna.id, to: channelId, text: 'A post' });
		const items = await run({ links: `https://t.me/sandbox_news/${String(post.ids[channelId])}` });
		expect(json(items)).toMatchObject([{ text: 'A post', external_chat_id: channelId }]);
	},
	'message.getMany': async ({ run, hear, anna }) => {
		hear('First');
		hear('Second');
		const items = await run({ chatId: chat(anna.id), limit: 2 });
		expect(json(items)).toMatchObject([{ text: 'Second' }, { text: 'First' }]);
	},
	'message.getSince': async ({ run, hear }) => {
		const messageId = hear('Fresh');
		const items = await run({ since: new Date(Date.now() - 60_000).toISOString() });
		expect(JSON.stringify(json(items))).toContain(`:${messageId}"`);
	},
	'message.getMentions': async ({ run, sandbox, anna, boris }) => {
		const { supergroupId } = sandbox.demo;
		const text = `@${boris.username ?? ''} look`;
		sandbox.control.injectMessage({ from: anna.id, to: supergroupId, text });
		expect(json(await run({ chatId: chat(supergroupId) }))).toMatchObject([{ text }]);
	},
	'message.search': async ({ run, hear }) => {
		hear('A rare word: platypus');
		expect(json(await run({ query: 'platypus' }))).toMatchObject([{ text: 'A rare word: platypus' }]);
	},
	'message.saveDraft': async ({ run, anna, asked }) => {
		await run({ chatId: chat(anna.id), text: 'Perhaps' });
		expect(asked('messages.saveDraft')).toMatchObject({ message: 'Perhaps' });
	},
	'message.getDrafts': async ({ run, anna }) => {
		expect(json(await run())).toMatchObject([{ external_chat_id: anna.id, text: 'Perhaps' }]);
	},
	'message.clearDraft': async ({ run, anna, asked }) => {
		expect(json(await run({ chatId: chat(anna.id) }))).toEqual([{ cleared: true }]);
		expect(asked('messages.saveDraft')).toMatchObject({ message: '' });
	},
	'message.pressButton': async ({ run, sandbox, boris }) => {
		const { botId } = sandbox.demo;
		sandbox.control.injectMessage({ from: boris.id, to: botId, text: '/start' });
		const buttons = [[['Yes', 'y']]] as [string, string][][];
		const asked = sandbox.control.injectMessage({ from: botId, to: boris.id, text: 'Sure?', buttons });
		sandbox.control.setUser({ user: botId, buttonAnswer: { message: 'Noted' } });
		const messageId = String(asked.ids[boris.id]);
		expect(json(await run({ chatId: chat(botId), messageId, button: 'Yes' }))).toMatchObject([
			{ pressed: true, text: 'Noted' },
		]);
	},
	'message.markPlayed': async ({ run, hear, anna, asked }) => {
		const messageIds = hear('', { media: { kind: 'voice' } });
		await run({ chatId: chat(anna.id), messageIds });
		expect(asked('messages.readMessageContents')).toMatchObject({ id: [Number(messageIds)] });
	},
	'message.transcribe': async ({ run, hear, anna }) => {
		const messageId = hear('', { media: { kind: 'voice' }, transcription: 'spoken words' });
		expect(json(await run({ chatId: chat(anna.id), messageId }))).toMatchObject([
			{ pending: false, text: 'spoken words' },
		]);
	},
	'file.download': async ({ run, bytes, hear, anna }) => {
		const content = Buffer.from('a report');
		const messageId = hear('', {
			media: { kind: 'document', base64: content.toString('base64'), name: 'report.txt' },
		});
		const [item] = await run({ mediaRef: `telegram:${anna.id}:${messageId}` });
		expect(item?.binary?.['data']).toMatchObject({ fileName: 'report.txt' });
		expect(await bytes(item?.binary?.['data'])).toEqual(content);
	},
};

function poll(chatId: string, credential: Parameters<typeof telegram>[1]) {
	const parameters = { chatId: chat(chatId), question: 'Which?', answers: 'A\nB' };
	return telegram('Poll', credential, ['message', 'sendPoll'], parameters);
}

function pinned(messages: readonly { text: string; pinned: boolean }[]): string[] {
	return messages.filter((message) => message.pinned).map(({ text }) => text);
}
