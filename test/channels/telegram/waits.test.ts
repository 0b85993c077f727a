import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/contract';
import { until } from '../../support/manual-clock';
import { startBench } from './fixture';

async function scene() {
	const bench = await startBench();
	const account = await bench.open();
	const { control, demo } = bench.sandbox;
	const refuse = (method: string, message: string, code = 420) =>
		control.setFaults({ errors: [{ method, code, message, count: 1 }] });
	return {
		...{ bench, control, demo, refuse },
		call: async (name: string, input: JsonObject = {}) => (await bench.call(account, name, input)).items,
		asked: (method: string) => control.requests({ method, account: bench.owner.id }).length,
		/** Time passes until the call is done; how much of it, ms. */
		async sitOut(work: Promise<unknown>): Promise<number> {
			const began = bench.clock.now();
			let done = false;
			const end = (): void => void (done = true);
			work.then(end, end);
			await until(async () => {
				if (!done) await bench.clock.advance(500);
				return done;
			}, 'the call');
			await work;
			return bench.clock.now() - began;
		},
	};
}

describe('a wait that Telegram asks for', () => {
	it('is sat out when it is short', async () => {
		const { bench, call, refuse, sitOut, asked } = await scene();
		refuse('messages.sendMessage', 'FLOOD_WAIT_8');
		const took = await sitOut(call('message.send', { chatId: bench.anna.id, text: 'after a while' }));
		expect(took).toBeGreaterThanOrEqual(8_000);
		expect(asked('messages.sendMessage')).toBe(2);
		expect(bench.services.paused).toEqual([['send', 8_000]]);
	});

	it('does not end the reading of a history, which would lose what was read before it', async () => {
		const { bench, call, refuse, sitOut } = await scene();
		refuse('messages.getHistory', 'FLOOD_WAIT_40');
		const reading = call('message.getMany', { chatId: bench.anna.id });
		expect(await sitOut(reading)).toBeGreaterThanOrEqual(40_000);
		expect(await reading).not.toEqual([]);
	});

	it('of a chat in slow mode holds up no other chat', async () => {
		const { bench, call, demo, refuse, asked } = await scene();
		refuse('messages.sendMessage', 'SLOWMODE_WAIT_3600');
		await expect(call('message.send', { chatId: demo.supergroupId, text: 'again' })).rejects.toMatchObject({
			code: 'flood_wait',
			retryAfterSeconds: 3_600,
			message: expect.stringContaining('Slow mode') as string,
		});
		expect(bench.services.paused).toEqual([]);
		await call('message.send', { chatId: bench.anna.id, text: 'to somebody else' });
		expect(asked('messages.sendMessage')).toBe(2);
	});

	it('is one of its own method where no limit is known to be shared', async () => {
		const { bench, call, refuse } = await scene();
		refuse('messages.setTyping', 'FLOOD_WAIT_500');
		const typing = { chatId: bench.anna.id };
		await expect(call('message.sendTyping', typing)).rejects.toMatchObject({ code: 'flood_wait' });
		await expect(call('message.sendTyping', typing)).rejects.toMatchObject({ code: 'flood_wait' });
		expect(await call('profile.get')).toHaveLength(1);
		const [sent] = await call('message.send', { chatId: bench.anna.id, text: 'x' });
		expect(sent).toMatchObject({ chat_id: bench.anna.id });
	});

	it.each(['TAKEOUT_INIT_DELAY_86400', '2FA_CONFIRM_WAIT_604800'])(
		'%s is told with its seconds and concerns that request alone',
		async (name) => {
			const { bench, call, refuse } = await scene();
			refuse('help.getConfig', name);
			const request = { method: 'help.getConfig' };
			await expect(call('raw.request', request)).rejects.toMatchObject({
				code: 'flood_wait',
				retryAfterSeconds: Number(/\d+$/.exec(name)?.[0]),
			});
			expect(bench.services.paused).toEqual([]);
			expect(await call('raw.request', request)).toMatchObject([{ _: 'config' }]);
		},
	);

	it('without a number is none: a frozen account is told so at once', async () => {
		const { bench, call, refuse } = await scene();
		refuse('messages.sendMessage', 'FROZEN_METHOD_INVALID');
		const input = { chatId: bench.anna.id, text: 'x' };
		await expect(call('message.send', input)).rejects.toMatchObject({
			code: 'permission_denied',
			message: expect.stringContaining('frozen') as string,
		});
		await call('message.send', input);
	});
});
