import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Store } from '../../src/contract';
import { newPlace } from './support/place';
import { ACCOUNT, consumer, intent, journalEvent, LIMITS, message, wait } from './support/samples';

const SECRET = 'meet me at the pier at nine';
const LONG = `${SECRET} ${'x'.repeat(20_000)} ${SECRET}`;

/** Which of the store's files contain the bytes. */
function filesWith(dir: string, text: string): string[] {
	return readdirSync(dir).filter((name) => readFileSync(join(dir, name)).includes(text));
}

async function journal(store: Store, lastAttachedAt: number): Promise<void> {
	await store.saveConsumer(consumer('c1', { lastAttachedAt }));
	await store.append(ACCOUNT, {
		token: 1,
		events: [
			journalEvent('e1', { event: message('e1', SECRET) }),
			journalEvent('e2', { event: message('e2', LONG) }),
			journalEvent('e3', { event: message('e3', SECRET), heldBy: 'w1', heldUntil: lastAttachedAt + 60_000 }),
		],
	});
}

describe.each([false, true])('deleted text (network file system: %s)', (network) => {
	it('is gone from the disk once every consumer has passed it', async () => {
		const place = newPlace();
		const store = await place.openSqliteStore({ network });
		await journal(store, place.clock.now());
		expect(filesWith(place.dir, SECRET)).not.toEqual([]);
		await store.settleHeld(ACCOUNT, 3, 'consume');
		await store.acknowledge('c1', [1, 2, 3]);
		await store.sweep(LIMITS);
		expect(filesWith(place.dir, SECRET)).toEqual([]);
	});

	it('of a consumed answer is gone after the next sweep, though its entry stays', async () => {
		const place = newPlace();
		const store = await place.openSqliteStore({ network });
		await store.saveConsumer(consumer('c1', { lastAttachedAt: place.clock.now() }));
		await store.append(ACCOUNT, {
			token: 1,
			events: [journalEvent('e1', { event: message('e1', LONG), heldBy: 'w1', heldUntil: 1 })],
		});
		await store.settleHeld(ACCOUNT, 1, 'consume');
		expect((await store.sweep(LIMITS)).removedEntries).toBe(0);
		expect(filesWith(place.dir, SECRET)).toEqual([]);
	});

	it('and everything else of an account is gone from the disk when it is forgotten', async () => {
		const place = newPlace();
		const store = await place.openSqliteStore({ network });
		await journal(store, place.clock.now());
		await store.rememberSession('session-of-it', ACCOUNT);
		await store.reserveIntent(intent('i1', { context: { text: SECRET } }));
		await store.saveWait(wait('w1', { resume: { text: SECRET } }));
		await store.putValue('session-of-it', 'n', SECRET);
		await store.putSecret(ACCOUNT, 'token', SECRET);
		await store.forget(ACCOUNT);
		for (const text of [SECRET, ACCOUNT, 'session-of-it'])
			expect([text, filesWith(place.dir, text)]).toEqual([text, []]);
	});

	it('is not in the way of what stays', async () => {
		const place = newPlace();
		const store = await place.openSqliteStore({ network });
		await journal(store, place.clock.now());
		await store.acknowledge('c1', [1]);
		await store.sweep(LIMITS);
		expect((await store.readEntries(ACCOUNT, 0, 10)).map(({ event }) => event?.text)).toEqual([LONG, SECRET]);
	});
});
