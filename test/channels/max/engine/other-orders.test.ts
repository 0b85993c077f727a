import { expect, it } from 'vitest';
import type { MaxAccount } from '../../../../src/channels/max/account';
import type { Caller } from '../../../../src/channels/max/api/caller';
import { changedChats } from '../../../../src/channels/max/engine/changed-chats';
import { walkForward } from '../../../../src/channels/max/engine/walk';
import type { Json, JsonObject } from '../../../../src/contract';
import { ManualClock } from '../../../support/manual-clock';

/** Reimplemented servers give lists and histories in orders of their own: nothing may be missed for it. */
const signal = new AbortController().signal;
const clock = new ManualClock(1_000_000);

/** 130 messages at 1…130 s, their ids the same numbers */
const HISTORY = Array.from({ length: 130 }, (_, n): JsonObject => ({
	id: String(n + 1),
	time: (n + 1) * 1_000,
	sender: 7,
	text: `m${String(n + 1)}`,
	attaches: [],
}));

interface Query {
	from: number;
	forward: number;
	backward: number;
}
const SERVERS: Record<string, (query: Query) => JsonObject[]> = {
	'as the service does': ({ from, forward, backward }) => [
		...HISTORY.filter(({ time }) => (time as number) <= from).slice(backward === 0 ? Infinity : -backward),
		...HISTORY.filter(({ time }) => (time as number) >= from).slice(0, forward),
	],
	'the newest first, whatever the anchor': ({ forward, backward }) =>
		HISTORY.slice(-Math.max(forward, backward)).toReversed(),
};

async function walked(answer: (query: Query) => JsonObject[], after: { time: number; id: string }) {
	let requests = 0;
	const caller: Caller = {
		request: (_opcode, payload) => {
			requests += 1;
			return Promise.resolve({ messages: answer(payload as unknown as Query) });
		},
	};
	const target = { time: 130_000, id: '130' };
	const found: number[] = [];
	const options = { chatId: '5', after, target, pageSize: 20, pageDelayMs: 0, clock, signal };
	for await (const page of walkForward(caller, options)) found.push(...page.map(({ id }) => Number(id)));
	return { found, requests };
}

const numbers = (from: number): number[] => Array.from({ length: 131 - from }, (_, n) => n + from);

it.each(Object.entries(SERVERS))(
	'a long absence is read to the end from a server that answers %s',
	async (_, answer) => {
		expect((await walked(answer, { time: 30_000, id: '30' })).found).toEqual(numbers(31));
		expect((await walked(answer, { time: 30_500, id: '0' })).found).toEqual(numbers(31));
	},
);

it('looks back no more than once where the service answers as asked', async () => {
	const { found, requests } = await walked(SERVERS['as the service does']!, { time: 90_500, id: '0' });
	expect(found).toEqual(numbers(91));
	expect(requests).toBeLessThanOrEqual(5);
});

it('a chat that moved is found behind one that did not', async () => {
	const chats = [
		{ id: 1, lastEventTime: 10 },
		{ id: 2, lastEventTime: 900 },
		{ id: 3, lastEventTime: 800 },
	];
	const account = {
		session: { request: (): Promise<Json> => Promise.resolve({ chats }) },
		chatList: { told: false, unserved: false },
		settings: { pageDelayMs: 0 },
		services: { clock },
		serverNow: () => 1_000,
	} as unknown as MaxAccount;
	const found: Json[] = [];
	for await (const { id } of changedChats(account, { sinceMs: 500, signal })) found.push(id ?? null);
	expect(found).toEqual([2, 3]);
});
