import {
	ManualExecutionCancelledError,
	SystemShutdownExecutionCancelledError,
	type IRun,
} from 'n8n-workflow';
import { describe, expect, test } from 'vitest';
import { AvitoTrigger } from '../../nodes/Avito/AvitoTrigger.node';
import { ChannelError } from '../../src/contract';
import type { Delivery, Settlement } from '../../src/pool';
import { event, useBridge } from './support/account';
import { manualTriggerContext, triggerContext, type ContextOptions } from './support/contexts';

const bridge = useBridge();

async function start(options: ContextOptions = {}) {
	const node = new AvitoTrigger();
	const started = triggerContext(node, options);
	const response = await node.trigger.call(started.context);
	const { request } = bridge.pool.subscriptions.at(-1)!;
	return { ...started, response, request };
}

function delivery(id = 'm1'): Delivery {
	return { key: `key-${id}`, attempt: 1, events: [event({ id })] };
}

const finished = (status: string) => ({ status, finished: status === 'success' }) as unknown as IRun;

describe('a published trigger', () => {
	test('resolves at once, whatever becomes of the account, and asks for the defaults of the house', async () => {
		const { response, request } = await start();
		expect(response.closeFunction).toBeTypeOf('function');
		expect(request.identity).toMatchObject({ workflow: 'workflow-1', node: 'node-1' });
		expect(request.identity.instance).not.toBe('');
		expect(request.options).toEqual({
			filter: {
				eventTypes: ['message'],
				directions: ['in'],
				includeNodeSends: false,
				chatTypes: ['u2i', 'u2u'],
				includeChats: [],
				excludeChats: [],
				includeSenders: [],
				excludeSenders: [],
				messageKinds: [],
				textContains: '',
				textPattern: '',
				onlyMentionsOrReplies: false,
				ignoreBots: true,
				includeService: false,
				includeMuted: false,
				includeArchived: false,
			},
			wantsRaw: false,
			start: { from: 'now' },
			catchUpMs: 86_400_000,
			catchUpPerChat: 1000,
			window: 5,
			chatOrderMs: 30_000,
			acknowledge: 'immediately',
			batch: null,
			quietAfterDeviceMs: 0,
		});
	});

	test('takes what the user set, a picked time where the workflow is', async () => {
		const { request } = await start({
			timezone: 'Europe/Moscow',
			parameters: {
				events: ['message', 'account_state'],
				batch: true,
				silenceSeconds: 5,
				filters: {
					direction: 'both',
					includeChats: 'u2i-1, u2i-2',
					textPattern: '^да',
					messageKinds: ['voice'],
				},
				options: {
					acknowledge: 'succeeded',
					maxParallel: '3',
					catchUpHours: 0,
					startFrom: '2026-01-01T00:00:00',
					quietMinutes: 15,
					includeRaw: true,
				},
			},
		});
		expect(request.options).toMatchObject({
			filter: {
				eventTypes: ['message', 'account_state'],
				directions: ['in', 'out'],
				includeChats: ['u2i-1', 'u2i-2'],
				messageKinds: ['voice'],
			},
			batch: { silenceMs: 5_000, maxWaitMs: 60_000, maxMessages: 50 },
			acknowledge: 'succeeded',
			window: 3,
			catchUpMs: 0,
			start: { from: 'time', at: Date.parse('2025-12-31T21:00:00Z') },
			quietAfterDeviceMs: 900_000,
			wantsRaw: true,
		});
	});

	test.each([
		[{ filters: { textPattern: '(' } }, /^Text Matches \(Regex\): is not a valid regular expression/],
		[{ options: { maxParallel: 0 } }, 'Maximum Parallel Executions: must be at least 1'],
		[{ events: [] }, 'Trigger On: choose at least one event'],
		[{ options: { startFrom: 'soon' } }, 'Start From: is not a date'],
	])('rejects only what the user must correct: %o', async (parameters, message) => {
		const node = new AvitoTrigger();
		const { context } = triggerContext(node, { parameters });
		await expect(node.trigger.call(context)).rejects.toThrow(message);
		expect(bridge.pool.subscriptions).toEqual([]);
	});

	test('reads every parameter before it returns, and credentials whenever asked (trap 2)', async () => {
		let reads = 0;
		const { context, request, emitted } = await start({
			credentials: () => ({ clientId: 'id', clientSecret: `secret ${++reads}` }),
		});
		context.getNodeParameter = () => {
			throw new Error('IsolateError: No bridge acquired');
		};
		void request.deliver(delivery());
		expect(emitted).toHaveLength(1);
		expect(await request.credential.read()).toMatchObject({ clientSecret: 'secret 2' });
	});

	test('reads a deleted credential as gone and any other trouble as trouble', async () => {
		let trouble: Error | undefined;
		const { request } = await start({
			credentials: () => {
				if (trouble !== undefined) throw trouble;
				return { clientSecret: 's' };
			},
		});
		trouble = new Error('Credential with ID "cred1" does not exist for type "avitoApi".');
		expect(await request.credential.read()).toBeNull();
		trouble = new Error('database is locked');
		await expect(request.credential.read()).rejects.toThrow('database is locked');
	});

	test('reports trouble as a failed execution, seldom, and never as an end of itself (trap 1)', async () => {
		const { request, errors, failures } = await start();
		const unreachable = { error: new ChannelError('unreachable', 'Avito cannot be reached.'), account: null };
		for (let hour = 0; hour < 2; hour++) {
			for (let again = 0; again < 50; again++) request.report(unreachable);
			await bridge.clock.advance(3_600_000);
		}
		request.report({ error: new ChannelError('session_ended', 'The keys were withdrawn.'), account: null });
		expect(failures.map(({ message }) => message)).toEqual([
			'Avito cannot be reached.',
			'Avito cannot be reached.',
			'The keys were withdrawn.',
		]);
		expect(errors).toEqual([]);
		expect(bridge.pool.subscriptions[0]?.ended).toBe(false);
	});

	test('lives where n8n has no saveFailedExecution, and where reports are not wanted', async () => {
		const old = await start();
		Object.assign(old.context, { saveFailedExecution: undefined });
		const silent = await start({ parameters: { options: { reportProblems: false } } });
		const report = { error: new ChannelError('unreachable', 'away'), account: null };
		old.request.report(report);
		silent.request.report(report);
		expect(silent.failures).toEqual([]);
	});

	test('closes synchronously, once, and as often as n8n likes', async () => {
		const { response } = await start();
		void response.closeFunction?.();
		expect(bridge.pool.subscriptions[0]?.ended).toBe(true);
		await response.closeFunction?.();
	});

	test('touches no static data and puts no file into n8n’s store (traps 5, 7)', async () => {
		const { context, request, emitted } = await start();
		context.getWorkflowStaticData = () => {
			throw new Error('static data');
		};
		context.helpers.prepareBinaryData = () => {
			throw new Error('binary data');
		};
		void request.deliver({
			...delivery(),
			events: [event({ media: { ...event().media, has_images: true } })],
		});
		expect(emitted[0]?.items[0]?.binary).toBeUndefined();
	});

	test('keeps nothing on the node instance: two copies are two triggers (trap 5)', async () => {
		await start();
		await start();
		expect(bridge.pool.subscriptions).toHaveLength(2);
		expect(Object.keys(new AvitoTrigger()).sort()).toEqual(['description', 'methods', 'webhookMethods']);
	});
});

describe('handing on', () => {
	test('each emit has a promise of its own and is unfinished until n8n says otherwise (traps 3, 4)', async () => {
		const { request, emitted } = await start();
		let settled: Settlement | undefined;
		void request.deliver(delivery('m1')).then((settlement) => (settled = settlement));
		const second = request.deliver(delivery('m2'));
		expect(emitted.map(({ key }) => key)).toEqual(['key-m1', 'key-m2']);
		expect(emitted[0]?.done).not.toBe(emitted[1]?.done);
		emitted[1]?.done?.resolve(finished('success'));
		expect(await second).toEqual({ kind: 'finished', ok: true });
		expect(settled).toBeUndefined();
	});

	test.each<[string, Settlement]>([
		['success', { kind: 'finished', ok: true }],
		['waiting', { kind: 'finished', ok: true }],
		['error', { kind: 'finished', ok: false }],
		['crashed', { kind: 'finished', ok: false }],
		['canceled', { kind: 'finished', ok: false }],
	])('a run that ended with %s', async (status, expected) => {
		const { request, emitted } = await start();
		const settling = request.deliver(delivery());
		emitted[0]?.done?.resolve(finished(status));
		expect(await settling).toEqual(expected);
	});

	test('a run that failed at no node was interrupted: its worker is gone, or never began it', async () => {
		const { request, emitted } = await start();
		const lost = request.deliver(delivery('m1'));
		const failed = request.deliver(delivery('m2'));
		const run = (resultData: object) =>
			({ status: 'error', finished: false, data: { resultData } }) as unknown as IRun;
		const error = { message: 'job stalled more than maxStalledCount' };
		emitted[0]?.done?.resolve(run({ error, runData: {} }));
		// From a worker main learns no more than the last node's name.
		emitted[1]?.done?.resolve(run({ error, runData: {}, lastNodeExecuted: 'HTTP Request' }));
		expect(await lost).toEqual({ kind: 'interrupted' });
		expect(await failed).toEqual({ kind: 'finished', ok: false });
	});

	test('nothing instead of a run is a duplicate', async () => {
		const { request, emitted } = await start();
		const settling = request.deliver(delivery());
		emitted[0]?.done?.resolve(undefined);
		expect(await settling).toEqual({ kind: 'duplicate' });
	});

	class ExecutionNotFoundError extends Error {
		override readonly name = 'ExecutionNotFoundError';
	}
	test.each<[string, Error]>([
		['Stop', new ManualExecutionCancelledError('1')],
		['a shutdown', new SystemShutdownExecutionCancelledError('1')],
		['an execution that vanished', new ExecutionNotFoundError('gone')],
	])('%s means that the execution existed', async (_, error) => {
		const { request, emitted } = await start();
		const settling = request.deliver(delivery());
		emitted[0]?.done?.reject(error);
		expect(await settling).toEqual({ kind: 'finished', ok: false });
	});

	test('any other rejection means that none came to be', async () => {
		const { request, emitted } = await start();
		const error = new Error('SQLITE_FULL');
		const settling = request.deliver(delivery());
		emitted[0]?.done?.reject(error);
		expect(await settling).toEqual({ kind: 'not_created', error });
	});

	test('an emit that throws is not created, and the trigger goes on', async () => {
		const { context, request } = await start();
		context.emit = () => {
			throw new Error('the workflow is gone');
		};
		expect(await request.deliver(delivery())).toMatchObject({ kind: 'not_created' });
	});

	test('an engine that refuses a done-promise is handed executions at a bounded rate, with the same key', async () => {
		const { context, emitted, request } = await start();
		context.emit = (data, _response, done, key) => {
			if (done !== undefined)
				done.reject(
					new Error(
						'Engine 2.0 cannot run a trigger that waits for its execution to finish yet. Set the node to hand off without waiting.',
					),
				);
			else emitted.push({ items: data[0] ?? [], key, done: undefined });
		};
		const settled: string[] = [];
		const hand = (id: string) =>
			request.deliver(delivery(id)).then((settlement) => settled.push(`${id} ${settlement.kind}`));
		await Promise.resolve();
		void hand('m1');
		await bridge.clock.advance(0);
		for (const id of ['m2', 'm3', 'm4']) void hand(id);
		await bridge.clock.advance(0);
		expect(emitted.map(({ key }) => key)).toEqual(['key-m1']);
		await bridge.clock.advance(1_000);
		expect(emitted.map(({ key }) => key)).toEqual(['key-m1', 'key-m2', 'key-m3', 'key-m4']);
		expect(settled).toEqual(['m1 finished', 'm2 finished', 'm3 finished', 'm4 finished']);
	});

	test('a batch is one item per chat with the texts joined, or one item per message', async () => {
		const events = [
			event({ id: 'm1', text: 'Здравствуйте' }),
			event({ id: 'm2', text: '', media: { ...event().media, has_images: true, images: [{ ref: 'r1' }] } }),
			event({ id: 'm3', text: 'Ещё актуально?' }),
		];
		const joined = await start({ parameters: { batch: true } });
		void joined.request.deliver({ key: 'k', attempt: 1, events });
		expect(joined.emitted[0]?.items).toHaveLength(1);
		expect(joined.emitted[0]?.items[0]?.json).toMatchObject({
			event_id: 'avito:94000001:m3',
			text: 'Здравствуйте\nЕщё актуально?',
			media: { has_images: true, images: [{ ref: 'r1' }] },
			messages: [{ event_id: 'avito:94000001:m1' }, {}, { event_id: 'avito:94000001:m3' }],
		});
		const single = await start({ parameters: { batch: true, itemShape: 'message' } });
		void single.request.deliver({ key: 'k', attempt: 1, events });
		expect(single.emitted[0]?.items.map(({ json }) => json['event_id'])).toEqual(
			events.map((e) => e.event_id),
		);
	});
});

describe('listening for a test event', () => {
	async function listen(parameters = {}) {
		const node = new AvitoTrigger();
		const manual = manualTriggerContext(node, { parameters });
		const response = await node.trigger.call(manual.context);
		// n8n's order: `emit` throws until trigger() has returned.
		expect(bridge.pool.listens).toHaveLength(0);
		manual.replaceEmit();
		await response.manualTriggerFunction?.();
		return { ...manual, close: response.closeFunction, listening: bridge.pool.listens.at(-1)! };
	}

	test('emits the first event after trigger() has returned, through the emit of that moment, and goes home', async () => {
		const { response, listening } = await listen();
		expect(bridge.pool.subscriptions).toEqual([]);
		listening.request.deliver(event({ id: 'm1' }));
		listening.request.deliver(event({ id: 'm2' }));
		expect((await response)[0]).toMatchObject([{ json: { event_id: 'avito:94000001:m1' } }]);
		expect(listening.ended).toBe(true);
	});

	test('can take the latest message, delivered before listen() returns', async () => {
		const node = new AvitoTrigger();
		const manual = manualTriggerContext(node, { parameters: { options: { useLatest: true } } });
		const response = await node.trigger.call(manual.context);
		manual.replaceEmit();
		const listen = bridge.pool.listen.bind(bridge.pool);
		bridge.pool.listen = (request) => {
			expect(request.useLatest).toBe(true);
			const subscription = listen(request);
			request.deliver(event());
			return subscription;
		};
		await response.manualTriggerFunction?.();
		expect((await manual.response)[0]).toHaveLength(1);
		expect(bridge.pool.listens[0]?.ended).toBe(true);
	});

	test('goes on listening through trouble on the line and ends for what no waiting mends', async () => {
		const { response, listening } = await listen();
		listening.request.failed(new ChannelError('unreachable', 'away'));
		expect(listening.ended).toBe(false);
		listening.request.failed(
			new ChannelError('credential_invalid', 'The client ID is wrong.', { hint: 'Look again.' }),
		);
		await expect(response).rejects.toMatchObject({
			message: 'The client ID is wrong.',
			description: 'Look again.',
		});
		expect(listening.ended).toBe(true);
	});

	test('Stop ends it, and nothing is emitted afterwards', async () => {
		const { context, close, listening } = await listen();
		await close?.();
		context.emit = () => {
			throw new Error('emitted after Stop');
		};
		listening.request.deliver(event());
		expect(listening.ended).toBe(true);
		await close?.();
	});
});
