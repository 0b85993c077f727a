import { describe, expect, it } from 'vitest';
import type { JsonObject, Logger } from '../../src/contract';
import {
	correlated,
	correlatingLogger,
	correlation,
	redactingLogger,
	showsDebug,
	systemClock,
	uncorrelated,
} from '../../src/runtime';

function recorder(): { logger: Logger; lines: [string, JsonObject | undefined][] } {
	const lines: [string, JsonObject | undefined][] = [];
	const write = (message: string, meta?: JsonObject): void => void lines.push([message, meta]);
	return { logger: { debug: write, info: write, warn: write, error: write }, lines };
}

describe('the id of what is being done', () => {
	it('follows the work through awaits and timers, and two at once keep their own', async () => {
		const seen = async (id: string): Promise<(string | undefined)[]> =>
			correlated(id, async () => {
				const before = correlation();
				await systemClock.sleep(1);
				const after = await Promise.resolve().then(() => correlation());
				return [before, after];
			});
		expect(await Promise.all([seen('a'), seen('b')])).toEqual([
			['a', 'a'],
			['b', 'b'],
		]);
		expect(correlation()).toBeUndefined();
	});

	it('is not what a connection goes on with that a call happened to open', async () => {
		const later = correlated('the call', () => uncorrelated(() => systemClock.sleep(1).then(correlation)));
		expect(await later).toBeUndefined();
	});

	it('without one of its own a part goes on under that of the whole', () => {
		expect(correlated('whole', () => correlated(undefined, correlation))).toBe('whole');
	});

	it('is in every log line, unless the line names one itself', () => {
		const { logger, lines } = recorder();
		const log = correlatingLogger(redactingLogger(logger));
		log.info('before');
		correlated('max:7:u:1', () => {
			log.warn('while', { chat: '5' });
			log.debug('another', { correlation: 'max:7:u:2' });
		});
		expect(lines).toEqual([
			['before', {}],
			['while', { correlation: 'max:7:u:1', chat: '5' }],
			['another', { correlation: 'max:7:u:2' }],
		]);
	});
});

describe('debug lines', () => {
	it('are written for a host that shows them, or does not say what it shows', () => {
		const { logger } = recorder();
		expect([logger, { ...logger, level: 'debug' }].map(showsDebug)).toEqual([true, true]);
		expect(
			['info', 'warn', 'error', 'silent'].map((level) => showsDebug({ ...logger, level } as Logger)),
		).toEqual([false, false, false, false]);
	});
});
