import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OP } from '../../../../src/channels/max/opcodes';
import { mergeLogin2, readLogin } from '../../../../src/channels/max/session/greeting';
import type { Session } from '../../../../src/channels/max/session/session';
import type { Push } from '../../../../src/channels/max/session/port';
import { settle, until } from '../../../support/manual-clock';
import { ANNA, BORIS, Scene, type Front } from '../support/scene';

let scene: Scene;
beforeEach(async () => {
	scene = await Scene.start();
});
afterEach(async () => {
	expect(scene.control.failures({})).toEqual([]);
	await scene.close();
});

function collect(session: Session): Push[] {
	const pushes: Push[] = [];
	session.listen({ push: (push) => void pushes.push(push), live: () => undefined, down: () => undefined });
	return pushes;
}

async function comesBack(session: Session): Promise<void> {
	await until(
		async () => {
			await scene.clock.advance(1000);
			return session.state === 'live';
		},
		'the session is live again',
		200,
	);
}

describe('the transports', () => {
	it.each<Front>(['websocket', 'json', 'tcp', 'websocketPlain', 'jsonPlain', 'tcpPlain'])(
		'%s: logs in and asks',
		async (front) => {
			const { session, login } = await scene.openSession(front);
			expect(session.state).toBe('live');
			expect(login.profile).toMatchObject({ contact: { id: Number(ANNA) } });
			expect(await session.request(OP.contactInfo, { contactIds: [Number(BORIS)] })).toMatchObject({
				contacts: [{ id: Number(BORIS) }],
			});
		},
	);

	it.each(['auto', 'always', 'zstd', 'zstd-unflagged', 'lz4-frame', 'random'] as const)(
		'reads %s compression and wide ids in extension 1',
		async (compression) => {
			scene.control.setPolicy({ compression, extension: 'wide' });
			const { session } = await scene.openSession('tcpPlain');
			for (let n = 0; n < 20; n += 1) await session.request(OP.chatsList, { marker: Date.now() });
			expect(session.inFlight).toBe(0);
		},
	);

	it('refuses a certificate of an authority nobody named, and never goes on without', async () => {
		const session = scene.newSession(scene.config('tcp', { caCertificates: '' }).settings);
		await expect(session.open(new AbortController().signal)).rejects.toMatchObject({
			code: 'unreachable',
			hint: expect.stringContaining('CA Certificates') as string,
		});
		expect(scene.control.logins({}).every(({ logins }) => logins === 0)).toBe(true);
	});

	it('splits and joins do not matter', async () => {
		scene.control.setFaults({ splitBytes: 1 });
		const { session } = await scene.openSession('tcpPlain');
		scene.control.setFaults({ splitBytes: 0, joinFrames: 3 });
		const answers = await Promise.all(
			[1, 2, 3].map(() => session.request(OP.chatInfo, { chatIds: [92610303] })),
		);
		expect(answers).toHaveLength(3);
	});
});

describe('the proxy', () => {
	it('a dead one is an error, never a direct connection', async () => {
		const session = scene.newSession(scene.config('tcpPlain', { proxyUrl: 'socks5://127.0.0.1:1' }).settings);
		await expect(session.open(new AbortController().signal)).rejects.toMatchObject({ code: 'unreachable' });
		expect(scene.control.connections({})).toHaveLength(0);
	});

	it('HTTP CONNECT carries the connection', async () => {
		const { createProxy } = await import('../../../support/proxy');
		const proxy = await createProxy();
		scene.onClose(() => proxy.close());
		const { session } = await scene.openSession('websocket', { proxyUrl: proxy.httpUrl });
		expect(session.state).toBe('live');
		expect(proxy.targets).toEqual([new URL(scene.sandbox.addresses.websocket).host]);
	});

	it('SOCKS5 carries the connection', async () => {
		const { createProxy } = await import('../../../support/proxy');
		const proxy = await createProxy();
		scene.onClose(() => proxy.close());
		const { session } = await scene.openSession('tcp', { proxyUrl: proxy.socksUrl });
		expect(session.state).toBe('live');
		expect(proxy.targets).toEqual([new URL(scene.sandbox.addresses.tcp).host]);
	});
});

describe('requests', () => {
	it('match replies by seq and opcode beyond 256 and beyond 65,536 requests, whatever seq a push has', async () => {
		scene.control.setFaults({ collideSeq: true });
		const { session } = await scene.openSession('tcpPlain', { loginPerMinute: 0 });
		const pushes = collect(session);
		const total = 66_000;
		const batch = 500;
		let wrong = 0;
		for (let sent = 0; sent < total; sent += batch) {
			if (sent % 10_000 === 0) scene.control.injectMessage({ from: BORIS, to: ANNA, text: String(sent) });
			const replies = await Promise.all(
				Array.from({ length: batch }, (_, n) =>
					n % 2 === 0
						? session.request(OP.ping, { interactive: false })
						: session.request(OP.contactPresence, { contactIds: [] }),
				),
			);
			wrong += replies.filter((reply, n) => (n % 2 === 0 ? reply !== null : reply === null)).length;
		}
		expect(wrong).toBe(0);
		expect(pushes.filter(({ opcode }) => opcode === OP.notifMessage)).toHaveLength(7);
	}, 60_000);

	it('come back in any order', async () => {
		const { session } = await scene.openSession();
		scene.control.setFaults({ reorderReplies: true });
		const [info, list] = await Promise.all([
			session.request(OP.chatInfo, { chatIds: [92610303] }),
			session.request(OP.contactInfo, { contactIds: [Number(BORIS)] }),
		]);
		expect(info).toMatchObject({ chats: [{ id: 92610303 }] });
		expect(list).toMatchObject({ contacts: [{ id: Number(BORIS) }] });
	});

	it('a refusal is an error with the service’s key', async () => {
		const { session } = await scene.openSession();
		await expect(session.request(OP.chatHistory, { chatId: 1, from: 1 })).rejects.toMatchObject({
			code: 'peer_not_found',
			providerCode: 'chat.not.found',
		});
	});

	it('are asked again on the next connection when a reply is cut in two', async () => {
		const { session } = await scene.openSession();
		scene.control.setFaults({ cutInReply: [{ opcode: OP.chatInfo, count: 1 }] });
		const asking = session.request(OP.chatInfo, { chatIds: [92610303] });
		await until(() => session.state !== 'live', 'the cut is noticed');
		await comesBack(session);
		expect(await asking).toMatchObject({ chats: [{ id: 92610303 }] });
	});

	it('go one by one to a server that loses what comes together', async () => {
		const { session } = await scene.openSession('tcpPlain');
		collect(session);
		scene.control.setFaults({ oneFramePerRead: true });
		const ask = (): Promise<unknown> =>
			Promise.all(
				Array.from({ length: 8 }, () => session.request(OP.contactInfo, { contactIds: [Number(BORIS)] })),
			);
		let answered = 0;
		void ask().then(() => (answered += 1));
		const since = scene.clock.now();
		await until(
			async () => {
				await scene.clock.advance(1_000);
				return answered === 1;
			},
			'the first eight',
			200,
		);
		expect(scene.clock.now() - since).toBeLessThan(40_000);
		await ask();
		expect(session.reconnects).toBe(0);
	});

	it.each([
		['after LOGIN', {}, OP.chatInfo, { chatIds: [92610303] }, 'live'],
		['before it', { token: '' }, OP.getQr, {}, 'greeted'],
	] as const)(
		'one that stays without an answer %s costs no connection that works, and is asked twice',
		async (_, fields, opcode, payload, state) => {
			const { session } = await scene.openSession('websocketPlain', fields);
			scene.control.setFaults({ dropReplies: [{ opcode, count: 10 }] });
			let problem: unknown;
			session.request(opcode, payload).catch((error: unknown) => (problem = error));
			await until(
				async () => {
					await scene.clock.advance(1_000);
					return problem !== undefined;
				},
				'the answer to the caller',
				200,
			);
			expect(problem).toMatchObject({
				code: 'timeout',
				hint: expect.stringContaining('The connection works') as string,
			});
			expect(scene.control.requests({ opcode })).toHaveLength(2);
			expect(session.state).toBe(state);
			expect(scene.control.connections({})).toHaveLength(1);
		},
	);

	it('a reply of the unexplained kind 2 is one without a payload; a kind nobody knows is none', async () => {
		const { session } = await scene.openSession();
		scene.control.setFaults({
			cmds: [
				{ opcode: OP.chatInfo, cmd: 2, count: 1 },
				{ opcode: OP.contactInfo, cmd: 7, count: 1 },
			],
		});
		expect(await session.request(OP.chatInfo, { chatIds: [92610303] })).toBeNull();
		expect(await session.request(OP.contactInfo, { contactIds: [Number(BORIS)] })).toMatchObject({
			contacts: [{ id: Number(BORIS) }],
		});
	});

	it('end with the caller’s signal', async () => {
		const { session } = await scene.openSession();
		scene.control.setFaults({ silent: true });
		const stop = new AbortController();
		const asking = session.request(OP.chatInfo, { chatIds: [1] }, { signal: stop.signal });
		stop.abort(new Error('stopped'));
		await expect(asking).rejects.toThrow('stopped');
		expect(session.inFlight).toBe(0);
	});
});

describe('staying connected', () => {
	it('pings every 30 s with interactive false, and answers the service’s pings', async () => {
		const { session } = await scene.openSession();
		await scene.clock.advance(30_000);
		await until(() => scene.control.requests({ opcode: OP.ping }).length === 1, 'our ping');
		scene.control.ping({});
		await until(
			() => scene.control.requests({ opcode: OP.ping }).some(({ cmd }) => cmd === 1),
			'the answer to theirs',
		);
		expect(scene.control.requests({ opcode: OP.ping })[0]).toMatchObject({ payload: { interactive: false } });
		expect(session.state).toBe('live');
	});

	it('reconnects after a cut, with the device it had', async () => {
		const { session } = await scene.openSession();
		scene.control.cut({});
		await until(() => session.state !== 'live', 'the loss is noticed');
		await comesBack(session);
		expect(session.reconnects).toBe(1);
		expect(new Set(scene.control.connections({}).map(({ deviceId }) => deviceId))).toEqual(
			new Set([scene.session().deviceId]),
		);
		expect(scene.control.overlaps({})).toEqual([]);
	});

	it('notices a half-open connection by its silence', async () => {
		const { session } = await scene.openSession();
		scene.control.setFaults({ halfOpen: true });
		await until(
			async () => {
				await scene.clock.advance(5_000);
				return session.state !== 'live';
			},
			'the silence is noticed',
			40,
		);
		scene.control.clearFaults({});
		await comesBack(session);
	});

	it('keeps trying while the service is away, and tells once it is no blip', async () => {
		const { session, services } = await scene.openSession();
		await scene.control.stopListening({});
		await until(() => session.state !== 'live', 'the loss is noticed');
		for (let n = 0; n < 200; n += 1) await scene.clock.advance(1_000);
		expect(services.states.map(({ state }) => state)).toContain('disconnected');
		await scene.control.startListening({});
		await comesBack(session);
		expect(services.states.at(-1)).toMatchObject({ state: 'live' });
	});

	it('follows RECONNECT, but never to a foreign host', async () => {
		const { session } = await scene.openSession();
		scene.control.reconnect({ redirectHost: 'evil.example:1' });
		await until(
			() => scene.control.connections({}).length === 2 && session.state === 'live',
			'it is back at its own host',
		);
		expect(scene.control.overlaps({})).toEqual([]);
	});

	it('writes nothing once it is not the owner any more', async () => {
		const { session, services } = await scene.openSession('tcpPlain');
		const before = scene.control.requests({}).length;
		services.loseOwnership();
		await expect(session.request(OP.chatInfo, { chatIds: [1] })).rejects.toThrow();
		await scene.clock.advance(300_000);
		await settle(50);
		expect(scene.control.requests({}).length).toBe(before);
	});

	it('leaves no timer behind', async () => {
		const { session } = await scene.openSession();
		await session.request(OP.chatInfo, { chatIds: [1] });
		await session.close();
		await until(() => scene.control.connections({ open: true }).length === 0, 'the socket is closed');
		await scene.clock.advance(0);
		expect(scene.clock.pending).toBe(0);
	});
});

describe('LOGIN', () => {
	it('happens at most once a minute, also over a restart', async () => {
		const services = scene.services();
		const limits = { loginPerMinute: 1, loginPerHour: 20 };
		const first = await scene.openSession('websocketPlain', limits, services);
		await first.session.close();
		await expect(scene.openSession('websocketPlain', limits, services)).rejects.toMatchObject({
			code: 'rate_limited',
			retryAfterSeconds: 60,
		});
		await scene.clock.advance(30_000);
		const second = scene.openSession('websocketPlain', limits, services);
		await settle(50);
		expect(scene.control.connections({})).toHaveLength(1);
		await scene.clock.advance(30_000);
		expect((await second).session.state).toBe('live');
	});

	it('a restart loop makes no more than 20 LOGINs an hour', async () => {
		const services = scene.services();
		for (let start = 0; start < 60; start += 1) {
			const session = scene.newSession(
				scene.config('websocketPlain', { loginPerMinute: 1, loginPerHour: 20 }).settings,
				services,
			);
			await session.open(new AbortController().signal).catch(() => undefined);
			await session.close();
			await scene.clock.advance(60_000);
		}
		expect(Math.max(...scene.control.logins({ account: ANNA }).map(({ logins }) => logins))).toBe(20);
	});

	it('keeps a rotated token, sealed, and uses it after a restart', async () => {
		const sealed = new Map<string, string>();
		scene.control.rotateToken({ account: ANNA });
		scene.control.setPolicy({ rotationKillsOld: true });
		const { session } = await scene.openSession('websocketPlain', {}, scene.services(sealed));
		expect(sealed.get('token')).not.toBe(scene.session().token);
		await session.close();
		const again = await scene.openSession('websocketPlain', {}, scene.services(sealed));
		expect(again.session.state).toBe('live');
	});

	it('falls back to the credential’s token when the kept one is refused', async () => {
		const sealed = new Map([['token', 'a token of long ago']]);
		const session = scene.newSession(scene.config().settings, scene.services(sealed));
		await expect(session.open(new AbortController().signal)).rejects.toMatchObject({
			code: 'upstream_error',
			retry: 'now',
		});
		expect((await scene.openSession('websocketPlain', {}, scene.services(sealed))).session.state).toBe(
			'live',
		);
	});

	it.each([
		['login.token', 'session_ended'],
		['error.profile.blocked', 'account_banned'],
		['login.flood', 'flood_wait'],
		['error.profile.active.session.no2fa', '2fa_required'],
	])('%s is told as %s', async (error, code) => {
		scene.control.setFaults({ errors: [{ opcode: OP.login, error, count: 1 }] });
		await expect(scene.openSession()).rejects.toMatchObject({ code, hint: expect.any(String) as string });
	});

	it('an app version that the service wants replaced is said in the log', async () => {
		scene.control.setPolicy({ forcedUpdate: true });
		const { services } = await scene.openSession('tcpPlain');
		expect(services.logged.filter(({ level }) => level === 'warn')).toMatchObject([
			{ message: expect.stringContaining('App Version') as string, meta: { appVersion: '26.29.1' } },
		]);
	});

	it('an app version that is too old is told as a field of the credential', async () => {
		await expect(scene.openSession('websocketPlain', { appVersion: '25.1.1' })).rejects.toMatchObject({
			code: 'credential_invalid',
		});
	});

	it('a forced logout ends it for good', async () => {
		const { session, services } = await scene.openSession();
		scene.control.forceLogout({ account: ANNA });
		await until(() => session.state === 'ended', 'the end is noticed');
		await scene.clock.advance(3_600_000);
		await settle(20);
		expect(scene.control.connections({})).toHaveLength(1);
		expect(services.states).toMatchObject([{ state: 'ended', error: { code: 'session_ended' } }]);
		await expect(session.request(OP.chatInfo, { chatIds: [1] })).rejects.toMatchObject({
			code: 'session_ended',
		});
	});

	it('split in two parts is put together', async () => {
		scene.control.setPolicy({ login2: true, nullInContacts: true });
		const { login } = await scene.openSession('tcpPlain');
		expect(login.profile).toMatchObject({ contact: { id: Number(ANNA) } });
	});

	it('split in two parts, with contacts in both, keeps them all', () => {
		const first = readLogin({ contacts: [{ id: 1 }, null], login2Flags: { contactEnabled: true } });
		expect(mergeLogin2(first, { contactInfos: [{ id: 2 }] }).contacts).toEqual([{ id: 1 }, null, { id: 2 }]);
		expect(mergeLogin2(first, { contactInfos: [] }).contacts).toEqual([{ id: 1 }, null]);
		expect(mergeLogin2(readLogin({}), {}).contacts).toBeNull();
	});

	it('without a token, only what comes before LOGIN is asked', async () => {
		const session = scene.newSession(scene.config('websocketPlain', { token: '' }).settings);
		expect(await session.open(new AbortController().signal)).toBeNull();
		await expect(session.request(OP.chatInfo, { chatIds: [1] })).rejects.toMatchObject({
			code: 'session_ended',
		});
		expect(await session.request(OP.getQr, {})).toMatchObject({ qrLink: expect.any(String) as string });
	});
});

it('a server that accepts and says nothing is given up after its time', async () => {
	const server = createServer((socket) => socket.resume());
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	scene.onClose(() => new Promise((resolve) => server.close(resolve)));
	const { port } = server.address() as { port: number };
	const session = scene.newSession(
		scene.config('tcpPlain', { endpoint: `tcp://127.0.0.1:${String(port)}` }).settings,
	);
	const opening = session.open(new AbortController().signal);
	opening.catch(() => undefined);
	await settle(20);
	await scene.clock.advance(60_000);
	await expect(opening).rejects.toMatchObject({ code: 'timeout' });
	// The polite end is not answered either: the socket is cut.
	await scene.clock.advance(5_000);
});
