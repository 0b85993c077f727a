import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Clock } from '../../../src/contract';
import { systemClock } from '../../../src/runtime';
import { startMaxSandbox, type MaxSandbox } from '../../sandbox/max';
import { startTelegramSandbox, type TelegramSandbox } from '../../sandbox/telegram';
import { startPageServer, type PageServer, type ServedNode } from './support/page-server';
import { Visitor } from './support/visitor';

const API = { apiId: '12345', apiHash: '0123456789abcdef0123456789abcdef' };
const ENGLISH = { 'accept-language': 'en-US,en;q=0.9' };

let max: MaxSandbox;
let telegram: TelegramSandbox;
let server: PageServer;
let later = 0;
/** The real one, which a test may put forward. */
const clock: Clock = { ...systemClock, now: () => systemClock.now() + later };

beforeAll(async () => {
	[max, telegram] = await Promise.all([startMaxSandbox(), startTelegramSandbox()]);
});

afterAll(async () => {
	await Promise.all([max.close(), telegram.close()]);
});

beforeEach(async () => {
	later = 0;
	server = await startPageServer(node(), clock);
});

afterEach(async () => {
	await server.close();
	max.control.clearFaults({});
	telegram.control.clearFaults({});
});

function node(): ServedNode {
	const dc = telegram.dcs[1]!;
	return {
		parameters: { messengers: ['max', 'telegram'], handOver: ['credential', 'page'], options: {} },
		credentials: {
			maxUserApi: { endpoint: max.addresses.websocketPlain },
			telegramUserApi: { ...API, endpoint: `2@127.0.0.1:${String(dc.port)}`, publicKey: dc.publicKeyPem },
		},
	};
}

/** MAX by phone: another address. */
function maxByPhone(): void {
	const fingerprintDigests = ['11', '22', '33'].map((pair) => pair.repeat(32)).join('\n');
	server.node.credentials['maxUserApi'] = { endpoint: max.addresses.tcpPlain, fingerprintDigests };
}

async function visit(
	messenger: 'max' | 'telegram',
	headers: Record<string, string> = ENGLISH,
): Promise<Visitor> {
	const visitor = await new Visitor(server.url, headers).open();
	expect(visitor.view).toBe('choose');
	return visitor.press('start', { messenger });
}

async function telegramByPhone(phone: string): Promise<Visitor> {
	const visitor = await visit('telegram');
	await visitor.press('way', { value: 'phone' });
	return visitor.press('phone', { country: 'RU', phone });
}

/** The picture appears with the first look; looks are two seconds apart. */
async function look(visitor: Visitor): Promise<Visitor> {
	later += 3_000;
	return visitor.press('poll');
}

/** Its modules; '' while there is none. */
const picture = (visitor: Visitor): string =>
	/crispEdges"[^>]*><path d="([^"]+)"/.exec(visitor.text)?.[1] ?? '';

const codeOf = (phone: string): string => max.control.lastCode({ phone }).code ?? '';

/** What the pictures held that were drawn so far, as a camera would read them. */
function readPictures(): string[] {
	const links: string[] = [];
	const { pool } = server;
	const open = pool.lease.bind(pool);
	pool.lease = (credential) => {
		const lease = open(credential);
		return {
			call: async (command, options) => {
				const result = await lease.call(command, options);
				const link = result.items[0]?.['qr_link'];
				if (typeof link === 'string') links.push(link);
				return result;
			},
			status: () => lease.status(),
			close: () => lease.close(),
		};
	};
	return links;
}

describe('a login on the page', () => {
	it('Telegram by phone: wrong number, wrong code, password with hint, and the session once', async () => {
		const [anna] = telegram.accounts;
		const visitor = await visit('telegram');
		await visitor.press('way', { value: 'phone' });
		expect(visitor.view).toBe('phone');
		await visitor.press('phone', { country: 'RU', phone: '12' });
		expect(visitor.words).toContain('This number is not accepted');
		expect(visitor.text).toContain('value="12"');
		await visitor.press('phone', { country: 'RU', phone: '8 (999) 000-00-01' });
		expect(visitor.view).toBe('code');
		expect(visitor.words).not.toContain(anna.phone);
		await visitor.press('code', { code: '00000' });
		expect(visitor.words).toContain('The code is wrong');
		await visitor.press('code', { code: anna.code });
		expect(visitor.view).toBe('password');
		expect(visitor.words).toContain('battery');
		await visitor.press('password', { password: 'wrong' });
		expect(visitor.words).toContain('The password is wrong');
		const address = visitor.address;
		await visitor.press('password', { password: anna.password ?? '' });
		expect(visitor.view).toBe('done');
		expect(visitor.words).toContain('Logged in as Anna Lee');
		const session = visitor.value('Session');
		expect(session.length).toBeGreaterThan(100);
		expect(server.started).toMatchObject([
			{ channel: 'telegram', user_id: anna.id, name: 'Anna Lee', credential_id: null, way: 'phone' },
		]);
		expect(JSON.stringify(server.started)).not.toContain(session);
		expect((await visitor.open(address)).view).toBe('gone');
		for (const secret of [session, anna.password ?? '', '9990000001'])
			expect(server.log.join(' ')).not.toContain(secret);
	});

	describe('Telegram, which wants an e-mail address for login codes first', () => {
		const email = 'boris@example.com';
		const newcomer = (phone: string): void => {
			const { id } = telegram.control.createUser({ firstName: 'Bruno', phone: `+7${phone}` });
			telegram.control.setUser({ user: id, loginEmail: null });
		};
		const refuse = (method: string, message: string, code = 400): void => {
			telegram.control.setFaults({ errors: [{ method, code, message, count: 1 }] });
		};

		it('asks for one, and for its code; the login has another code', async () => {
			newcomer('9990000901');
			const codes = () => telegram.control.requests({ method: 'auth.sendCode' }).length;
			const before = codes();
			const visitor = await telegramByPhone('9990000901');
			expect(visitor.view).toBe('email');
			expect(visitor.words).toContain('An e-mail address for login codes');
			expect(visitor.text).toContain('<label for="email">');
			await visitor.press('email', { email });
			expect(visitor.view).toBe('code');
			expect(visitor.words).toContain('Confirm the address');
			expect(visitor.words).toContain('b***@example.com');
			expect(visitor.words).not.toContain(email);
			await visitor.press('code', { code: '00000' });
			expect(visitor.words).toContain('The code is wrong');
			expect(visitor.words).toContain('Confirm the address');
			await visitor.press('code', { code: '22222' });
			expect(visitor.words).toContain('Enter the code');
			expect(visitor.words).toContain('The address is set');
			expect(visitor.words).toContain('by e-mail to b***@example.com');
			await visitor.press('code', { code: '22222' });
			expect(visitor.words).toContain('The code is wrong');
			await visitor.press('code', { code: '22229' });
			expect(visitor.view).toBe('done');
			expect(visitor.words).toContain('Logged in as Bruno');
			// The address was given for the code that was asked for; none was asked for anew.
			expect(codes() - before).toBe(1);
			expect(server.log.join(' ')).not.toContain(email);
		});

		it('says what is wrong with an address, keeps it to be corrected, and takes another one', async () => {
			newcomer('9990000902');
			const visitor = await telegramByPhone('9990000902');
			const asked = () => telegram.control.requests({ method: 'account.sendVerifyEmailCode' }).length;
			const before = asked();
			await visitor.press('email', { email: 'boris' });
			expect(visitor.words).toContain('Telegram does not accept this address');
			expect(visitor.text).toContain('value="boris"');
			expect(visitor.text).toMatch(/aria-invalid="true"\s+aria-describedby="problem"/);
			expect(asked()).toBe(before);
			refuse('account.sendVerifyEmailCode', 'EMAIL_NOT_ALLOWED');
			await visitor.press('email', { email });
			expect(visitor.view).toBe('email');
			expect(visitor.words).toContain('Telegram does not accept this address');
			refuse('account.sendVerifyEmailCode', 'FLOOD_WAIT_90', 420);
			await visitor.press('email', { email });
			expect(visitor.view).toBe('email');
			expect(visitor.words).toContain('Wait 1 min 30 s');
			later += 91_000;
			await visitor.press('email', { email: 'slip@example.com' });
			expect(visitor.words).toContain('s***@example.com');
			await visitor.press('address');
			expect(visitor.view).toBe('email');
			later += 11_000;
			await visitor.press('email', { email });
			expect(visitor.words).toContain('b***@example.com');
		});

		it('sends the code to the address again when it is too old, and starts again when all is', async () => {
			newcomer('9990000903');
			const visitor = await telegramByPhone('9990000903');
			await visitor.press('email', { email });
			refuse('account.verifyEmail', 'EMAIL_VERIFY_EXPIRED');
			await visitor.press('code', { code: '22222' });
			expect(visitor.words).toContain('The code is too old');
			later += 11_000;
			await visitor.press('resend');
			expect(visitor.words).toContain('Confirm the address');
			expect(visitor.words).not.toContain('too old');
			await visitor.press('address');
			refuse('account.sendVerifyEmailCode', 'PHONE_CODE_EXPIRED');
			later += 11_000;
			await visitor.press('email', { email });
			expect(visitor.view).toBe('phone');
			expect(visitor.words).toContain('The code is too old');
		});
	});

	it('MAX by QR code: the picture renews itself, is scanned, and asks for the password', async () => {
		const [anna] = max.accounts;
		const links = readPictures();
		const visitor = await look(await visit('max'));
		expect(visitor.view).toBe('qr');
		const first = picture(visitor);
		expect(first).not.toBe('');
		await look(visitor);
		expect(picture(visitor)).toBe(first);
		max.control.advance({ ms: 121_000 });
		later += 121_000;
		await look(visitor);
		await look(visitor);
		expect(picture(visitor)).not.toBe(first);
		max.control.scanQr({ account: anna.id, link: links.at(-1) ?? '' });
		await look(visitor);
		expect(visitor.view).toBe('password');
		await visitor.press('password', { password: anna.password ?? '' });
		expect(visitor.view).toBe('done');
		expect(visitor.value('Device Type')).toBe('WEB');
		expect(visitor.value('Token')).not.toBe('');
	});

	it('MAX by phone: a code that is too old can be sent again, after a while', async () => {
		maxByPhone();
		const [anna] = max.accounts;
		const visitor = await visit('max');
		expect(visitor.view).toBe('phone');
		expect(visitor.words).toContain('login password');
		await visitor.press('phone', { country: 'RU', phone: anna.phone });
		await visitor.press('resend');
		expect(visitor.text).toContain('data-seconds');
		max.control.setPolicy({ codeTtlMs: 1_000 });
		onTestFinished(() => {
			max.control.setPolicy({ codeTtlMs: 300_000 });
		});
		later += 61_000;
		await visitor.press('resend');
		max.control.advance({ ms: 2_000 });
		later += 61_000;
		await visitor.press('code', { code: codeOf(anna.phone) });
		expect(visitor.words).toContain('The code is too old');
		max.control.setPolicy({ codeTtlMs: 300_000 });
		await visitor.press('resend');
		expect(visitor.words).not.toContain('too old');
		await visitor.press('code', { code: codeOf(anna.phone) });
		expect(visitor.view).toBe('password');
	});

	it('asks for an application of one’s own where Telegram has none', async () => {
		delete server.node.credentials['telegramUserApi'];
		const visitor = await visit('telegram');
		expect(visitor.view).toBe('application');
		expect(visitor.text).toContain('https://my.telegram.org/apps');
		await visitor.press('application', API);
		expect(visitor.view).toBe('qr');
	});

	it('can be cancelled, and nothing stays', async () => {
		const visitor = await telegramByPhone('9990000002');
		const { address } = visitor;
		await visitor.press('cancel');
		expect(visitor.view).toBe('cancelled');
		expect((await visitor.open(address)).view).toBe('gone');
	});
});

describe('every refusal has a page', () => {
	/** [what is said, how the messenger comes to say it] */
	it.each<[string, string]>([
		['420 FLOOD_WAIT_90', 'Too many attempts'],
		['400 PHONE_NUMBER_BANNED', 'This account is blocked'],
		['400 PHONE_NUMBER_INVALID', 'This number is not accepted'],
		['400 PHONE_NUMBER_FLOOD', 'Too many attempts'],
		['400 PHONE_NUMBER_UNOCCUPIED', 'Nobody has registered this number'],
		['400 API_ID_INVALID', 'Telegram does not know this application'],
		['406 UPDATE_APP_TO_LOGIN', 'refuses this kind of device'],
		['500 RPC_CALL_FAIL', 'did not manage that'],
	])('Telegram: %s', async (fault, said) => {
		const [code = '', message = ''] = fault.split(' ');
		const errors = [{ method: 'auth.sendCode', code: Number(code), message, count: 20 }];
		telegram.control.setFaults({ errors });
		const visitor = await telegramByPhone('9990000002');
		expect(visitor.words).toContain(said);
		expect(visitor.words).not.toContain('{}');
		if (message.startsWith('FLOOD')) expect(visitor.words).toContain('Wait 1 min 30 s');
	});

	it.each<[string, string]>([
		['error.limit.violate', 'Too many attempts'],
		['error.profile.blocked', 'This account is blocked'],
		['error.profile.active.session.no2fa', 'needs a login password first'],
		['client.unsupported-version', 'refuses this kind of device'],
		['FAIL_FORBIDDEN', 'refuses this kind of device'],
		['service.unavailable', 'did not manage that'],
		['phone.wrong', 'This number is not accepted'],
	])('MAX: %s', async (error, said) => {
		maxByPhone();
		max.control.setFaults({ errors: [{ opcode: 17, error, count: 20 }] });
		const visitor = await visit('max');
		await visitor.press('phone', { country: 'RU', phone: '9990000003' });
		expect(visitor.words).toContain(said);
		max.control.clearFaults({});
		if (visitor.view === 'stopped') {
			await visitor.press('way', { value: 'phone' });
			expect(visitor.view).toBe('phone');
		}
	});

	it('MAX gives an old app version no QR code: the page says what to do, and the other way stays open', async () => {
		max.control.setPolicy({ minQrAppVersion: '99' });
		onTestFinished(() => {
			max.control.setPolicy({ minQrAppVersion: '25.12.13' });
		});
		const visitor = await look(await visit('max'));
		expect(visitor.words).toContain('refuses this kind of device');
		expect(visitor.view).toBe('stopped');
	});

	it('a messenger that is away is told, and the page goes on by itself', async () => {
		await max.control.stopListening({});
		const visitor = await look(await visit('max'));
		expect(visitor.words).toContain('cannot be reached');
		await max.control.startListening({});
		later += 10_000;
		await look(visitor);
		expect(picture(visitor)).not.toBe('');
	});
});

describe('the session', () => {
	async function done(): Promise<Visitor> {
		const visitor = await telegramByPhone('9990000002');
		await visitor.press('code', { code: telegram.accounts[1].code });
		expect(visitor.view).toBe('done');
		return visitor;
	}

	const key = { apiKey: 'n8n_api_x', baseUrl: 'http://127.0.0.1:5678/api/v1/' };

	it('becomes a credential with the settings of the chosen one, and is not shown', async () => {
		server.node.credentials['messengerLoginApi'] = key;
		const visitor = await done();
		expect(visitor.words).toContain('Telegram – Boris');
		expect(visitor.value('Session')).toBe('');
		expect(server.api.calls).toMatchObject([
			{
				method: 'POST',
				url: 'http://127.0.0.1:5678/api/v1/credentials',
				body: { name: 'Telegram – Boris', type: 'telegramUserApi', data: { ...API } },
			},
		]);
		expect(server.started).toMatchObject([
			{ credential_id: 'created1', credential_name: 'Telegram – Boris' },
		]);
		expect(server.started[0]).not.toHaveProperty('session');
	});

	it('goes into the chosen credential, whose other values stay', async () => {
		server.node.credentials['messengerLoginApi'] = key;
		server.node.parameters['options'] = { updateCredential: true };
		const visitor = await done();
		expect(visitor.words).toContain('was updated');
		const [call] = server.api.calls;
		expect(call).toMatchObject({ method: 'PATCH', body: { isPartialData: true } });
		expect(call?.url).toMatch(/\/credentials\/id-of-telegramUserApi$/);
		expect(Object.keys((call?.body as { data: object }).data)).toEqual(['session']);
	});

	it('is shown when n8n refuses it, since it is nowhere else', async () => {
		server.node.credentials['messengerLoginApi'] = key;
		server.node.parameters['handOver'] = ['credential'];
		server.api.answer = () => Promise.reject(new Error('403 Forbidden'));
		const visitor = await done();
		expect(visitor.words).toContain('could not be saved');
		expect(visitor.value('Session')).not.toBe('');
		expect(server.log.join()).toContain('403');
	});

	it('is in the output when the node says so, and then not on the page', async () => {
		server.node.parameters['handOver'] = ['output'];
		const visitor = await done();
		expect(visitor.value('Session')).toBe('');
		expect(server.started[0]).toMatchObject({ session: { session: expect.stringMatching(/^.{100,}$/) } });
	});
});

describe('nobody else gets in', () => {
	it('the address of a login opens in the browser that began it only', async () => {
		const visitor = await telegramByPhone('9990000002');
		const other = await new Visitor(visitor.address, ENGLISH).open();
		expect(other.answer.status).toBe(410);
		expect(other.view).toBe('gone');
		expect((await visitor.open()).view).toBe('code');
	});

	it('a login that is begun in another tab leaves the first one as it was', async () => {
		const visitor = await telegramByPhone('9990000002');
		const first = visitor.address;
		await visitor.open(server.url);
		await visitor.press('start', { messenger: 'max' });
		expect(visitor.view).toBe('qr');
		const second = visitor.address;
		expect((await visitor.open(first)).view).toBe('code');
		expect((await visitor.open(second)).view).toBe('qr');
	});

	it('a form of another site is refused', async () => {
		const visitor = await telegramByPhone('9990000002');
		visitor.headers['sec-fetch-site'] = 'cross-site';
		await visitor.press('code', { code: '22222' });
		expect(visitor.answer.status).toBe(403);
		delete visitor.headers['sec-fetch-site'];
		await visitor.press('code', { code: '22222' }, 'f'.repeat(32));
		expect(visitor.answer.status).toBe(403);
		expect(server.started).toEqual([]);
	});

	it('a link ends after its time', async () => {
		const visitor = await telegramByPhone('9990000002');
		later += 15 * 60_000;
		expect((await visitor.open()).view).toBe('gone');
	});

	it('guessed addresses lead nowhere', async () => {
		for (const token of ['x', '0'.repeat(64), '../../etc'])
			expect(['gone', 'choose']).toContain((await new Visitor(`${server.url}?login=${token}`).open()).view);
	});

	it('an access key is asked for, and cannot be tried without end', async () => {
		server.node.credentials['messengerLoginApi'] = { accessKey: 'open sesame' };
		const visitor = await new Visitor(server.url, ENGLISH).open();
		expect(visitor.text).toContain('name="key"');
		await visitor.press('start', { messenger: 'max', key: 'wrong' });
		expect(visitor.words).toContain('The access key is wrong');
		for (let at = 0; at < 10; at += 1) await visitor.press('start', { messenger: 'max', key: 'wrong' });
		expect(visitor.words).toContain('Too many attempts');
		later += 901_000;
		await visitor.press('start', { messenger: 'max', key: 'open sesame' });
		expect(visitor.view).toBe('qr');
	});

	it('logins are limited', async () => {
		const busy = new Visitor(server.url, ENGLISH);
		for (let at = 0; at < 16; at += 1)
			await (await busy.open(server.url)).press('start', { messenger: 'max' });
		expect(busy.answer.status).toBe(429);
		expect(busy.view).toBe('busy');
	});
});

describe('the page itself', () => {
	it('lets nothing in from outside, and nothing of what is typed into the markup', async () => {
		const visitor = await visit('telegram');
		await visitor.press('way', { value: 'phone' });
		await visitor.press('phone', { country: '"><script>', phone: '"><img src=x onerror=alert(1)>' });
		expect(visitor.text).not.toContain('<img');
		expect(visitor.text).toContain('&lt;img src=x');
		const policy = String(visitor.answer.headers['content-security-policy']);
		expect(policy).toContain("default-src 'none'");
		expect(policy).not.toMatch(/unsafe|\*/);
		for (const tag of ['style', 'script']) {
			const found = [...visitor.text.matchAll(new RegExp(`<${tag}[^>]*>(.*?)</${tag}>`, 'gs'))];
			expect(found).toHaveLength(1);
			const hash = createHash('sha256').update(found[0]![1]!).digest('base64');
			expect(policy).toContain(`${tag}-src 'sha256-${hash}'`);
		}
		for (const [tag] of visitor.text.replace(/<script>.*<\/script>/s, '').matchAll(/<[a-z][^>]*>/gs))
			expect(tag.replace(/"[^"]*"/g, '')).not.toMatch(/\s(on\w+|style|src|srcset)=/);
		const addresses = [...visitor.text.matchAll(/(?:href|action)="([^"]+)"/g)].map(([, to]) => to);
		for (const address of addresses) expect(address).toMatch(/^\?/);
		expect(visitor.answer.headers).toMatchObject({
			'referrer-policy': 'no-referrer',
			'cache-control': 'no-store',
			'x-frame-options': 'DENY',
		});
	});

	it('speaks the browser’s language, or the one that is chosen', async () => {
		const russian = await new Visitor(server.url, { 'accept-language': 'ru-RU,ru;q=0.9,en;q=0.5' }).open();
		expect(russian.text).toContain('<html lang="ru">');
		expect(russian.words).toContain('Подключение аккаунта');
		const other = await new Visitor(server.url, { 'accept-language': 'de-DE,de' }).open();
		expect(other.text).toContain('<html lang="en">');
		await other.open(`${server.url}?lang=ru`);
		await other.press('start', { messenger: 'max' });
		expect(other.words).toContain('Отсканируйте в MAX');
		await other.press('cancel');
		expect(other.words).toContain('Вход отменён');
		expect(other.text).toContain('href="?lang=ru">Начать заново');
	});

	it('names every field, and says what is wrong where it is wrong', async () => {
		const visitor = await telegramByPhone('9990000002');
		await visitor.press('code', { code: '00000' });
		for (const [input = ''] of visitor.text.matchAll(/<(?:input|select)[^>]*>/gs)) {
			if (input.includes('type="hidden"')) continue;
			const id = /id="([^"]+)"/.exec(input)?.[1] ?? '';
			expect(visitor.text).toContain(`<label for="${id}">`);
		}
		expect(visitor.text).toContain('role="alert" id="problem"');
		expect(visitor.text).toMatch(/aria-invalid="true"\s+aria-describedby="problem"/);
		expect(visitor.text).toContain('aria-live="polite"');
	});
});

it('what rests in the store between two clicks is sealed', async () => {
	const kept: string[] = [];
	const { pool } = server;
	const notes = pool.notes.bind(pool);
	pool.notes = (owner) => {
		const real = notes(owner);
		return {
			...real,
			put: (name, value, ttl) => (kept.push(`${name}=${JSON.stringify(value)}`), real.put(name, value, ttl)),
		};
	};
	const visitor = await telegramByPhone('9990000002');
	const token = new URL(visitor.address).searchParams.get('login') ?? '';
	expect(kept.length).toBeGreaterThan(2);
	expect(kept.join('\n')).not.toMatch(new RegExp(`9990000002|${token}|telegram|${visitor.formKey}`));
});
