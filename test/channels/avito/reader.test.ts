import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { avitoDriver } from '../../../src/channels/avito';
import type { JsonObject, OpenAccount, Reader } from '../../../src/contract';
import { placeholderText } from '../../sandbox/avito';
import { settle, until } from '../../support/manual-clock';
import { MemoryJournal, passingWaits, startBench, type Bench } from './fixture';

interface Scene {
	bench: Bench;
	account: OpenAccount<never>;
	journal: MemoryJournal;
	reader: Reader;
}

/** A live reader with a webhook of its own, fed over HTTP by the sandbox. */
async function reading(
	options: Parameters<typeof startBench>[0] = {},
): Promise<Scene & { accepted: boolean[] }> {
	const bench = await startBench(options);
	const account = (await bench.account()) as unknown as OpenAccount<never>;
	const journal = new MemoryJournal(account.accountId);
	const reader = account.startReading(journal);
	onTestFinished(() => reader.stop());
	await reader.live;
	const accepted: boolean[] = [];
	const server = createServer((request, response) => {
		void body(request).then(async (text) => {
			accepted.push((await reader.accept?.(JSON.parse(text) as JsonObject)) ?? false);
			response.end('{"ok":true}');
		});
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	onTestFinished(() => {
		server.closeAllConnections();
		server.close();
	});
	const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
	await bench.call(account, 'webhook.subscribe', { url });
	return { bench, account, journal, reader, accepted };
}

async function body(request: IncomingMessage): Promise<string> {
	const chunks: Buffer[] = [];
	for await (const chunk of request) chunks.push(chunk as Buffer);
	return Buffer.concat(chunks).toString('utf8');
}

const events = ({ journal }: Scene) => journal.events.map(({ event }) => event);

describe('a webhook', () => {
	it('is journalled at once with client name and ad, and moves no position', async () => {
		const scene = await reading();
		const state = structuredClone(scene.journal.state);
		const { message_id } = scene.bench.sandbox.control.incoming({
			text: 'Здравствуйте',
			author_name: 'Анна',
		});
		await until(() => scene.journal.events.length === 1, 'the event');
		expect(scene.journal.events[0]).toMatchObject({
			recovered: false,
			event: {
				event_id: `avito:94000001:${message_id}`,
				text: 'Здравствуйте',
				client_name: 'Анна',
				meta: { ad_title: 'Ремонт телефонов', ad_price: '1 500 ₽', ad_id: '7700000001', chat_type: 'u2i' },
			},
		});
		expect(scene.journal.state).toEqual(state);
	});

	it('and reconciliation bring the same message as one event', async () => {
		const scene = await reading();
		const { control } = scene.bench.sandbox;
		control.webhooks({ duplicate_next: 3 });
		for (const text of ['а', 'б', 'в']) control.incoming({ text });
		await until(() => scene.accepted.length === 6, 'the deliveries');
		control.incoming({ text: 'потеряно', deliver: false });
		const before = control.requests({ operation_id: 'getMessagesV3' }).length;
		scene.reader.checkNow?.();
		await until(() => scene.journal.events.length === 4, 'the reconciliation');
		expect(control.requests({ operation_id: 'getMessagesV3' }).length).toBeGreaterThan(before);
		await until(() => control.requests({ operation_id: 'getMessagesV3' }).length === before + 4, 'its end');
		await settle();
		expect(scene.journal.texts().sort()).toEqual(['а', 'б', 'в', 'потеряно']);
	});

	it('keeps the order of a chat', async () => {
		const scene = await reading();
		const { control } = scene.bench.sandbox;
		control.bulk({ messages: 60, chats: 3 });
		await until(() => scene.journal.events.length === 60, 'the events');
		for (const chat of new Set(events(scene).map(({ external_chat_id }) => external_chat_id))) {
			const numbers = scene.journal.texts(chat).map((text) => Number(/\d+/.exec(text)?.[0]));
			expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
		}
	});

	it('of an own message says who wrote it: the phone, or this package', async () => {
		const scene = await reading();
		const { bench } = scene;
		const { chat_id: chatId } = bench.sandbox.control.incoming({ text: 'Вопрос' });
		bench.services.sentByNode = async (_chat, id) =>
			bench.sandbox.control.outbox({}).some(({ message_id }) => message_id === id);
		await bench.call(scene.account, 'message.send', { chatId, text: 'Ответ' });
		bench.sandbox.control.outgoing({ chat_id: chatId, text: 'С телефона' });
		await until(() => scene.journal.events.length === 3, 'the echoes');
		const own = events(scene).filter(({ meta }) => meta.direction === 'out');
		expect(own.map(({ text, meta }) => [text, meta.sent_by])).toEqual([
			['Ответ', 'node'],
			['С телефона', 'device'],
		]);
		expect(own[0]?.external_user_id).toBe(events(scene)[0]?.external_user_id);
	});

	it('of a customer does not wait behind an echo that waits for its send', async () => {
		const scene = await reading();
		const { control } = scene.bench.sandbox;
		const { chat_id } = control.incoming({ text: 'Вопрос' });
		await until(() => scene.journal.events.length === 1, 'the question');
		const settled = Promise.withResolvers<boolean>();
		scene.bench.services.sentByNode = () => settled.promise;
		const echo = scene.reader.accept?.(
			webhookOf(control.outgoing({ chat_id, text: 'Ответ', deliver: false }), 94000001, 'Ответ'),
		);
		control.incoming({ chat_id, text: 'И ещё' });
		await until(() => scene.journal.events.length === 2, 'the second question');
		expect(scene.journal.texts()).toEqual(['Вопрос', 'И ещё']);
		settled.resolve(true);
		expect(await echo).toBe(true);
		expect(scene.journal.texts()).toEqual(['Вопрос', 'И ещё', 'Ответ']);
	});

	it('by Avito itself is marked as service', async () => {
		const scene = await reading();
		scene.bench.sandbox.control.system({ author_id: 0 });
		scene.bench.sandbox.control.system({ author_id: 1 });
		await until(() => scene.journal.events.length === 2, 'the notes');
		expect(events(scene).map(({ meta }) => meta.is_service)).toEqual([true, true]);
	});

	it('with the notice of the missing subscription is no message, but a state of the account', async () => {
		const scene = await reading({ settings: { no_subscription_webhook: 'placeholder' } });
		scene.bench.sandbox.control.account({ user_id: 94000001, subscription: false });
		scene.bench.sandbox.control.incoming({ text: 'не видно' });
		await until(() => scene.accepted.length === 1, 'the delivery');
		expect(scene.journal.events).toEqual([]);
		expect(scene.bench.services.states).toMatchObject([
			{ state: 'subscription_missing', atMostEveryMs: 86_400_000 },
		]);
	});

	it('of another account, or not understood, is told so', async () => {
		const scene = await reading();
		expect(await scene.reader.accept?.({})).toBe(false);
		const foreign = webhookOf({ chat_id: 'u2i-x', message_id: 'm', author_id: 5 }, 94000002, 'x');
		expect(await scene.reader.accept?.(foreign)).toBe(false);
		const unknown = {
			id: 'e-1',
			timestamp: 1758312345,
			payload: { type: 'chat_archived', value: { user_id: 94000001 } },
		};
		expect(await scene.reader.accept?.(unknown)).toBe(true);
		expect(events(scene)).toMatchObject([
			{ event_type: 'unknown', meta: { original_media_type: 'chat_archived' }, raw: unknown },
		]);
	});

	it('that the journal cannot take is refused, so that reconciliation finds it', async () => {
		const scene = await reading();
		const { control } = scene.bench.sandbox;
		const lost = control.incoming({ text: 'потом', deliver: false });
		scene.journal.failNext = 1;
		await expect(scene.reader.accept?.(webhookOf(lost, 94000001, 'потом'))).rejects.toThrow(
			'the disk is full',
		);
		scene.reader.checkNow?.();
		await until(() => scene.journal.texts().includes('потом'), 'the reconciliation');
	});

	it('during the first pass comes after what was missed', async () => {
		const bench = await startBench();
		const account = await bench.account();
		const journal = new MemoryJournal(account.accountId);
		const first = account.startReading(journal);
		await first.live;
		await first.stop();
		bench.sandbox.control.clock({ advance_seconds: 1_000 });
		const { chat_id } = bench.sandbox.control.incoming({ text: 'раньше', deliver: false });
		bench.sandbox.control.mode({ mode: 'slow', delay_ms: 100, scope: 'getChatsV2', count: 1 });
		const reader = account.startReading(journal);
		onTestFinished(() => reader.stop());
		const late = { chat_id, message_id: 'f'.repeat(32), author_id: 5 };
		await reader.accept?.(webhookOf(late, 94000001, 'позже'));
		expect(journal.texts()).toEqual(['раньше', 'позже']);
	});
});

/** A v3 webhook for a message the sandbox stored without delivering it. */
function webhookOf(
	sent: { chat_id: string; message_id: string; author_id: number },
	userId: number,
	text: string,
): JsonObject {
	const created = Math.floor(Date.now() / 1000);
	return {
		id: 'e-1',
		version: 'v3.0.0',
		timestamp: created,
		payload: {
			type: 'message',
			value: {
				id: sent.message_id,
				chat_id: sent.chat_id,
				user_id: userId,
				author_id: sent.author_id,
				created,
				type: 'text',
				chat_type: 'u2i',
				content: { text },
			},
		},
	};
}

describe('reconciliation', () => {
	it('comes back every five minutes, or as often as a trigger polls', async () => {
		const scene = await reading();
		const { control } = scene.bench.sandbox;
		const looks = () => control.requests({ operation_id: 'getChatsV2' }).length;
		const start = looks();
		await scene.bench.clock.advance(299_000);
		expect(looks()).toBe(start);
		await scene.bench.clock.advance(1_500);
		await until(() => looks() === start + 2, 'the next look, and one at the chat with Avito');
		await until(() => scene.bench.clock.nextDueMs === 300_000, 'the pause');
		scene.journal.pollMs = 10_000;
		scene.reader.checkNow?.();
		await until(() => looks() === start + 3, 'the look that was asked for');
		await until(() => scene.bench.clock.nextDueMs === 10_000, 'the pause');
		await scene.bench.clock.advance(10_000);
		await until(() => looks() === start + 4, 'the poll');
	});

	it('recovers by itself after an outage, and says when it began and ended', async () => {
		const scene = await reading({ credential: { retries: 0, breakerFailures: 0 } });
		const { bench, account } = scene;
		await bench.sandbox.control.unreachable({});
		scene.reader.checkNow?.();
		await until(() => account.status().state === 'waiting', 'the outage');
		expect(bench.services.states).toMatchObject([{ state: 'disconnected', error: { code: 'unreachable' } }]);
		await bench.sandbox.control.unreachable({ seconds: 0 });
		bench.sandbox.control.incoming({ text: 'тем временем', deliver: false });
		await passingWaits(
			bench.clock,
			until(() => account.status().state === 'live', 'the recovery'),
		);
		expect(bench.services.states.at(-1)).toMatchObject({ state: 'live' });
		expect(account.status().reconnects).toBe(1);
		expect(scene.journal.texts()).toEqual(['тем временем']);
	});

	it('is live later when Avito is away at the start', async () => {
		const bench = await startBench({ credential: { retries: 0, breakerFailures: 0 } });
		const account = await bench.account();
		await bench.sandbox.control.unreachable({});
		const reader = account.startReading(new MemoryJournal(account.accountId));
		onTestFinished(() => reader.stop());
		await until(() => account.status().state === 'waiting', 'the failure');
		for (let i = 0; i < 5; i += 1) await bench.clock.advance(10_000);
		await bench.sandbox.control.unreachable({ seconds: 0 });
		await passingWaits(bench.clock, reader.live, 25_000);
		expect(account.status().state).toBe('live');
	});

	it('without the paid access tells it once a day and loses nothing that is paid for later', async () => {
		const scene = await reading({ credential: { retries: 0 } });
		const { bench, journal } = scene;
		const { control } = bench.sandbox;
		control.clock({ advance_seconds: 1_000 });
		control.account({ user_id: 94000001, subscription: false });
		control.incoming({ text: 'оплачено позже', deliver: false });
		scene.reader.checkNow?.();
		await until(
			() => bench.services.states.some(({ state }) => state === 'subscription_missing'),
			'the notice',
		);
		expect(bench.services.states.every(({ atMostEveryMs }) => atMostEveryMs === 86_400_000)).toBe(true);
		expect(journal.events).toEqual([]);
		control.account({ user_id: 94000001, subscription: true });
		await passingWaits(
			bench.clock,
			until(() => journal.events.length === 1, 'the message'),
		);
		expect(journal.texts()).toEqual(['оплачено позже']);
		expect(JSON.stringify(journal.events)).not.toContain(placeholderText.slice(0, 20));
	});

	it('keeps asking, rarely, when the keys are refused, and says that a person is needed', async () => {
		const scene = await reading({ credential: { retries: 0 } });
		const { bench, account } = scene;
		bench.services.sealed.clear();
		bench.sandbox.control.tokens({ user_id: 94000001, action: 'revoke' });
		bench.sandbox.control.mode({ mode: '401', scope: 'getAccessToken' });
		scene.reader.checkNow?.();
		await until(() => account.status().state === 'ended', 'the end');
		expect(bench.services.states.at(-1)).toMatchObject({
			state: 'ended',
			error: { code: 'credential_invalid' },
		});
		bench.sandbox.control.mode({ mode: 'ok' });
		await passingWaits(
			bench.clock,
			until(() => account.status().state === 'live', 'the recovery'),
		);
	});

	it('ends at once, with nothing left behind, in any phase', async () => {
		const scene = await reading();
		expect(scene.bench.clock.pending).toBe(1);
		await scene.reader.stop();
		await scene.reader.stop();
		expect(scene.bench.clock.pending).toBe(0);
		expect(await scene.reader.accept?.({})).toBe(false);
		scene.bench.sandbox.control.mode({ mode: 'hang', scope: 'getChatsV2' });
		const next = scene.account.startReading(scene.journal);
		await until(() => scene.account.status().inFlight === 1, 'the request');
		await next.stop();
		await expect(next.live).rejects.toMatchObject({ code: 'cancelled' });
		await until(() => scene.account.status().inFlight === 0, 'the request to end');
		expect(scene.bench.clock.pending).toBe(0);
	});
});

describe('enrichment', () => {
	it('is skipped when the budget is short: the message goes on without its details', async () => {
		const scene = await reading({ budget: { buckets: { enrichment: { points: 3, windowMs: 60_000 } } } });
		const { control } = scene.bench.sandbox;
		control.bulk({ messages: 30, chats: 30 });
		await until(() => scene.journal.events.length === 30, 'the events');
		expect(events(scene).filter(({ client_name }) => client_name !== '').length).toBeLessThanOrEqual(3);
		expect(control.requests({ operation_id: 'getChatByIdV2' }).length).toBeLessThanOrEqual(3);
	});

	it('never keeps the next first look waiting, and webhooks with it', async () => {
		const scene = await reading({ budget: { buckets: avitoDriver.buckets } });
		scene.bench.sandbox.control.bulk({ messages: 40, chats: 40 });
		await until(() => scene.journal.events.length === 40, 'the events');
		await scene.reader.stop();
		const next = scene.account.startReading(scene.journal);
		await next.live;
		await next.stop();
	});

	it('asks once per chat, and not at all for what lists have shown', async () => {
		const scene = await reading();
		const { control } = scene.bench.sandbox;
		control.bulk({ messages: 20, chats: 1 });
		await until(() => scene.journal.events.length === 20, 'the events');
		expect(events(scene).every(({ client_name }) => client_name !== '')).toBe(true);
		expect(control.requests({ operation_id: 'getChatByIdV2' })).toHaveLength(1);
	});

	it('waits a second at most for a slow Avito', async () => {
		const scene = await reading();
		const { control } = scene.bench.sandbox;
		control.mode({ mode: 'hang', scope: 'getChatByIdV2' });
		control.incoming({ text: 'трубку не берут' });
		await until(() => control.requests({ operation_id: 'getChatByIdV2' }).length === 1, 'the question');
		expect(scene.journal.events).toHaveLength(0);
		await scene.bench.clock.advance(1_000);
		await until(() => scene.journal.events.length === 1, 'the event');
		expect(events(scene)[0]).toMatchObject({
			client_name: '',
			external_user_id: expect.stringMatching(/^\d+$/) as string,
		});
	});

	it('finds the URL of a voice message', async () => {
		const scene = await reading();
		scene.bench.sandbox.control.incoming({ type: 'voice' });
		await until(() => scene.journal.events.length === 1, 'the event');
		expect(events(scene)[0]?.media).toMatchObject({
			has_voice: true,
			voice_url: expect.stringMatching(/^http/) as string,
			voice_ref: expect.stringMatching(/^avito:voice:/) as string,
		});
	});
});
