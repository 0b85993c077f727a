import { beforeEach, describe, expect, it } from 'vitest';
import {
	ChannelError,
	type AccountPolicy,
	type CallResult,
	type CommandSpec,
	type Store,
} from '../../../src/contract';
import {
	assertAllowed,
	LoopBreaker,
	onlyAllowedChats,
	OwnSends,
	throughPolicies,
	type PolicyCall,
	type RunningSend,
} from '../../../src/pool/policy';
import { silentLogger } from '../../../src/runtime';
import { openMemoryStore } from '../../../src/store';
import { ManualClock, seededRandom, settle, until } from '../../support/manual-clock';

const ACCOUNT = 'avito:1';
const POLICY: AccountPolicy = {
	permissions: ['read', 'send'],
	allowedChats: [],
	budget: { points: 100, windowMs: 60_000, chatGapMs: 0 },
	firstContactsPerDay: 2,
	loopLimit: 3,
	loopWindowMs: 120_000,
	allowDangerousRaw: false,
};
type Input = { chatId: string; text: string };
const SEND: CommandSpec<unknown, Input> = {
	permission: 'send',
	effect: 'send',
	input: { parse: (value) => value as Input },
	chats: (input) => [input.chatId],
	run: () => Promise.reject(new Error('not run here')),
};

let clock: ManualClock;
let store: Store;
let ownSends: OwnSends;
const running = new Map<string, RunningSend>();
const loopBreaker = new LoopBreaker();

beforeEach(async () => {
	clock = new ManualClock();
	store = await openMemoryStore({ clock, logger: silentLogger, random: seededRandom(1) });
	ownSends = new OwnSends(store, ACCOUNT, clock);
	running.clear();
});

function call(options: Partial<PolicyCall> = {}): PolicyCall {
	const input = { chatId: 'c1', text: 'hello' };
	return {
		account: ACCOUNT,
		policy: POLICY,
		name: 'message.send',
		spec: SEND,
		input,
		rawInput: input,
		options: { idempotency: { key: 'k1', rememberMs: 86_400_000 } },
		signal: new AbortController().signal,
		store,
		clock,
		random: seededRandom(2),
		loopBreaker,
		ownSends,
		running,
		intent: null,
		...options,
	};
}

const sent = (id = 'm1'): CallResult => ({ items: [{ chat_id: 'c1', message_id: id, duplicate: false }] });

describe('idempotency', () => {
	it('a repeat returns the first result with duplicate and sends nothing', async () => {
		let sends = 0;
		const run = () => {
			sends += 1;
			return Promise.resolve(sent());
		};
		await throughPolicies(call(), run);
		const again = await throughPolicies(call(), run);
		expect(sends).toBe(1);
		expect(again.items).toEqual([{ chat_id: 'c1', message_id: 'm1', duplicate: true }]);
	});

	it('a repeat with other parameters says so', async () => {
		await throughPolicies(call(), () => Promise.resolve(sent()));
		const other = { chatId: 'c1', text: 'changed' };
		const again = await throughPolicies(call({ input: other, rawInput: other }), () =>
			Promise.resolve(sent('m2')),
		);
		expect(again.items[0]?.['message_id']).toBe('m1');
		expect(again.hints?.[0]).toContain('other parameters');
	});

	it('a repeat while the first is running joins it', async () => {
		const gate = Promise.withResolvers<CallResult>();
		let sends = 0;
		const run = () => {
			sends += 1;
			return gate.promise;
		};
		const first = throughPolicies(call(), run);
		const second = throughPolicies(call(), run);
		gate.resolve(sent());
		expect((await first).items[0]?.['duplicate']).toBe(false);
		expect((await second).items[0]?.['duplicate']).toBe(true);
		expect(sends).toBe(1);
	});

	it('a definite refusal frees the key', async () => {
		const refusing = call();
		await expect(
			throughPolicies(refusing, async () => {
				await refusing.intent?.sent();
				throw new ChannelError('message_too_long', 'too long');
			}),
		).rejects.toThrow('too long');
		expect(await store.loadIntent('k1')).toBeNull();
	});

	it('a failure before the first byte frees the key, whatever it was', async () => {
		await expect(
			throughPolicies(call(), () => Promise.reject(new ChannelError('timeout', 'slow'))),
		).rejects.toThrow('slow');
		expect(await store.loadIntent('k1')).toBeNull();
	});

	it('an ambiguous failure keeps the key: the next try goes on under the same provider key', async () => {
		const first = call();
		let providerKey = '';
		await expect(
			throughPolicies(first, async () => {
				providerKey = first.intent?.providerKey ?? '';
				await first.intent?.sent({ last: 'm0' });
				throw new ChannelError('timeout', 'no answer');
			}),
		).rejects.toThrow('no answer');
		const second = call({ random: seededRandom(99) });
		await throughPolicies(second, () => {
			expect(second.intent?.state).toBe('sent');
			expect(second.intent?.providerKey).toBe(providerKey);
			expect(second.intent?.context).toEqual({ last: 'm0' });
			return Promise.resolve(sent());
		});
		expect(providerKey).not.toBe('');
		expect((await store.loadIntent('k1'))?.state).toBe('done');
	});

	it('what a provider deduplicates needs no note when it leaves: a repeat knows that it may be out', async () => {
		const spec = { ...SEND, deduplicated: true };
		const first = call({ spec });
		let told: unknown[] = [];
		await expect(
			throughPolicies(first, async () => {
				told = [first.intent?.providerKey, first.intent?.since];
				expect(first.intent?.repeated).toBe(false);
				await first.intent?.sent();
				throw new ChannelError('timeout', 'no answer');
			}),
		).rejects.toThrow('no answer');
		expect((await store.loadIntent('k1'))?.state).toBe('reserved');
		// One that fails before anything leaves again does not make the first one undone.
		await clock.advance(5_000);
		await expect(
			throughPolicies(call({ spec }), () => Promise.reject(new ChannelError('timeout', 'slow'))),
		).rejects.toThrow('slow');
		const third = call({ spec, random: seededRandom(99) });
		await throughPolicies(third, () => {
			expect(third.intent?.repeated).toBe(true);
			expect([third.intent?.providerKey, third.intent?.since]).toEqual(told);
			return Promise.resolve(sent());
		});
		expect((await store.loadIntent('k1'))?.state).toBe('done');
	});

	it('a repeat that comes before the first is noted joins it', async () => {
		const spec = { ...SEND, deduplicated: true };
		let sends = 0;
		const run = () => {
			sends += 1;
			return Promise.resolve(sent());
		};
		const results = [await throughPolicies(call({ spec }), run), await throughPolicies(call({ spec }), run)];
		expect(results.map(({ items }) => items[0]?.['duplicate'])).toEqual([false, true]);
		expect(sends).toBe(1);
		const other = { chatId: 'c1', text: 'changed' };
		const again = await throughPolicies(call({ spec, input: other, rawInput: other }), run);
		expect(again.hints?.[0]).toContain('other parameters');
		await clock.advance(5);
		await until(() => running.size === 0, 'it is noted');
		expect((await throughPolicies(call({ spec }), run)).items[0]?.['duplicate']).toBe(true);
		expect(sends).toBe(1);
	});

	it('parts of one command are remembered one by one', async () => {
		const first = call();
		await expect(
			throughPolicies(first, async () => {
				const part = await first.intent?.part('0');
				if (part?.done === false) {
					await part.handle.sent();
					await part.finish({ message_id: 'p0' });
				}
				throw new ChannelError('timeout', 'the second part hangs');
			}),
		).rejects.toThrow('hangs');
		const second = call();
		await throughPolicies(second, async () => {
			expect(await second.intent?.part('0')).toEqual({ done: true, result: { message_id: 'p0' } });
			return sent();
		});
	});

	it('the key is forgotten after its time', async () => {
		await throughPolicies(call(), () => Promise.resolve(sent()));
		await clock.advance(86_400_001);
		const again = await throughPolicies(call(), () => Promise.resolve(sent('m2')));
		expect(again.items[0]).toEqual({ chat_id: 'c1', message_id: 'm2', duplicate: false });
	});
});

describe('own sends', () => {
	it('an echo that overtakes its answer waits for it and is known as ours', async () => {
		const gate = Promise.withResolvers<CallResult>();
		const sending = throughPolicies(call(), () => gate.promise);
		await settle();
		const echo = ownSends.isOwn('c1', 'm1');
		gate.resolve(sent());
		await sending;
		expect(await echo).toBe(true);
		expect(await ownSends.isOwn('c1', 'typed on the phone')).toBe(false);
	});

	it('an echo waits no longer than half a minute', async () => {
		void throughPolicies(call(), () => new Promise(() => undefined));
		await settle();
		const echo = ownSends.isOwn('c1', 'm9');
		await clock.advance(30_000);
		expect(await echo).toBe(false);
	});

	it('own messages are known after a restart', async () => {
		await throughPolicies(call(), () => Promise.resolve(sent()));
		expect(await new OwnSends(store, ACCOUNT, clock).isOwn('c1', 'm1')).toBe(true);
	});
});

describe('guards', () => {
	const code = (run: () => void): string | undefined => {
		try {
			run();
		} catch (error) {
			return ChannelError.is(error) ? error.code : 'other';
		}
		return undefined;
	};

	it('refuses what the credential does not permit', () => {
		expect(
			code(() => {
				assertAllowed({ ...POLICY, permissions: ['read'] }, 'message.send', SEND, {});
			}),
		).toBe('permission_denied');
		expect(
			code(() => {
				assertAllowed(POLICY, 'message.send', SEND, { chatId: 'c1' });
			}),
		).toBeUndefined();
	});

	it('asks a command that tells its nature only from its input', () => {
		const raw = {
			...SEND,
			permission: 'account' as const,
			classify: (input: unknown) =>
				(input as { method: string }).method === 'GET'
					? { permission: 'read' as const, effect: 'read' as const }
					: { permission: 'account' as const, effect: 'send' as const },
		};
		expect(
			code(() => {
				assertAllowed(POLICY, 'raw.request', raw, { method: 'GET' });
			}),
		).toBeUndefined();
		expect(
			code(() => {
				assertAllowed(POLICY, 'raw.request', raw, { method: 'POST' });
			}),
		).toBe('permission_denied');
	});

	it('refuses chats that are not allowed, and raw requests that name none', () => {
		const policy = { ...POLICY, allowedChats: ['c1'] };
		expect(
			code(() => {
				assertAllowed(policy, 'message.send', SEND, { chatId: 'c2' });
			}),
		).toBe('chat_not_allowed');
		expect(
			code(() => {
				assertAllowed(policy, 'raw.request', { ...SEND, permission: 'read' }, {});
			}),
		).toBe('chat_not_allowed');
	});

	it('refuses dangerous calls unless allowed', () => {
		const spec = { ...SEND, dangerous: () => true };
		expect(
			code(() => {
				assertAllowed(POLICY, 'raw.request', spec, {});
			}),
		).toBe('permission_denied');
		expect(
			code(() => {
				assertAllowed({ ...POLICY, allowDangerousRaw: true }, 'raw.request', spec, {});
			}),
		).toBeUndefined();
	});

	it('leaves other chats out of lists', () => {
		const result = onlyAllowedChats(
			{ ...POLICY, allowedChats: ['c1'] },
			{ items: [{ chat_id: 'c1' }, { chat_id: 'c2' }, { balance: 1 }] },
		);
		expect(result.items).toEqual([{ chat_id: 'c1' }, { balance: 1 }]);
	});
});

describe('limits', () => {
	it('stops two machines that answer each other, and recovers', () => {
		const breaker = new LoopBreaker();
		for (let answer = 0; answer < 3; answer += 1) breaker.count('c', answer * 1_000, 3, 120_000);
		expect(() => {
			breaker.count('c', 3_000, 3, 120_000);
		}).toThrow('answering each other');
		expect(() => {
			breaker.count('other', 3_000, 3, 120_000);
		}).not.toThrow();
		expect(() => {
			breaker.count('c', 121_000, 3, 120_000);
		}).not.toThrow();
	});

	it('counts answers to the chat, not what is passed on to others', async () => {
		const policy = { ...POLICY, loopLimit: 2 };
		const breaker = new LoopBreaker();
		let number = 0;
		const send = (chatId: string) => {
			const input = { chatId, text: 'hello' };
			const options = {
				idempotency: { key: `loop-${String(number++)}`, rememberMs: 1_000 },
				causedBy: { chatId: '-1001', eventId: 'e' },
			};
			return throughPolicies(call({ policy, input, rawInput: input, options, loopBreaker: breaker }), () =>
				Promise.resolve(sent(String(number))),
			);
		};
		for (const other of ['1', '2', '3', '-1002', '3', '3', 'u2i-a']) await send(other);
		await send('-1001');
		// A name may be that very chat's.
		await send('@group');
		await expect(send('-1001')).rejects.toMatchObject({ code: 'loop_suspected' });
		await expect(send('+79990000001')).rejects.toMatchObject({ code: 'loop_suspected' });
		await send('3');
	});

	it('first contacts have a daily budget that survives in the store', async () => {
		const spec = { ...SEND, firstContacts: () => 1 };
		const contact = (key: string) =>
			throughPolicies(call({ spec, options: { idempotency: { key, rememberMs: 1_000 } } }), () =>
				Promise.resolve(sent(key)),
			);
		await contact('a');
		await contact('b');
		const refused = await contact('c').catch((error: unknown) => error);
		expect(ChannelError.is(refused) && refused.code).toBe('new_contact_limit');
		await clock.advance(86_400_000);
		expect((await contact('d')).items[0]?.['message_id']).toBe('d');
	});
});
