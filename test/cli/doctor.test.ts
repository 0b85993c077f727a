import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { reach } from '../../src/cli/reach';
import { startAvitoSandbox, type AvitoSandbox } from '../sandbox/avito';
import { startMaxSandbox, type MaxSandbox } from '../sandbox/max';
import { startTelegramSandbox, type TelegramSandbox } from '../sandbox/telegram';
import { ManualClock } from '../support/manual-clock';
import { API, logIn } from '../support/telegram-login';
import { certificate, createInternet, LOGIN, type Internet } from './internet';
import { runs, type Ran } from './terminal';

let max: MaxSandbox;
let telegram: TelegramSandbox;
let avito: AvitoSandbox;
/** Its proxies lead the messengers' own addresses to the sandboxes. */
let internet: Internet;
let folder: string;

const portOf = (address: string): number => Number(new URL(address).port);

beforeAll(async () => {
	[max, telegram, avito] = await Promise.all([
		startMaxSandbox(),
		startTelegramSandbox(),
		startAvitoSandbox(),
	]);
	folder = await mkdtemp(join(tmpdir(), 'messenger-doctor-'));
	const dc = (id: number) => ({ port: telegram.dcs[id - 1]?.port ?? 0, tls: false });
	const web = { port: portOf(max.addresses.websocketPlain), tls: true };
	internet = await createInternet({
		'api.oneme.ru:443': web,
		'ws-api.oneme.ru:443': web,
		'web.max.ru:443': web,
		'fd2.oneme.ru:443': web,
		'149.154.175.53:443': dc(1),
		'149.154.167.51:443': dc(2),
		'149.154.175.100:443': dc(3),
		'149.154.167.91:443': dc(1),
		'91.108.56.130:443': dc(2),
		'api.avito.ru:443': { port: portOf(avito.origin), tls: true },
		...Object.fromEntries(
			telegram.dcs.map(({ port }) => [`127.0.0.1:${String(port)}`, { port, tls: false }]),
		),
	});
});

afterAll(async () => {
	await Promise.all([internet.close(), max.close(), telegram.close(), avito.close()]);
	await rm(folder, { recursive: true, force: true });
});

afterEach(() => {
	internet.asked.length = 0;
});

let files = 0;

async function doctor(channel: string, fields: object, ...more: string[]): Promise<Ran> {
	const file = join(folder, `${String((files += 1))}.json`);
	await writeFile(file, JSON.stringify(fields));
	return runs(['doctor', channel, '--settings', file, ...more]);
}

async function listening(server: Server): Promise<number> {
	onTestFinished(() => new Promise<void>((resolve) => void server.close(() => resolve())));
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return (server.address() as AddressInfo).port;
}

async function nobody(): Promise<string> {
	const server = createServer();
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const { port } = server.address() as AddressInfo;
	await new Promise((resolve) => server.close(resolve));
	return `127.0.0.1:${String(port)}`;
}

const resultsOf = ({ out }: Ran): string[] =>
	out.split('\n').flatMap((line) => /^(ok|warning|failed) +(.*)$/.exec(line)?.slice(1, 3).join(' ') ?? []);

describe('the messengers’ own addresses', () => {
	it.each(['httpUrl', 'socksUrl'] as const)('of MAX are reached through the proxy (%s)', async (kind) => {
		const ran = await doctor('max', { proxyUrl: internet[kind], caCertificates: internet.ca });
		expect(resultsOf(ran)).toEqual([
			expect.stringMatching(/^ok proxy: everything below goes through (http|socks5):\/\/127\.0\.0\.1:\d+,/),
			expect.stringMatching(
				/^ok max web and QR login \(api\.oneme\.ru:443\): reached in \d+ ms, certificate of Test Authority for \d+ more days$/,
			),
			expect.stringMatching(/^ok max web, older address \(ws-api\.oneme\.ru:443\): reached/),
			expect.stringMatching(/^ok max web page \(web\.max\.ru:443\): reached/),
			expect.stringMatching(/^ok max files \(fd2\.oneme\.ru:443\): reached/),
			'ok clock (against max): right',
			expect.stringMatching(/^ok max credential: MAX answers\. The credential holds no token yet/),
		]);
		expect(ran.code).toBe(0);
		expect(ran.out + ran.told).not.toContain(LOGIN.password);
		// Once by the doctor, once by the driver.
		expect(internet.asked.filter((target) => target === 'api.oneme.ru:443')).toHaveLength(2);
	});

	it.each(['httpUrl', 'socksUrl'] as const)(
		'of Telegram too (%s), and its session is opened',
		async (kind) => {
			const boris = telegram.accounts[1];
			const session = await logIn(telegram, boris);
			const publicKey = telegram.dcs[1]?.publicKeyPem ?? '';
			const ran = await doctor('telegram', { ...API, session, publicKey, proxyUrl: internet[kind] });
			expect(ran.out.match(/^ok +telegram data centre \d \([\d.]+:443\): reached in \d+ ms$/gm)).toHaveLength(
				5,
			);
			expect(ran.out).toMatch(/^warning +clock: not compared: Telegram's addresses tell no time/m);
			expect(ran.out).toMatch(/^ok +telegram session: Connected as Boris/m);
			expect(ran.code).toBe(0);
			expect(ran.out + ran.told).not.toContain(session);
			expect(ran.out + ran.told).not.toContain(LOGIN.password);
		},
	);

	it.each(['httpUrl', 'socksUrl'] as const)('of Avito too (%s), and its keys are tried', async (kind) => {
		const [account] = avito.accounts;
		const keys = { clientId: account.client_id, clientSecret: account.client_secret };
		const way = { proxyUrl: internet[kind], caCertificate: internet.ca };
		const ran = await doctor('avito', { ...keys, ...way });
		expect(ran.out).toMatch(/^ok +avito API \(api\.avito\.ru:443\): reached in \d+ ms, certificate of/m);
		expect(ran.out).toMatch(/^ok +clock \(against avito\): right$/m);
		expect(ran.out).toMatch(/^ok +avito credential: Connected as /m);
		expect(ran.code).toBe(0);
		expect(ran.out).not.toContain(account.client_secret);
	});
});

describe('a proxy', () => {
	it('that nobody listens at is what failed, and nothing goes past it', async () => {
		const proxyUrl = `socks5://anna:${LOGIN.password}@${await nobody()}`;
		const endpoint = max.addresses.websocketPlain;
		const ran = await doctor('max', { endpoint, proxyUrl });
		expect(ran.code).toBe(3);
		expect(ran.out).toMatch(/^failed +max endpoint .*: the proxy 127\.0\.0\.1:\d+ failed: .*ECONNREFUSED/m);
		expect(ran.out).toMatch(/^failed +max credential: /m);
		expect(ran.out + ran.told).not.toContain(LOGIN.password);
	});

	it('that wants another login, or knows no such place, says so', async () => {
		const url = new URL(internet.httpUrl);
		url.password = 'not-this-one';
		const refused = await doctor('avito', { proxyUrl: url.href, endpoint: 'https://api.avito.ru' });
		expect(refused.code).toBe(3);
		expect(refused.out).toContain('failed: it answered 407 to CONNECT');
		expect(refused.out + refused.told).not.toContain('not-this-one');
		for (const proxyUrl of [internet.httpUrl, internet.socksUrl]) {
			const nowhere = await doctor('max', { proxyUrl, endpoint: 'wss://nowhere.example/websocket' });
			expect(nowhere.code).toBe(3);
			expect(nowhere.out).toMatch(/the proxy 127\.0\.0\.1:\d+ failed: (it answered 502|.*HostUnreachable)/);
		}
	});

	it('of Telegram’s own kind is reached itself, and stands for all data centres', async () => {
		const port = telegram.dcs[0]?.port;
		const proxyUrl = `tg://proxy?server=127.0.0.1&port=${String(port)}&secret=${'ab'.repeat(16)}`;
		const ran = await doctor('telegram', { ...API, proxyUrl });
		expect(ran.out).toMatch(/^ok +telegram MTProxy of the settings \(127\.0\.0\.1:\d+\): reached/m);
		expect(ran.out).not.toContain('data centre');
		expect(ran.out).not.toContain('abab');
	});

	it('of the surroundings is not used, and that is said', async () => {
		process.env['HTTPS_PROXY'] = `http://anna:${LOGIN.password}@127.0.0.1:1`;
		onTestFinished(() => {
			delete process.env['HTTPS_PROXY'];
		});
		const ran = await doctor('max', { endpoint: max.addresses.tcpPlain });
		expect(ran.out).toMatch(
			/^warning +proxy: HTTPS_PROXY is set; accounts use the proxy of their credential only/m,
		);
		expect(ran.out).not.toContain(LOGIN.password);
	});

	it.each(['socks5:', 'tg://proxy?server=&port=1'])('%s is wrong usage', async (proxyUrl) => {
		expect(await doctor('telegram', { proxyUrl })).toMatchObject({
			code: 2,
			told: expect.stringContaining('proxyUrl in the settings'),
		});
	});
});

describe('certificates', () => {
	it('are trusted only with their authority', async () => {
		const endpoint = max.addresses.websocket;
		const stranger = await doctor('max', { endpoint });
		expect(stranger.code).toBe(3);
		expect(stranger.out).toContain('certificate is not trusted');
		expect(stranger.out).toContain('clock: not compared: nobody told the time');
		const other = await doctor('max', { endpoint, caCertificates: internet.ca });
		expect(other.out).toContain('certificate is not trusted');
		const trusted = await doctor('max', { endpoint, caCertificates: max.cert });
		expect(trusted).toMatchObject({
			code: 0,
			out: expect.stringMatching(/certificate of .+ for \d+ more days/),
		});
		expect(trusted.out).toMatch(/ok +clock \(against max\): right/);
	});

	it('of MAX’s host of files is another authority’s: that costs documents, not messages', async () => {
		const russian = await certificate(['fd2.oneme.ru'], undefined, 'Another Authority');
		const files = await listening(
			createHttpsServer({ cert: russian.cert, key: russian.private }, (_, answer) => answer.end()),
		);
		const websocket = { port: portOf(max.addresses.websocketPlain), tls: true };
		const half = await createInternet({
			'api.oneme.ru:443': websocket,
			'ws-api.oneme.ru:443': websocket,
			'web.max.ru:443': websocket,
			'fd2.oneme.ru:443': { port: files, tls: false },
		});
		onTestFinished(() => half.close());
		const without = await doctor('max', { proxyUrl: half.httpUrl, caCertificates: half.ca });
		expect(without.code).toBe(0);
		expect(without.out).toMatch(
			/^warning +max files \(fd2\.oneme\.ru:443\): the certificate is not trusted .*Russian Trusted CA \(https:\S+\)\. Downloading documents needs it/m,
		);
		const both = await doctor('max', {
			proxyUrl: half.httpUrl,
			caCertificates: `${half.ca}\n${russian.cert}`,
		});
		expect(both.out).toMatch(/^ok +max files \(fd2\.oneme\.ru:443\): reached/m);
	});

	it('of another name, past their time or near its end are three things', async () => {
		const day = 86_400_000;
		const shown = async (names: string[], days: number) => {
			const { cert, private: key } = await certificate(names, new Date(Date.now() + days * day));
			const port = await listening(createHttpsServer({ cert, key }, (_, answer) => answer.end()));
			return doctor('avito', { endpoint: `https://127.0.0.1:${String(port)}`, caCertificate: cert });
		};
		const other = await shown(['api.avito.ru'], 30);
		expect(other.out).toContain('the certificate is for another name');
		const past = await shown(['127.0.0.1'], -1);
		expect(past.out).toMatch(
			/certificate is not valid now \(CERT_HAS_EXPIRED\), if the clock of this machine is right: it says 20\d\d-/,
		);
		const near = await shown(['127.0.0.1'], 3);
		expect(near.out).toMatch(/^warning +avito endpoint .* for [23] more days$/m);
		expect([other.code, past.code, near.code]).toEqual([3, 3, 1]);
	});
});

describe('what else can be wrong', () => {
	it('nobody listens', async () => {
		const ran = await doctor('max', { endpoint: `tcp://${await nobody()}` });
		expect(ran.code).toBe(3);
		expect(ran.out).toContain('the connection is refused');
	});

	it('one of several addresses is closed: it failed, and the messenger can be reached', async () => {
		const half = await createInternet({
			'api.oneme.ru:443': { port: portOf(max.addresses.websocketPlain), tls: true },
		});
		onTestFinished(() => half.close());
		const ran = await doctor('max', { proxyUrl: half.httpUrl, caCertificates: half.ca }, '--json');
		expect(ran.code).toBe(1);
		const findings = JSON.parse(ran.out) as { result: string }[];
		expect(findings.map(({ result }) => result)).toEqual([
			'ok',
			'ok',
			'failed',
			'failed',
			'warning',
			'ok',
			'ok',
		]);
	});

	it.each([
		[-3_600_000, '3600 s fast'],
		[3_600_000, '3600 s slow'],
	])('the clock, by what the messenger says (%i ms)', async (ms, words) => {
		const http = createHttpServer((_, answer) => {
			answer.setHeader('Date', new Date(Date.now() + ms).toUTCString());
			answer.end();
		});
		const ran = await doctor('avito', { endpoint: `http://127.0.0.1:${String(await listening(http))}` });
		expect(ran.out).toMatch(
			new RegExp(
				`^failed +clock \\(against avito\\): ${words.replace('3600', '3(600|599|601)')}: set the time`,
				'm',
			),
		);
		expect(ran.code).toBe(1);
	});

	it('nobody answers: the wait ends, by name', async () => {
		const clock = new ManualClock();
		const silent = createServer((socket) => void socket.on('error', () => socket.destroy()).resume());
		const port = await listening(silent);
		const target = { name: 'silent', host: '127.0.0.1', port, tls: true, http: true };
		const connected = new Promise((resolve) => silent.once('connection', resolve));
		const reached = reach(target, { ca: null, proxy: null }, clock);
		await connected;
		await clock.advance(8_000);
		expect((await reached).error).toMatch(/^no answer within 8 s: a firewall/);
	});

	it('the session has been ended, or the keys are wrong', async () => {
		const boris = telegram.accounts[1];
		const session = await logIn(telegram, boris);
		telegram.control.endSessions({ account: boris.id });
		const publicKey = telegram.dcs[1]?.publicKeyPem ?? '';
		const ended = await doctor('telegram', { ...API, session, publicKey, proxyUrl: internet.socksUrl });
		expect(ended.code).toBe(1);
		expect(ended.out).toMatch(/^failed +telegram session: .*(log in|login)/im);
		expect(ended.out).not.toContain(session);
		const wrong = { clientId: 'nobody', clientSecret: 'not-the-secret', endpoint: avito.origin };
		const refused = await doctor('avito', wrong);
		expect(refused.code).toBe(1);
		expect(refused.out).toMatch(/^failed +avito credential: /m);
		expect(refused.out).not.toContain(wrong.clientSecret);
	});

	it('a session may be in use elsewhere: a person is asked before it is opened', async () => {
		const anna = telegram.accounts[1];
		const session = await logIn(telegram, anna);
		const file = join(folder, 'asked.json');
		const publicKey = telegram.dcs[1]?.publicKeyPem ?? '';
		await writeFile(file, JSON.stringify({ ...API, session, publicKey, proxyUrl: internet.socksUrl }));
		telegram.control.clearLog();
		const args = ['doctor', 'telegram', '--settings', file];
		const no = await runs(args, ['n'], { interactive: true });
		expect(no).toMatchObject({ code: 0, out: expect.stringContaining('telegram session: not tried') });
		const yes = await runs(args, ['y'], { interactive: true });
		expect(yes.out).toMatch(/^ok +telegram session: Connected as/m);
		await writeFile(file, JSON.stringify({ endpoint: max.addresses.websocketPlain, token: 'some-token' }));
		const before = max.control.logins({});
		const ofMax = await runs(['doctor', 'max', '--settings', file], ['n'], { interactive: true });
		expect(ofMax).toMatchObject({ code: 0, out: expect.stringContaining('max session: not tried') });
		expect(max.control.logins({})).toEqual(before);
	});

	it('an endpoint that is none', async () => {
		expect(await doctor('max', { endpoint: 'wss://' })).toMatchObject({
			code: 2,
			told: expect.stringContaining('endpoint in the settings'),
		});
	});
});
