import { describe, expect, it } from 'vitest';
import type { ConsumerRecord } from '../../../src/contract';
import { createRemembered } from '../../../src/pool/journal/remembered';
import { keep } from '../../../src/pool/journal/retention';
import { silentLogger } from '../../../src/runtime';
import { ManualClock, settle } from '../../support/manual-clock';
import { ACCOUNT, event, filter } from './support';

function record(id: string, parts: Partial<ConsumerRecord> = {}): ConsumerRecord {
	return {
		id,
		accountId: ACCOUNT,
		published: true,
		filter: filter(),
		wantsRaw: false,
		notBefore: 0,
		catchUpMs: 1_000,
		catchUpPerChat: 10,
		lastAttachedAt: 0,
		extra: {},
		...parts,
	};
}

describe('what is stored of an event', () => {
	const interest = (accepts: boolean, wantsRaw: boolean) => ({ mayAccept: () => accepts, wantsRaw });
	const item = event({ raw: { a: 1 } });

	it('is what those who accept it ask for', () => {
		expect(keep(item, [])).toBeNull();
		expect(keep(item, [interest(false, true)])).toBeNull();
		expect(keep(item, [interest(true, false), interest(false, true)])).not.toHaveProperty('raw');
		expect(keep(item, [interest(true, false), interest(true, true)])).toEqual(item);
	});
});

describe('the remembered consumers', () => {
	it('count a new one from the moment it is set, whatever list is under way', async () => {
		const list = Promise.withResolvers<ConsumerRecord[]>();
		const remembered = createRemembered(
			{ listConsumers: () => list.promise },
			ACCOUNT,
			new ManualClock(),
			silentLogger,
		);
		const loading = remembered.load();
		remembered.set(record('new', { catchUpMs: 5_000, extra: { quietAfterDeviceMs: 60_000 } }));
		list.resolve([record('old')]);
		await loading;
		expect(remembered.ids().sort()).toEqual(['new', 'old']);
		expect(remembered.reachesBackTo(10_000)).toBe(5_000);
		expect(remembered.quietMs()).toBe(60_000);
	});

	it('learn of one that another process remembers, within a minute', async () => {
		const clock = new ManualClock();
		const stored = [record('mine', { filter: filter({ includeChats: ['x'] }) })];
		const remembered = createRemembered(
			{ listConsumers: () => Promise.resolve([...stored]) },
			ACCOUNT,
			clock,
			silentLogger,
		);
		await remembered.load();
		stored.push(record('theirs'));
		expect(remembered.keep(event())).toBeNull();
		await clock.advance(60_000);
		remembered.keep(event());
		await settle(2);
		expect(remembered.keep(event())).not.toBeNull();
	});

	it('keep a gap only for the one it concerns', async () => {
		const wantsGaps = { filter: filter({ eventTypes: ['gap'] }) };
		const remembered = createRemembered(
			{ listConsumers: () => Promise.resolve([record('a', wantsGaps)]) },
			ACCOUNT,
			new ManualClock(),
			silentLogger,
		);
		await remembered.load();
		expect(remembered.keep(event({ type: 'gap', data: { consumer: 'a' } }))).not.toBeNull();
		expect(remembered.keep(event({ type: 'gap', data: { consumer: 'b' } }))).toBeNull();
		expect(remembered.keep(event({ type: 'gap', data: {} }))).not.toBeNull();
	});
});
