import type { INodeType } from 'n8n-workflow';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { AvitoTrigger } from '../../nodes/Avito/AvitoTrigger.node';
import { ChannelError } from '../../src/contract';
import { registrations } from '../../src/n8n/webhook/registry';
import { event, useBridge } from './support/account';
import {
	hookContext,
	manualTriggerContext,
	ownServer,
	webhookContext,
	type ContextOptions,
} from './support/contexts';

const bridge = useBridge({ next: () => 0.5, hex: (bytes) => 'ab'.repeat(bytes) });

/** What the provider has; the pool's answers act on it. */
let registered: string[] = [];
function provide(urls: string[] = [], broken: () => boolean = () => false): void {
	registered = urls;
	bridge.pool.answer = ({ name, input }) => {
		if (broken()) throw new ChannelError('unreachable', 'Avito cannot be reached.');
		const url = (input['url'] ?? '') as string;
		if (name === 'webhook.list') return { items: registered.map((entry) => ({ url: entry, version: '3' })) };
		if (name === 'webhook.subscribe') registered = [...new Set([...registered, url])];
		if (name === 'webhook.unsubscribe') registered = registered.filter((entry) => entry !== url);
		return { items: [{}] };
	};
}

const SANDBOX = { clientId: 'id', clientSecret: 'a-secret', endpoint: 'http://127.0.0.1:9' };
const sandbox: ContextOptions = { credentials: () => SANDBOX };

async function publish(options: Parameters<typeof hookContext>[1] = sandbox) {
	const node = new AvitoTrigger();
	const context = hookContext(node, options);
	await node.webhookMethods.default.create.call(context);
	await bridge.clock.advance(0);
	return { node, context };
}

afterEach(() => {
	for (const entry of registrations().values()) entry.remove();
	registrations().clear();
	vi.unstubAllEnvs();
});

describe('the address', () => {
	test('is n8n’s own with a secret in its query, the same after every start', async () => {
		provide();
		await publish();
		const [first] = registered;
		expect(first).toMatch(/^http:\/\/127\.0\.0\.1:5678\/webhook\/b5c6d7e8\/avito\?key=[0-9a-f]{40}$/);
		registrations().clear();
		provide();
		await publish();
		expect(registered).toEqual([first]);
	});

	test('has another secret for another node and for another client secret', async () => {
		const secrets = new Set<string>();
		for (const options of [
			sandbox,
			{ ...sandbox, settings: { id: 'node-2', webhookId: 'other' } },
			{ credentials: () => ({ ...SANDBOX, clientSecret: 'another' }), settings: { webhookId: 'third' } },
		]) {
			provide();
			await publish(options);
			secrets.add(new URL(registered[0]!).searchParams.get('key')!);
		}
		expect(secrets.size).toBe(3);
	});

	test('is not registered with the real service when nobody could reach it', async () => {
		provide();
		await publish({ credentials: () => ({ ...SANDBOX, endpoint: 'https://api.avito.ru' }) });
		expect(bridge.pool.calls).toEqual([]);
	});

	test('is not registered when the user wants polling only', async () => {
		provide();
		await publish({ ...sandbox, parameters: { options: { pollingOnly: true } } });
		expect(bridge.pool.calls).toEqual([]);
	});
});

describe('registration', () => {
	test('create returns at once while the provider is away, and registers once it is back (trap 1)', async () => {
		let away = true;
		provide([], () => away);
		await publish();
		expect(registered).toEqual([]);
		await bridge.clock.advance(60_000);
		away = false;
		await bridge.clock.advance(300_000);
		expect(registered).toHaveLength(1);
	});

	test('puts the new address in place of the old one after the client secret was changed, without publishing', async () => {
		provide();
		let clientSecret = 'a-secret';
		await publish({ credentials: () => ({ ...SANDBOX, clientSecret }) });
		const [before] = registered;
		clientSecret = 'another';
		await bridge.clock.advance(5 * 60_000);
		expect(registered).toHaveLength(1);
		expect(registered).not.toEqual([before]);
	});

	test('two creates at the same time are one registration (trap 16)', async () => {
		provide();
		const node = new AvitoTrigger();
		const [one, two] = [hookContext(node, sandbox), hookContext(node, sandbox)];
		expect(await node.webhookMethods.default.checkExists.call(one)).toBe(false);
		await Promise.all([
			node.webhookMethods.default.create.call(one),
			node.webhookMethods.default.create.call(two),
		]);
		await bridge.clock.advance(0);
		expect(registered).toHaveLength(1);
		expect(bridge.pool.calls.filter(({ command }) => command.name === 'webhook.subscribe')).toHaveLength(1);
	});

	test('comes back when the provider forgot it', async () => {
		provide();
		await publish();
		registered = [];
		await bridge.clock.advance(300_000);
		expect(registered).toHaveLength(1);
	});

	test('takes the place of an older address of this trigger and leaves those of others alone', async () => {
		const foreign = 'https://crm.example.com/hook?key=theirs';
		const older = 'http://127.0.0.1:5678/webhook/b5c6d7e8/avito?key=old';
		provide([foreign, older]);
		await publish();
		expect(registered).toHaveLength(2);
		expect(registered).toContain(foreign);
		expect(registered).not.toContain(older);
	});

	test('unpublishing takes away its own only, even if the provider is away at first', async () => {
		const foreign = 'https://crm.example.com/hook';
		let away = false;
		provide([foreign], () => away);
		const { node, context } = await publish();
		expect(registered).toHaveLength(2);
		away = true;
		expect(await node.webhookMethods.default.delete.call(context)).toBe(true);
		await bridge.clock.advance(1_000);
		away = false;
		await bridge.clock.advance(60_000);
		expect(registered).toEqual([foreign]);
		expect(registrations().size).toBe(0);
		expect(bridge.pool.openLeases).toBe(0);
		expect(bridge.clock.pending).toBe(0);
	});

	test('publishing again while the removal is still under way keeps it', async () => {
		let away = false;
		provide([], () => away);
		const { node, context } = await publish();
		away = true;
		await node.webhookMethods.default.delete.call(context);
		await bridge.clock.advance(0);
		await node.webhookMethods.default.create.call(hookContext(node, sandbox));
		away = false;
		await bridge.clock.advance(600_000);
		expect(registered).toHaveLength(1);
		expect(registrations().size).toBe(1);
	});

	test('a newer copy of the package ends what an older one began (trap 6)', async () => {
		provide();
		await publish();
		vi.resetModules();
		const newer = (await import('../../nodes/Avito/AvitoTrigger.node')) as {
			AvitoTrigger: new () => INodeType;
		};
		expect(newer.AvitoTrigger).not.toBe(AvitoTrigger);
		const node = new newer.AvitoTrigger();
		await node.webhookMethods?.default?.delete.call(hookContext(node, sandbox));
		await bridge.clock.advance(0);
		expect(registered).toEqual([]);
	});
});

describe('a request', () => {
	const BODY = {
		id: 'x',
		version: 'v3.0.0',
		payload: { type: 'message', value: { id: 'm1', chat_id: 'u2i-1' } },
	};

	async function secret(): Promise<string> {
		provide();
		await publish();
		return new URL(registered[0]!).searchParams.get('key')!;
	}

	async function post(body: unknown, key: string | undefined, options: ContextOptions = sandbox) {
		const node = new AvitoTrigger();
		const { context, response } = webhookContext(node, {
			...options,
			body,
			query: key === undefined ? {} : { key },
		});
		return { answer: await node.webhook.call(context), response };
	}

	test('with the right secret is handed over and answered, and starts nothing', async () => {
		const { answer } = await post(BODY, await secret());
		expect(answer).toEqual({ webhookResponse: { ok: true } });
		expect(bridge.pool.handedOver).toMatchObject([
			{ hint: BODY, credential: { id: 'cred1', channel: 'avito' } },
		]);
	});

	test.each([
		['none', undefined],
		['a wrong one', 'f'.repeat(40)],
		['a list', ['a', 'b'] as never],
	])('with %s for a secret is refused without a word', async (_, key) => {
		await secret();
		const { answer, response } = await post(BODY, key);
		expect(answer).toEqual({ noWebhookResponse: true });
		expect(response).toMatchObject({ status: 403, body: undefined, ended: true });
		expect(bridge.pool.handedOver).toEqual([]);
	});

	test.each([
		['{}', {}],
		['a form-encoded {}', { '{}': '' }],
		['nothing', undefined],
		['a text', 'hello'],
	])('of the self-test or nonsense is answered like any other: %s', async (_, body) => {
		const { answer } = await post(body, await secret());
		expect(answer).toEqual({ webhookResponse: { ok: true } });
		expect(bridge.pool.handedOver).toEqual([]);
	});

	test('is an event whatever its content type is called: n8n then leaves the bytes to us', async () => {
		const key = await secret();
		const rawBody = Buffer.from(`\ufeff${JSON.stringify(BODY)}`);
		for (const body of [undefined, rawBody.toString(), { [JSON.stringify(BODY)]: '' }]) {
			const node = new AvitoTrigger();
			const { context } = webhookContext(node, { ...sandbox, body, query: { key } });
			const request = context.getRequestObject() as { rawBody?: Buffer; readRawBody?: () => Promise<void> };
			request.readRawBody = async () => {
				await Promise.resolve();
				request.rawBody = rawBody;
			};
			await node.webhook.call(context);
		}
		expect(bridge.pool.handedOver).toMatchObject([{ hint: BODY }, { hint: BODY }, { hint: BODY }]);
	});

	test('costs one read of the credential a minute, and a new secret is accepted at once', async () => {
		let reads = 0;
		const counted = (clientSecret: string): ContextOptions => ({
			settings: { id: 'counted' },
			credentials: () => {
				reads += 1;
				return { ...SANDBOX, clientSecret };
			},
		});
		const keyOf = async (clientSecret: string): Promise<string> => {
			registrations().clear();
			provide();
			await publish(counted(clientSecret));
			reads = 0;
			return new URL(registered[0]!).searchParams.get('key')!;
		};
		const first = await keyOf('first');
		for (let call = 0; call < 5; call += 1) await post(BODY, first, counted('first'));
		expect(reads).toBe(1);
		await bridge.clock.advance(61_000);
		await post(BODY, first, counted('first'));
		expect(reads).toBe(2);
		const second = await keyOf('second');
		await post(BODY, second, counted('second'));
		expect(reads).toBe(1);
		expect(bridge.pool.handedOver).toHaveLength(7);
		expect((await post(BODY, first, counted('second'))).response.status).toBe(403);
	});

	test('is answered within a second whatever hangs behind', async () => {
		const key = await secret();
		bridge.pool.handOverAnswer = () => new Promise(() => undefined);
		let answered = false;
		const posting = post(BODY, key).then(({ answer }) => {
			answered = true;
			return answer;
		});
		await bridge.clock.advance(900);
		expect(answered).toBe(false);
		await bridge.clock.advance(200);
		expect(await posting).toEqual({ webhookResponse: { ok: true } });
	});

	test('is answered when the account cannot take it', async () => {
		const key = await secret();
		bridge.pool.handOverAnswer = () => Promise.reject(new ChannelError('store_unavailable', 'disk full'));
		expect((await post(BODY, key)).answer).toEqual({ webhookResponse: { ok: true } });
		bridge.pool.handOverAnswer = () => Promise.resolve(false);
		expect((await post(BODY, key)).answer).toEqual({ webhookResponse: { ok: true } });
	});

	test('has an answer of its own instead of n8n’s default text (trap 8)', () => {
		const [description] = new AvitoTrigger().description.webhooks ?? [];
		expect(description).toMatchObject({ responseMode: 'onReceived', responseData: '' });
	});
});

describe('listening for a test event through the test webhook', () => {
	const test_ = { ...sandbox, mode: 'manual' as const, activation: 'manual' as const, isTest: true };

	async function openTest(parameters = {}) {
		provide();
		const { node, context } = await publish({ ...test_, parameters });
		return { node, context, listening: bridge.pool.listens.at(-1)! };
	}

	test('registers the test address beside the production one and takes away only that', async () => {
		provide();
		await publish();
		const { node } = await publish(test_).then((it) => it);
		expect(registered).toHaveLength(2);
		// n8n deletes test webhooks in mode "internal": only the address tells them apart.
		await node.webhookMethods.default.delete.call(
			hookContext(node, { ...sandbox, mode: 'internal', isTest: true }),
		);
		await bridge.clock.advance(0);
		expect(registered).toHaveLength(1);
		expect(registered[0]).toContain('/webhook/');
		expect(bridge.pool.listens.at(-1)?.ended).toBe(true);
	});

	test('a call of the provider whose event matches starts the run, which gets the event after trigger() returned', async () => {
		const { node, listening } = await openTest();
		const key = new URL(registered[0]!).searchParams.get('key')!;
		bridge.pool.handOverAnswer = () => {
			listening.request.deliver(event({ id: 'm9' }));
			return Promise.resolve(true);
		};
		const { context } = webhookContext(node, { ...test_, body: { payload: {} }, query: { key } });
		expect(await node.webhook.call(context)).toEqual({
			webhookResponse: { ok: true },
			workflowData: [[{ json: {} }]],
		});
		const manual = manualTriggerContext(node);
		const response = await node.trigger.call(manual.context);
		manual.replaceEmit();
		await response.manualTriggerFunction?.();
		expect((await manual.response)[0]).toMatchObject([{ json: { event_id: 'avito:94000001:m9' } }]);
		expect(bridge.pool.listens).toHaveLength(1);
	});

	test('a call whose event does not match starts nothing and listening goes on', async () => {
		const { node, listening } = await openTest();
		const key = new URL(registered[0]!).searchParams.get('key')!;
		const { context } = webhookContext(node, { ...test_, body: { payload: {} }, query: { key } });
		const answering = node.webhook.call(context);
		await bridge.clock.advance(1_000);
		expect(await answering).toEqual({ webhookResponse: { ok: true } });
		expect(listening.ended).toBe(false);
	});

	test('an event that came without any call starts the run too: we call the test webhook ourselves', async () => {
		const server = await ownServer(() => ({ status: 200, body: '{"ok":true}' }));
		vi.stubEnv('N8N_PORT', new URL(server.origin).port);
		const { listening } = await openTest({ options: { pollingOnly: true } });
		expect(registered).toEqual([]);
		listening.request.deliver(event({ id: 'polled' }));
		await bridge.clock.advance(1_000);
		await vi.waitFor(() => expect(server.requests).toHaveLength(1));
		expect(server.requests[0]?.path).toMatch(/^\/webhook-test\/b5c6d7e8\/avito\?key=[0-9a-f]{40}$/);
		await server.close();
	});
});
