import { describe, expect, it } from 'vitest';
import { CredentialWatch } from '../../../src/pool/account/credential-watch';
import { silentLogger } from '../../../src/runtime';
import { ManualClock } from '../../support/manual-clock';

function setup(read: () => Promise<unknown>) {
	const clock = new ManualClock();
	const watch = new CredentialWatch(clock, silentLogger);
	const seen: unknown[] = [];
	let gone = 0;
	const source = { channel: 'avito' as const, id: 'c1', data: { secret: 'one' }, read };
	const stop = watch.watch(source, { changed: (data) => seen.push(data), gone: () => (gone += 1) });
	return { clock, watch, seen, source, stop, gone: () => gone };
}

describe('CredentialWatch', () => {
	it('reads once a minute for all watchers of a credential and tells only changes', async () => {
		let reads = 0;
		let data = { secret: 'one' };
		const { clock, watch, seen, source } = setup(() => {
			reads += 1;
			return Promise.resolve(data);
		});
		watch.watch(source, { changed: (value) => seen.push(value), gone: () => undefined });
		await clock.advance(60_000);
		expect(reads).toBe(1);
		expect(seen).toEqual([]);
		data = { secret: 'two' };
		await clock.advance(60_000);
		expect(reads).toBe(2);
		expect(seen).toEqual([data, data]);
	});

	it('one missing read is a hiccup, two are the end', async () => {
		const { clock, gone } = setup(() => Promise.resolve(null));
		await clock.advance(60_000);
		expect(gone()).toBe(0);
		await clock.advance(60_000);
		expect(gone()).toBe(1);
	});

	it('a failed read changes nothing', async () => {
		const { clock, gone, seen } = setup(() => Promise.reject(new Error('database is locked')));
		await clock.advance(300_000);
		expect([gone(), seen]).toEqual([0, []]);
	});

	it("an execution's own read counts", () => {
		const { watch, seen, source } = setup(() => Promise.resolve(null));
		watch.observe({ ...source, data: { secret: 'new' } });
		expect(seen).toEqual([{ secret: 'new' }]);
	});

	it('looks sooner after a session ended and backs off to the usual pace', async () => {
		let reads = 0;
		const { clock, watch, source } = setup(() => {
			reads += 1;
			return Promise.resolve(source.data);
		});
		watch.hurry(source);
		await clock.advance(5_000);
		expect(reads).toBe(1);
		await clock.advance(10_000 + 20_000 + 40_000);
		expect(reads).toBe(4);
		await clock.advance(59_000);
		expect(reads).toBe(4);
	});

	it('leaves no timer when the last watcher goes', () => {
		const { clock, stop } = setup(() => Promise.resolve(null));
		stop();
		expect(clock.pending).toBe(0);
	});
});
