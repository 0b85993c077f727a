import type { IDataObject } from 'n8n-workflow';
import { describe, expect, test } from 'vitest';
import { MessengerTrigger } from '../../../nodes/Messenger/MessengerTrigger.node';
import { ChannelError } from '../../../src/contract';
import { event, useBridge } from '../support/account';
import { manualTriggerContext, triggerContext, type ContextOptions } from '../support/contexts';

const bridge = useBridge();
const CREDENTIALS = { messengerAccountsApi: { id: 'cred9', name: 'All accounts' } };

const avito = { channel: 'avito', clientId: 'id', clientSecret: 's' };
const max = { channel: 'max', token: 't', deviceId: 'd' };
const telegram = { channel: 'telegram', session: 'x' };

async function start(first: IDataObject, parameters: IDataObject = {}) {
	const stored = { accounts: first as unknown, reads: 0 };
	const node = new MessengerTrigger();
	const started = triggerContext(node, {
		parameters,
		settings: { credentials: CREDENTIALS },
		credentials: () => {
			stored.reads += 1;
			return {
				accounts: typeof stored.accounts === 'string' ? stored.accounts : JSON.stringify(stored.accounts),
			};
		},
	} satisfies ContextOptions);
	const response = await node.trigger.call(started.context);
	return { ...started, response, stored };
}

const listening = () =>
	bridge.pool.subscriptions
		.filter(({ ended }) => !ended)
		.map(({ request: { credential } }) => `${credential.channel}:${credential.entry ?? ''}`);

describe('a published Messenger Trigger', () => {
	test('is one consumer per account with one identity and one window', async () => {
		await start({ shop: avito, ivan: max, anna: telegram }, { options: { maxParallel: 7 } });
		expect(listening()).toEqual(['avito:shop', 'max:ivan', 'telegram:anna']);
		const requests = bridge.pool.subscriptions.map(({ request }) => request);
		expect(new Set(requests.map(({ identity }) => JSON.stringify(identity))).size).toBe(1);
		expect(requests.map(({ options }) => options.window)).toEqual([7, 7, 7]);
		expect(requests[0]!.options.filter.chatTypes).toEqual(['private', 'u2i', 'u2u']);
		expect(requests[1]!.credential.data).toEqual({ token: 't', deviceId: 'd', label: 'ivan' });
	});

	test('polls Avito, which has no address to call', async () => {
		await start({ shop: avito, ivan: max }, { options: { pollSeconds: 12 } });
		const [shop, ivan] = bridge.pool.subscriptions.map(({ request }) => request);
		expect(shop!.pollEveryMs!()).toBe(12_000);
		expect(ivan!.pollEveryMs!()).toBeNull();
	});

	test('listens on the chosen accounts only', async () => {
		await start(
			{ shop: avito, ivan: max, anna: { ...telegram, id: '42' } },
			{ accountsMode: 'chosen', accounts: ['shop', 'telegram:42'] },
		);
		expect(listening()).toEqual(['avito:shop', 'telegram:anna']);
	});

	test('takes an account in and lets one go while it runs, and leaves the others alone', async () => {
		const { stored, response } = await start({ shop: avito, ivan: max });
		stored.accounts = { shop: avito, anna: telegram };
		await bridge.clock.advance(61_000);
		expect(listening()).toEqual(['avito:shop', 'telegram:anna']);
		expect(bridge.pool.subscriptions.map(({ ended }) => ended)).toEqual([false, true, false]);

		stored.accounts = {};
		await bridge.clock.advance(61_000);
		expect(listening()).toEqual([]);
		stored.accounts = { ivan: max };
		await bridge.clock.advance(61_000);
		expect(listening()).toEqual(['max:ivan']);
		await response.closeFunction!();
		expect(listening()).toEqual([]);
		stored.accounts = { shop: avito };
		await bridge.clock.advance(130_000);
		expect(listening()).toEqual([]);
	});

	test('a hundred accounts that look at their credential share the read', async () => {
		const accounts = Object.fromEntries(
			Array.from({ length: 100 }, (_, n) => [`a${n}`, { ...max, token: `t${n}` }]),
		);
		const { stored } = await start(accounts);
		const before = stored.reads;
		await Promise.all(bridge.pool.subscriptions.map(({ request }) => request.credential.read()));
		expect(stored.reads - before).toBe(1);
	});

	test('a bad account is told once and the others run; edited badly, an account stays as it was', async () => {
		const { failures, stored } = await start({ shop: avito, bad: { channel: 'icq' } });
		expect(listening()).toEqual(['avito:shop']);
		expect(failures.map(({ message }) => message)).toEqual([
			'Account "bad": field channel: must be max, telegram, avito',
		]);
		stored.accounts = { shop: { ...avito, clientSecret: '***' }, bad: { channel: 'icq' } };
		await bridge.clock.advance(61_000);
		expect(listening()).toEqual(['avito:shop']);
		expect(failures).toHaveLength(2);
		stored.accounts = '{ half a ';
		await bridge.clock.advance(200_000);
		expect(listening()).toEqual(['avito:shop']);
		expect(failures).toHaveLength(3);
		await expect(bridge.pool.subscriptions[0]!.request.credential.read()).rejects.toThrow('not valid JSON');
	});

	test('trouble of one account is told with its label, and hides no trouble of another', async () => {
		const { failures } = await start({ shop: avito, ivan: max });
		for (const { request } of bridge.pool.subscriptions)
			request.report({ error: new ChannelError('session_ended', 'The session has ended'), account: null });
		expect(failures.map(({ message }) => message)).toEqual([
			'Account "shop": The session has ended',
			'Account "ivan": The session has ended',
		]);
	});

	test.each([
		['one', [[{ text: 'hello' }]]],
		['channel', [[], [{ text: 'hello' }]]],
	])('with outputs: %s, an item comes out where it belongs', async (outputs, expected) => {
		const node = new MessengerTrigger();
		const emitted: unknown[] = [];
		const { context } = triggerContext(node, {
			parameters: { outputs },
			settings: { credentials: CREDENTIALS },
			credentials: () => ({ accounts: JSON.stringify({ anna: telegram }) }),
		});
		context.emit = (data) =>
			emitted.push(data.map((items) => items.map(({ json }) => ({ text: json['text'] }))));
		await node.trigger.call(context);
		void bridge.pool.subscriptions[0]!.request.deliver({
			key: 'k',
			attempt: 1,
			events: [event({ channel: 'telegram', text: 'hello' })],
		});
		await bridge.clock.advance(10);
		expect(emitted).toEqual([expected]);
	});

	test('does not start on a credential that is no list of accounts', async () => {
		const node = new MessengerTrigger();
		const { context } = triggerContext(node, {
			settings: { credentials: CREDENTIALS },
			credentials: () => ({ accounts: 'none' }),
		});
		await expect(node.trigger.call(context)).rejects.toThrow('field Accounts: is not valid JSON');
	});
});

describe('listening for a test event', () => {
	async function listen(accounts: IDataObject) {
		const node = new MessengerTrigger();
		const started = manualTriggerContext(node, {
			settings: { credentials: CREDENTIALS },
			credentials: () => ({ accounts: JSON.stringify(accounts) }),
		});
		const response = await node.trigger.call(started.context);
		started.replaceEmit();
		await response.manualTriggerFunction!();
		return { ...started, close: response.closeFunction! };
	}

	test('takes the first message of any account and then listens on none', async () => {
		const { response } = await listen({ shop: avito, ivan: max });
		bridge.pool.listens[1]!.request.deliver(event({ channel: 'max', text: 'hello' }));
		expect((await response)[0]![0]!.json).toMatchObject({ channel: 'max', text: 'hello' });
		expect(bridge.pool.listens.map(({ ended }) => ended)).toEqual([true, true]);
	});

	test('goes on while one account is left that can hear', async () => {
		const { response } = await listen({ shop: avito, ivan: max });
		const over = new ChannelError('session_ended', 'It has ended');
		bridge.pool.listens[0]!.request.failed(over);
		expect(bridge.pool.listens[1]!.ended).toBe(false);
		bridge.pool.listens[1]!.request.failed(over);
		await expect(response).rejects.toThrow('It has ended');
	});
});
