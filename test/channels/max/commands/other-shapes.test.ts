import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MaxAccount } from '../../../../src/channels/max/account';
import type { OpenAccount } from '../../../../src/contract';
import { mediaUrl } from '../../../../src/channels/max/api/media';
import { sendMessage } from '../../../../src/channels/max/api/messages';
import { readPushed } from '../../../../src/channels/max/engine/intake';
import { refusalError } from '../../../../src/channels/max/refusal';
import { until } from '../../../support/manual-clock';
import type { Journal } from '../support/journal';
import { item } from '../support/run';
import { ANNA, BORIS, DIALOG, openReading, Scene } from '../support/scene';

/** The same thing in the other shapes that public clients have met: nothing of it is lost. */
let scene: Scene;
let open: OpenAccount<MaxAccount>;
let journal: Journal;
beforeEach(async () => {
	scene = await Scene.start();
	({ open, journal } = await openReading(scene));
});
afterEach(async () => {
	expect(scene.control.failures({})).toEqual([]);
	await scene.close();
});

describe.each([
	{ votes: [{ userId: Number(BORIS), timestamp: 1_789_303_939_393 }], shape: 'with their times' },
	{ votes: [Number(BORIS)], shape: 'as bare ids' },
])('the voters of a poll $shape', ({ votes }) => {
	it('are told', async () => {
		const group = scene.sandbox.demo.groupId;
		const sent = await item(open, 'message.sendPoll', {
			chatId: group,
			question: 'Lunch?',
			answers: ['Soup', 'Salad'],
			anonymous: false,
		});
		const result = { answerId: 0, voteCount: 1, votes };
		const path = 'messages.0.attaches.0.state.result.0';
		scene.control.setFaults({ mutations: [{ opcode: 71, path, value: result, count: 1 }] });
		const place = { chatId: group, messageId: sent['message_id'] as string };
		expect(await item(open, 'message.getPoll', place)).toMatchObject({
			answers: [{ text: 'Soup', voters: 1, voter_ids: [BORIS] }, { voters: 0 }],
		});
	});
});

it('a voice message without an id is one, and has its address', async () => {
	const url = 'https://a.oneme.ru/voice';
	for (const attach of [
		{ _type: 'AUDIO', token: 'voice' },
		{ _type: 'AUDIO', url },
	])
		scene.control.injectMessage({ from: BORIS, to: ANNA, attaches: [attach] });
	await until(() => journal.entries.length === 2, 'both');
	expect(journal.entries.map(({ event }) => event.media)).toMatchObject([
		{ has_voice: true, voice_url: null },
		{ has_voice: true, voice_url: url },
	]);
});

it.each([
	{ reply: { cache: true, MP4_480: 'low', mp4_1080: 'high', EXTERNAL: 'page' }, url: 'high' },
	{ reply: { cache: true, dynamicUrl: 'one' }, url: 'one' },
	{ reply: { cache: true, url: 'one' }, url: 'one' },
	{ reply: { cache: true, EXTERNAL: 'page' }, url: null },
])('the address of a video in $reply', async ({ reply, url }) => {
	const ref = { kind: 'video', chatId: '1', messageId: '2', mediaId: '3' } as const;
	const service = { request: () => Promise.resolve(reply) };
	expect(await mediaUrl(service, ref, null, { signal: AbortSignal.abort() })).toEqual({ url });
});

describe('a message that is the payload itself', () => {
	const message = { id: '7', chatId: 5, sender: 3, time: 1_789_303_939_393, text: 'hi', attaches: [] };

	it('is the one that was sent', async () => {
		const service = { request: () => Promise.resolve(message) };
		const how = { cid: '1', silent: false, phone: true };
		const sent = await sendMessage(service, { chatId: '5' }, { text: 'hi' }, how, {});
		expect(sent).toEqual({ chatId: '5', message });
	});

	it('is the one a push tells', () => {
		const push = { opcode: 128, seq: 1, unreadable: undefined, acknowledge: () => undefined };
		expect(readPushed({ ...push, payload: message })?.facts).toMatchObject({
			chatId: '5',
			id: '7',
			text: 'hi',
		});
		expect(readPushed({ ...push, payload: { chatId: 5, id: '7' } })).toBeNull();
	});
});

it('a refusal that is nothing but a code names it', () => {
	expect(refusalError(5, 64)).toMatchObject({ providerCode: '5', message: expect.stringContaining('64, 5') });
	expect(refusalError('chat.denied', 64)).toMatchObject({ providerCode: 'chat.denied' });
});

it('a reaction answered without counters is the one that was given', async () => {
	const { messageId } = scene.control.injectMessage({ from: BORIS, to: ANNA, text: 'nice' });
	scene.control.setFaults({ mutations: [{ opcode: 178, path: 'reactionInfo', count: 1 }] });
	expect(await item(open, 'message.react', { chatId: DIALOG, messageId, emoji: '🔥' })).toMatchObject({
		reacted: true,
		your_reaction: '🔥',
	});
});
