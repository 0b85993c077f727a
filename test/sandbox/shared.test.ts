import { connect } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { AdvanceableClock, Listener, SeededRandom, sleep } from './shared';

describe('AdvanceableClock', () => {
	it('stopped, moves only by advance and runs what became due in order', () => {
		const clock = new AdvanceableClock(1000, false);
		const ran: string[] = [];
		clock.setTimer(20, () => ran.push('b'));
		clock.setTimer(10, () => ran.push('a'));
		const cancel = clock.setTimer(15, () => ran.push('never'));
		cancel();
		clock.advance(9);
		expect([clock.now(), ran]).toEqual([1009, []]);
		clock.advance(11);
		expect([clock.now(), ran]).toEqual([1020, ['a', 'b']]);
		clock.advance(1000);
		expect(ran).toEqual(['a', 'b']);
	});

	it('running, fires long timers at once when advanced past them', async () => {
		const clock = new AdvanceableClock();
		const slept = sleep(clock, 3_600_000);
		clock.advance(3_600_000);
		await slept;
	});

	it('goes on from where it stood when it runs again', async () => {
		const clock = new AdvanceableClock(5000);
		clock.stop();
		const stopped = clock.now();
		const slept = sleep(clock, 1);
		clock.run();
		await slept;
		// The system's timers may be early by a part of a millisecond.
		expect(clock.now()).toBeGreaterThanOrEqual(stopped);
	});

	it('ends a sleep early on abort and leaves no timer behind', async () => {
		const clock = new AdvanceableClock(0, false);
		const abort = new AbortController();
		const slept = sleep(clock, 1000, abort.signal);
		abort.abort();
		await slept;
		await sleep(clock, 1000, abort.signal);
		expect(clock.now()).toBe(0);
	});
});

describe('SeededRandom', () => {
	it('repeats itself for a seed and differs between seeds', () => {
		const draw = (seed: number) => {
			const random = new SeededRandom(seed);
			return [random.hex(32), random.uuid(), random.text(22), random.shuffled([1, 2, 3, 4, 5, 6, 7, 8])];
		};
		expect(draw(1)).toEqual(draw(1));
		expect(draw(1)).not.toEqual(draw(2));
		expect(draw(3)[1]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
	});

	it('spreads evenly', () => {
		const random = new SeededRandom(1);
		const counts = [0, 0, 0, 0];
		for (let i = 0; i < 4000; i++) counts[random.below(4)]! += 1;
		for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(120);
	});
});

describe('Listener', () => {
	it('goes away, resetting what is open, and comes back on the same port', async () => {
		const listener = new Listener('127.0.0.1', (_request, response) => response.end('here'));
		onTestFinished(() => listener.stop());
		await listener.start();
		const { origin } = listener;
		const ended = new Promise((resolve) => {
			const socket = connect(Number(new URL(origin).port), '127.0.0.1');
			socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code));
			socket.on('close', () => resolve('closed'));
		});
		while (listener.connections.open === 0) await new Promise(setImmediate);
		await listener.stop();
		expect(await ended).toBe('ECONNRESET');
		await expect(fetch(origin)).rejects.toThrow('fetch failed');
		await listener.start();
		expect(listener.origin).toBe(origin);
		expect(await (await fetch(origin)).text()).toBe('here');
	});
});
