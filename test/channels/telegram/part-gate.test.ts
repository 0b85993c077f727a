import { expect, it } from 'vitest';
import { PartGate } from '../../../src/channels/telegram/part-gate';

const never = new AbortController().signal;
const [anna, boris] = [{}, {}];
const turn = () => new Promise(setImmediate);

it('lets so many through, and the others in the order they came', async () => {
	const gate = new PartGate(2);
	const begun: number[] = [];
	const ends: (() => void)[] = [];
	const all = [0, 1, 2, 3].map((number) =>
		gate.run(anna, never, () => {
			begun.push(number);
			return new Promise<number>((resolve) => ends.push(() => resolve(number)));
		}),
	);
	await turn();
	expect(begun).toEqual([0, 1]);
	ends[1]?.();
	await turn();
	expect(begun).toEqual([0, 1, 2]);
	ends[0]?.();
	await turn();
	expect(begun).toEqual([0, 1, 2, 3]);
	for (const end of ends) end();
	expect(await Promise.all(all)).toEqual([0, 1, 2, 3]);
});

it('who gives up while waiting leaves the line; who fails makes room', async () => {
	const gate = new PartGate(1);
	const first = Promise.withResolvers<never>();
	const failing = gate.run(anna, never, () => first.promise);
	const stop = new AbortController();
	const waiting = gate.run(anna, stop.signal, () => Promise.resolve('never'));
	const behind = gate.run(anna, never, () => Promise.resolve('behind'));
	stop.abort(new Error('stopped'));
	await expect(waiting).rejects.toThrow('stopped');
	first.reject(new Error('failed'));
	await expect(failing).rejects.toThrow('failed');
	expect(await behind).toBe('behind');
	expect(await gate.run(anna, never, () => Promise.resolve('free'))).toBe('free');
});

it('an owner whose work stands still holds up no other, which has one piece at a time then', async () => {
	const gate = new PartGate(2);
	const stuck = Promise.withResolvers<null>();
	const standing = [1, 2].map(() => gate.run(anna, never, () => stuck.promise));
	const begun: number[] = [];
	const ends: (() => void)[] = [];
	const others = [1, 2].map((number) =>
		gate.run(boris, never, () => {
			begun.push(number);
			return new Promise<void>((resolve) => ends.push(resolve));
		}),
	);
	await turn();
	expect(begun).toEqual([1]);
	ends[0]?.();
	await turn();
	expect(begun).toEqual([1, 2]);
	ends[1]?.();
	await Promise.all(others);
	stuck.resolve(null);
	await Promise.all(standing);
});
