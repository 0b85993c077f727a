import { createServer as createHttpServer, request as httpRequest } from 'node:http';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { avitoDriver } from '../../../src/channels/avito';
import { ManualClock, settle, until } from '../../support/manual-clock';
import { testServices } from '../../support/driver-services';
import { codeOf, passingWaits, startBench, type Bench } from './fixture';

const tokens = ({ sandbox }: Bench) => sandbox.control.requests({ operation_id: 'getAccessToken' }).length;
const balances = ({ sandbox }: Bench) => sandbox.control.requests({ operation_id: 'getUserBalance' });
const balanceFault = { scope: 'getUserBalance' } as const;

describe('the token', () => {
	it('is fetched once however many ask at the same time', async () => {
		const bench = await startBench();
		const account = await bench.account();
		bench.sandbox.control.tokens({ user_id: 94000001, action: 'expire' });
		await Promise.all(Array.from({ length: 20 }, () => bench.call(account, 'account.getBalance')));
		expect(tokens(bench)).toBe(2);
	});

	it.each(['gateway_403', 'unauthorized_401'] as const)(
		'that has expired (%s) is replaced once, unseen by the caller',
		async (expired_token) => {
			const bench = await startBench({ settings: { expired_token } });
			const account = await bench.account();
			bench.sandbox.control.tokens({ user_id: 94000001, action: 'expire' });
			expect((await bench.call(account, 'account.getBalance')).items).toEqual([{ real: 1234.5, bonus: 0 }]);
			expect(balances(bench).map(({ status }) => status)).toEqual([
				expired_token === 'gateway_403' ? 403 : 401,
				200,
			]);
		},
	);

	it('is renewed a minute before its end, and a short-lived one at half its life', async () => {
		const bench = await startBench({ settings: { token_ttl_seconds: 600 } });
		const account = await bench.account();
		await bench.clock.advance(539_000);
		await bench.call(account, 'account.getBalance');
		expect(tokens(bench)).toBe(1);
		await bench.clock.advance(2_000);
		await bench.call(account, 'account.getBalance');
		expect(tokens(bench)).toBe(2);
		bench.sandbox.control.settings({ token_ttl_seconds: 60 });
		await bench.clock.advance(541_000);
		await bench.call(account, 'account.getBalance');
		await bench.clock.advance(29_000);
		await bench.call(account, 'account.getBalance');
		expect(tokens(bench)).toBe(3);
	});

	it('is kept sealed and used again after a restart and by other processes', async () => {
		const sealed = new Map<string, string>();
		const bench = await startBench({ sealed });
		await (await bench.open()).close();
		expect([...sealed.keys()]).toEqual(['access_token']);
		await bench.account();
		expect(tokens(bench)).toBe(1);
	});

	it('replaced by another process is found in the store instead of being fetched again', async () => {
		const sealed = new Map<string, string>();
		const bench = await startBench({ sealed, settings: { new_token_revokes_old: true } });
		const [first, second] = [await bench.account(), await bench.account()];
		await bench.call(second, 'account.refreshToken');
		expect(tokens(bench)).toBe(2);
		await bench.call(first, 'account.getBalance');
		expect(tokens(bench)).toBe(2);
	});

	it('refused twice means permission; the next 403 within a minute asks for no further token', async () => {
		const bench = await startBench();
		const account = await bench.account();
		bench.sandbox.control.mode({ mode: '403', ...balanceFault });
		await expect(bench.call(account, 'account.getBalance')).rejects.toMatchObject({
			code: 'permission_denied',
			hint: expect.stringContaining('employee') as string,
		});
		expect(await codeOf(bench.call(account, 'account.getBalance'))).toBe('permission_denied');
		expect(tokens(bench)).toBe(2);
		await bench.clock.advance(61_000);
		expect(await codeOf(bench.call(account, 'account.getBalance'))).toBe('permission_denied');
		expect(tokens(bench)).toBe(3);
	});

	it('that is said to have expired is replaced also where another 403 was a matter of permission', async () => {
		const bench = await startBench({ settings: { expired_token: 'gateway_403' } });
		const account = await bench.account();
		bench.sandbox.control.mode({ mode: '403', ...balanceFault });
		expect(await codeOf(bench.call(account, 'account.getBalance'))).toBe('permission_denied');
		bench.sandbox.control.tokens({ user_id: 94000001, action: 'expire' });
		expect((await bench.call(account, 'account.getSelf')).items).toHaveLength(1);
	});

	it.each([200, 400, 401] as const)(
		'refused with status %s is told as wrong keys',
		async (token_error_status) => {
			const bench = await startBench({
				settings: { token_error_status },
				credential: { clientSecret: 'wrong' },
			});
			await expect(bench.open()).rejects.toMatchObject({ code: 'credential_invalid', field: 'clientSecret' });
			expect(tokens(bench)).toBe(1);
		},
	);

	it('appears in no log, error or event', async () => {
		const bench = await startBench();
		const account = await bench.account();
		const kept = bench.services.sealed.get('access_token') ?? '';
		const { token } = JSON.parse(kept) as { token: string };
		bench.sandbox.control.mode({ mode: '500', ...balanceFault });
		const failure = await passingWaits(
			bench.clock,
			bench.call(account, 'account.getBalance').catch((error: unknown) => error),
		);
		const refreshed = await bench.call(account, 'account.refreshToken');
		const said = JSON.stringify([bench.services.logged, refreshed, (failure as Error).message, failure]);
		expect(said).not.toContain(token);
		expect(said).not.toContain('repair-client-secret');
	});
});

describe('a request that is safe to repeat', () => {
	it.each(['500', '502', '503', '504', 'reset', 'reset_mid_body'] as const)(
		'is tried three times more after %s, 1 to 10 s apart',
		async (mode) => {
			const bench = await startBench({ credential: { breakerFailures: 0 } });
			const account = await bench.account();
			bench.sandbox.control.mode({ mode, ...balanceFault });
			const waits: number[] = [];
			const { sleep } = bench.clock;
			bench.clock.sleep = (ms, signal) => {
				waits.push(ms);
				return sleep(ms, signal);
			};
			const code = await passingWaits(bench.clock, codeOf(bench.call(account, 'account.getBalance')));
			expect(code).toBe(mode.startsWith('reset') ? 'unreachable' : 'upstream_error');
			expect(balances(bench)).toHaveLength(4);
			expect(waits).toHaveLength(3);
			for (const wait of waits) expect(wait).toBeGreaterThanOrEqual(1_000);
			for (const wait of waits) expect(wait).toBeLessThanOrEqual(10_000);
			expect(waits[2]).toBeGreaterThan(waits[0] ?? 0);
		},
	);

	it('succeeds when the failure passes', async () => {
		const bench = await startBench();
		const account = await bench.account();
		bench.sandbox.control.mode({ mode: '503', ...balanceFault, count: 2 });
		expect((await passingWaits(bench.clock, bench.call(account, 'account.getBalance'))).items).toHaveLength(
			1,
		);
	});

	it.each([
		['400', 'invalid_parameter'],
		['402', 'subscription_missing'],
		['404', 'peer_not_found'],
		['invalid_json', 'unexpected_answer'],
		['empty', 'unexpected_answer'],
	] as const)('is not repeated after %s (%s)', async (mode, code) => {
		const bench = await startBench();
		const account = await bench.account();
		bench.sandbox.control.mode({ mode, ...balanceFault });
		expect(await codeOf(bench.call(account, 'account.getBalance'))).toBe(code);
		expect(balances(bench)).toHaveLength(1);
	});

	it('waits as long as Retry-After says, and everybody of the account with it', async () => {
		const bench = await startBench();
		const account = await bench.account();
		bench.sandbox.control.mode({ mode: '429', ...balanceFault, count: 1, retry_after: 7 });
		const first = bench.call(account, 'account.getBalance');
		await until(() => balances(bench).length === 1, 'the refusal');
		await until(() => bench.services.budget.waitingUntil() !== null, 'the pause');
		const second = bench.call(account, 'account.getSelf');
		await bench.clock.advance(6_900);
		expect(balances(bench)).toHaveLength(1);
		await bench.clock.advance(200);
		await passingWaits(bench.clock, Promise.all([first, second]));
		expect(balances(bench)).toHaveLength(2);
	});

	it('is told instead of waited for when Avito asks for more than a minute', async () => {
		const bench = await startBench();
		const account = await bench.account();
		bench.sandbox.control.mode({ mode: '429', ...balanceFault, retry_after: 90 });
		await expect(bench.call(account, 'account.getBalance')).rejects.toMatchObject({
			code: 'flood_wait',
			retry: { afterMs: 90_000 },
		});
	});

	it('ends after 30 s without an answer', async () => {
		const bench = await startBench({ credential: { retries: 0 } });
		const account = await bench.account();
		bench.sandbox.control.mode({ mode: 'hang', ...balanceFault });
		const work = codeOf(bench.call(account, 'account.getBalance'));
		await until(() => balances(bench).length === 1, 'the request');
		await bench.clock.advance(29_000);
		expect(account.status().inFlight).toBe(1);
		await bench.clock.advance(1_500);
		expect(await work).toBe('timeout');
		expect(account.status().inFlight).toBe(0);
		expect(bench.clock.pending).toBe(0);
	});

	it('ends with the caller’s signal, while it waits and while it runs', async () => {
		const bench = await startBench();
		const account = await bench.account();
		bench.sandbox.control.mode({ mode: 'hang', ...balanceFault });
		const running = new AbortController();
		const work = bench.call(account, 'account.getBalance', {}, { signal: running.signal });
		await until(() => balances(bench).length === 1, 'the request');
		running.abort(new Error('stopped by a person'));
		await expect(work).rejects.toThrow('stopped by a person');
		expect(bench.clock.pending).toBe(0);
	});

	it('takes the firewall’s page for what it is, and wastes no token on it', async () => {
		const bench = await startBench();
		const account = await bench.account();
		bench.sandbox.control.mode({ mode: 'html', ...balanceFault });
		await expect(bench.call(account, 'account.getBalance')).rejects.toMatchObject({
			code: 'upstream_error',
			hint: expect.stringContaining('proxy') as string,
		});
		expect(tokens(bench)).toBe(1);
		bench.sandbox.control.mode({ mode: 'ok' });
		bench.sandbox.control.mode({ mode: 'html', status: 200, ...balanceFault });
		expect(await codeOf(bench.call(account, 'account.getBalance'))).toBe('unexpected_answer');
	});

	it('goes at the limit’s own pace when Avito says that none is left', async () => {
		const bench = await startBench({ settings: { rate_limits: true, messenger_per_minute: 1 } });
		const account = await bench.account();
		await bench.call(account, 'chat.getMany');
		expect(bench.services.budget.waitingUntil()).toBe(new Date(bench.clock.now() + 60_000).toISOString());
	});
});

describe('the circuit breaker', () => {
	it('opens after failures in a row, lets one request through later, and closes when that succeeds', async () => {
		vi.useFakeTimers({ toFake: ['Date'] });
		onTestFinished(() => void vi.useRealTimers());
		const bench = await startBench({ credential: { retries: 0, breakerFailures: 3, breakerSeconds: 20 } });
		const account = await bench.account();
		bench.sandbox.control.mode({ mode: '500', ...balanceFault });
		for (let i = 0; i < 3; i += 1)
			expect(await codeOf(bench.call(account, 'account.getBalance'))).toBe('upstream_error');
		await expect(bench.call(account, 'account.getBalance')).rejects.toMatchObject({
			code: 'unreachable',
			retry: { afterMs: 20_000 },
		});
		expect(balances(bench)).toHaveLength(3);
		bench.sandbox.control.mode({ mode: 'ok' });
		vi.setSystemTime(Date.now() + 20_001);
		expect((await bench.call(account, 'account.getBalance')).items).toHaveLength(1);
		expect((await bench.call(account, 'account.getBalance')).items).toHaveLength(1);
	});

	it('does not count refusals', async () => {
		const bench = await startBench({ credential: { breakerFailures: 2 } });
		const account = await bench.account();
		bench.sandbox.control.mode({ mode: '400', ...balanceFault });
		for (let i = 0; i < 5; i += 1)
			expect(await codeOf(bench.call(account, 'account.getBalance'))).toBe('invalid_parameter');
		expect(balances(bench)).toHaveLength(5);
	});
});

describe('connections', () => {
	it('are kept and shared: 200 calls at once need no more than allowed', async () => {
		const bench = await startBench({ credential: { connections: 4 } });
		const account = await bench.account();
		await Promise.all(Array.from({ length: 200 }, () => bench.call(account, 'account.getBalance')));
		const used = new Set(balances(bench).map(({ connection }) => connection));
		expect(used.size).toBeLessThanOrEqual(4);
		expect(used.size).toBeGreaterThan(1);
	});

	it('write nothing once the lease is gone', async () => {
		const bench = await startBench();
		const account = await bench.account();
		bench.services.loseOwnership();
		await expect(bench.call(account, 'account.getBalance')).rejects.toThrow('not the owner');
		expect(balances(bench)).toHaveLength(0);
	});

	it('end with the account, and what runs with them', async () => {
		const bench = await startBench();
		const account = await bench.open();
		bench.sandbox.control.mode({ mode: 'hang', ...balanceFault });
		const work = codeOf(bench.call(account, 'account.getBalance'));
		await until(() => balances(bench).length === 1, 'the request');
		await account.close();
		await account.close();
		expect(await work).toBe('cancelled');
		expect(await codeOf(bench.call(account, 'account.getBalance'))).toBe('cancelled');
		expect(bench.clock.pending).toBe(0);
	});

	it('name an unreachable Avito, and leave nothing open when opening fails', async () => {
		const bench = await startBench({ credential: { retries: 0 } });
		await bench.sandbox.control.unreachable({});
		await expect(bench.open()).rejects.toMatchObject({ code: 'unreachable', retry: 'now' });
		expect(bench.clock.pending).toBe(0);
	});
});

describe('a proxy', () => {
	/** What passes: `CONNECT host:port` or the SOCKS5 destination. */
	async function listen(
		serve: (socket: Socket, seen: string[]) => void,
	): Promise<{ port: number; seen: string[] }> {
		const seen: string[] = [];
		const sockets = new Set<Socket>();
		const server = createServer((socket) => {
			sockets.add(socket);
			socket.on('error', () => undefined);
			serve(socket, seen);
		});
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		onTestFinished(() => {
			for (const socket of sockets) socket.destroy();
			server.close();
		});
		return { port: (server.address() as AddressInfo).port, seen };
	}

	function tunnel(from: Socket, port: number, host: string): void {
		const to = connect(port, host);
		to.on('error', () => from.destroy());
		from.pipe(to).pipe(from);
	}

	/** RFC 1928 and 1929, as far as a client needs it. */
	function socks5(socket: Socket, seen: string[]): void {
		socket.once('data', (greeting) => {
			const withLogin = greeting.includes(2, 2);
			socket.write(Buffer.from([5, withLogin ? 2 : 0]));
			const request = (): void => {
				socket.once('data', (data) => {
					const length = data[4] ?? 0;
					const name =
						data[3] === 3 ? data.toString('latin1', 5, 5 + length) : [...data.subarray(4, 8)].join('.');
					const port = data.readUInt16BE(data.length - 2);
					seen.push(`${name}:${port}`);
					socket.write(Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]));
					tunnel(socket, port, '127.0.0.1');
				});
			};
			if (!withLogin) return request();
			socket.once('data', (login) => {
				seen.push(login.toString('latin1', 2).replaceAll(/[^a-z]/g, ' '));
				socket.write(Buffer.from([1, 0]));
				request();
			});
		});
	}

	it('of SOCKS5 carries everything, with user and password', async () => {
		const { port, seen } = await listen(socks5);
		const bench = await startBench({ credential: { proxyUrl: `socks5://me:pass@127.0.0.1:${port}` } });
		const account = await bench.account();
		await bench.call(account, 'account.getBalance');
		const target = new URL(bench.sandbox.origin).host;
		expect(seen).toContain('me pass');
		expect(seen).toContain(target);
	});

	it('of HTTP carries everything, with user and password', async () => {
		const seen: string[] = [];
		const proxy = createHttpServer((request, response) => {
			seen.push(`${request.url ?? ''} ${request.headers['proxy-authorization'] ?? ''}`);
			const { host: _host, 'proxy-authorization': _login, ...headers } = request.headers;
			const onward = httpRequest(
				request.url ?? '',
				{ method: request.method ?? 'GET', headers },
				(answer) => {
					response.writeHead(answer.statusCode ?? 500, answer.headers);
					answer.pipe(response);
				},
			);
			request.pipe(onward);
		});
		await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
		onTestFinished(() => {
			proxy.closeAllConnections();
			proxy.close();
		});
		const { port } = proxy.address() as AddressInfo;
		const bench = await startBench({ credential: { proxyUrl: `http://me:pass@127.0.0.1:${port}` } });
		await bench.account();
		const login = Buffer.from('me:pass').toString('base64');
		expect(seen).toEqual([
			`${bench.sandbox.origin}/token Basic ${login}`,
			`${bench.sandbox.origin}/core/v1/accounts/self Basic ${login}`,
		]);
	});

	it.each(['http', 'socks5'])(
		'of %s that is dead is an error, never a direct connection',
		async (protocol) => {
			const { port } = await listen((socket) => socket.destroy());
			const bench = await startBench({
				credential: { proxyUrl: `${protocol}://127.0.0.1:${port}`, retries: 0 },
			});
			await expect(bench.open()).rejects.toMatchObject({ code: 'unreachable' });
			expect(bench.sandbox.control.requests({})).toHaveLength(0);
		},
	);
});

describe('configured limits', () => {
	it('are waited for, or refused when the caller will not wait', async () => {
		const bench = await startBench({ budget: { account: { points: 3, windowMs: 60_000 } } });
		const account = await bench.account();
		await bench.call(account, 'account.getBalance');
		await expect(
			bench.call(account, 'account.getBalance', {}, { options: { budgetWaitMs: 0 } }),
		).rejects.toMatchObject({ code: 'rate_limited' });
		const waiting = bench.call(account, 'account.getBalance');
		await settle();
		expect(balances(bench)).toHaveLength(1);
		await bench.clock.advance(60_000);
		await waiting;
		expect(balances(bench)).toHaveLength(2);
	});

	it('count the ads’ 25 a minute apart from the account’s', async () => {
		const clock = new ManualClock();
		const services = testServices({ clock, rules: { buckets: avitoDriver.buckets } });
		for (let i = 0; i < 25; i += 1) expect(services.budget.tryTake('items')).toBe(true);
		expect(services.budget.tryTake('items')).toBe(false);
		expect(services.budget.tryTake('background')).toBe(true);
	});
});
