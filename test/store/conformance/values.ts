import { describe, expect, it } from 'vitest';
import type { Json } from '../../../src/contract';
import type { Subject } from '../conformance';
import { ACCOUNT, OTHER_ACCOUNT } from '../support/samples';

export function valueTests(subject: Subject): void {
	describe('values', () => {
		it('keeps JSON of every kind, null apart from absent', async () => {
			const { store } = subject;
			const values: Json[] = [
				null,
				false,
				0,
				'',
				'ё',
				[1, [2]],
				{ a: { b: null } },
				1.5,
				9_007_199_254_740_991,
			];
			for (const value of values) {
				await store.putValue(ACCOUNT, 'n', value);
				expect(await store.getValue(ACCOUNT, 'n')).toEqual(value);
			}
			expect(await store.getValue(ACCOUNT, 'other')).toBeUndefined();
			expect(await store.getValue(OTHER_ACCOUNT, 'n')).toBeUndefined();
			await store.deleteValue(ACCOUNT, 'n');
			expect(await store.getValue(ACCOUNT, 'n')).toBeUndefined();
		});

		it('lists by prefix, taken literally, in order', async () => {
			const { store } = subject;
			for (const name of ['hash/b', 'hash/a', 'hash%', 'has', 'hash_x', 'i'])
				await store.putValue(ACCOUNT, name, name);
			await store.putValue(OTHER_ACCOUNT, 'hash/z', 1);
			const names = async (prefix: string) =>
				(await store.listValues(ACCOUNT, prefix)).map(({ name, value }) => {
					expect(value).toBe(name);
					return name;
				});
			expect(await names('hash/')).toEqual(['hash/a', 'hash/b']);
			expect(await names('hash%')).toEqual(['hash%']);
			expect(await names('hash_')).toEqual(['hash_x']);
			expect(await names('')).toEqual(['has', 'hash%', 'hash/a', 'hash/b', 'hash_x', 'i']);
			expect(await names('z')).toEqual([]);
		});

		it('lets a value expire, and a new put decide anew', async () => {
			const { store, clock } = subject;
			await store.putValue(ACCOUNT, 'n', 1, 100);
			await clock.advance(99);
			expect(await store.getValue(ACCOUNT, 'n')).toBe(1);
			await clock.advance(1);
			expect(await store.getValue(ACCOUNT, 'n')).toBeUndefined();
			expect(await store.listValues(ACCOUNT, '')).toEqual([]);
			await store.putValue(ACCOUNT, 'n', 2, 100);
			await store.putValue(ACCOUNT, 'n', 3);
			await clock.advance(1_000_000);
			expect(await store.getValue(ACCOUNT, 'n')).toBe(3);
		});

		it('counts atomically within a life that later increments do not prolong', async () => {
			const { store, clock } = subject;
			const counted = await Promise.all(
				Array.from({ length: 10 }, () => store.increment(ACCOUNT, 'n', 2, 100)),
			);
			expect(counted).toEqual([2, 4, 6, 8, 10, 12, 14, 16, 18, 20]);
			expect(await store.getValue(ACCOUNT, 'n')).toBe(20);
			await clock.advance(60);
			expect(await store.increment(ACCOUNT, 'n', -5, 100)).toBe(15);
			await clock.advance(40);
			expect(await store.increment(ACCOUNT, 'n', 1, 100)).toBe(1);
		});

		it('keeps secrets by owner and name', async () => {
			const { store } = subject;
			expect(await store.getSecret('session-a', 'token')).toBeNull();
			await store.putSecret('session-a', 'token', 'v1.one');
			await store.putSecret('session-a', 'token', 'v1.two');
			await store.putSecret('session-b', 'token', 'v1.three');
			expect(await store.getSecret('session-a', 'token')).toBe('v1.two');
			await store.deleteSecret('session-a', 'token');
			expect(await store.getSecret('session-a', 'token')).toBeNull();
			expect(await store.getSecret('session-b', 'token')).toBe('v1.three');
		});
	});
}
