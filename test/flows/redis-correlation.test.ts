import { describe, expect, it } from 'vitest';
import { avitoDriver } from '../../src/channels/avito';
import type { JsonObject, Logger } from '../../src/contract';
import type { Pool } from '../../src/pool';
import { openRedisCalls, openRedisStore } from '../../src/redis';
import { correlatingLogger, redactingLogger, systemRandom } from '../../src/runtime';
import { RedisScene } from './redis-scene';

const scene = RedisScene.prepare();

interface Line {
	message: string;
	meta: JsonObject;
}

/** A process with a log of its own, written as `app.ts` has it written. */
function logged(role: string): { pool: Pool; lines: Line[] } {
	const lines: Line[] = [];
	const write = (message: string, meta: JsonObject = {}): void => void lines.push({ message, meta });
	const target: Logger = { debug: write, info: write, warn: write, error: write };
	const logger = correlatingLogger(redactingLogger(target));
	const settings = scene.redis.settings(scene.prefix);
	const shared = { settings, clock: scene.clock, random: systemRandom, logger, leaseTime: 'clock' } as const;
	const pool = scene.processOf(role, settings, {
		drivers: [avitoDriver],
		logger,
		openStore: () => openRedisStore({ ...shared, guardMs: 0 }),
		openRemoteCalls: (holder, server) => openRedisCalls(shared, holder, server),
	});
	return { pool, lines };
}

const under = (lines: readonly Line[], id: string): string[] =>
	lines.filter(({ meta }) => meta['correlation'] === id).map(({ message }) => message);

describe('one id through all processes', () => {
	it('a call asked in one process and served by another is in both logs under one id, its request too', async () => {
		const owner = logged('main');
		const listening = scene.trigger(owner.pool);
		await scene.passes(listening.isLive, 'the trigger to be live');
		const { chat_id } = scene.sandbox.control.incoming({ text: 'hello' });
		await scene.passes(() => listening.texts.length > 0, 'the message');
		const asker = logged('worker');
		const lease = asker.pool.lease(scene.credential());
		const command = { name: 'message.send', input: { chatId: chat_id, text: 'hi' } };
		await scene.result(lease.call(command, { correlationId: '812/node-1/0/0/0' }), 'the send');
		expect(under(asker.lines, '812/node-1/0/0/0')).toEqual(['call']);
		expect(under(owner.lines, '812/node-1/0/0/0')).toEqual(
			expect.arrayContaining(['avito: request', 'call']),
		);
		// What the account does by itself afterwards is not the call's.
		await scene.later(60_000);
		const before = under(owner.lines, '812/node-1/0/0/0').length;
		scene.sandbox.control.incoming({ text: 'another', chat_id });
		await scene.passes(() => listening.texts.includes('another'), 'another message');
		expect(under(owner.lines, '812/node-1/0/0/0')).toHaveLength(before);
	});

	it('a call without an id gets one, the same in both processes, and a connection it opens does not keep it', async () => {
		const owner = logged('main');
		const listening = scene.trigger(owner.pool);
		await scene.passes(listening.isLive, 'the trigger to be live');
		const asker = logged('worker');
		const lease = asker.pool.lease(scene.credential());
		await scene.result(lease.call({ name: 'account.getSelf', input: {} }), 'a call');
		const id = asker.lines.find(({ message }) => message === 'call')?.meta['correlation'] as string;
		expect(id).toMatch(/^[0-9a-f]{16}$/);
		expect(under(owner.lines, id)).toContain('call');

		const alone = logged('other');
		const own = alone.pool.lease(scene.credential(1));
		await scene.result(
			own.call({ name: 'account.getSelf', input: {} }, { correlationId: 'first' }),
			'a call',
		);
		await scene.result(
			own.call({ name: 'account.getSelf', input: {} }, { correlationId: 'second' }),
			'a call',
		);
		expect(under(alone.lines, 'first').filter((line) => line === 'call')).toHaveLength(1);
		expect(under(alone.lines, 'second')).toContain('call');
	});

	it('an event is in the log under its own id from the journal to the trigger', async () => {
		const { pool, lines } = logged('main');
		const listening = scene.trigger(pool);
		await scene.passes(listening.isLive, 'the trigger to be live');
		scene.sandbox.control.incoming({ text: 'hello' });
		await scene.passes(() => listening.texts.length > 0, 'the message');
		const id = listening.events[0]?.event_id ?? '';
		expect(under(lines, id)).toEqual(['journalled', 'events are handed on']);
	});

	it('questions and answers in Redis carry it', async () => {
		const owner = logged('main');
		const listening = scene.trigger(owner.pool);
		await scene.passes(listening.isLive, 'the trigger to be live');
		const asker = logged('worker');
		const watching = scene.redis.client();
		const seen: string[] = [];
		const monitor = await watching.monitor();
		monitor.on('monitor', (_time: string, args: string[]) => seen.push(args.join(' ')));
		try {
			const call = asker.pool
				.lease(scene.credential())
				.call({ name: 'account.getSelf', input: {} }, { correlationId: 'seen-in-redis' });
			await scene.result(call, 'a call');
			const carried = (type: string): boolean =>
				seen.some(
					(line) => line.includes(`"type":"${type}"`) && line.includes('"correlation":"seen-in-redis"'),
				);
			await scene.passes(() => carried('call') && carried('result'), 'question and answer');
		} finally {
			monitor.disconnect();
			watching.disconnect();
		}
	});
});
