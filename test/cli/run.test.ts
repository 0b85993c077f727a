import { writeFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import readPicture from 'jsqr';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { packageVersion } from '../../src/runtime';
import { qrText } from '../../src/cli/qr-text';
import { startMaxSandbox, type MaxSandbox } from '../sandbox/max';
import { startTelegramSandbox, type TelegramSandbox } from '../sandbox/telegram';
import { runs } from './terminal';

let max: MaxSandbox;
let telegram: TelegramSandbox;
let folder: string;

beforeAll(async () => {
	[max, telegram] = await Promise.all([startMaxSandbox(), startTelegramSandbox()]);
	folder = await mkdtemp(join(tmpdir(), 'messenger-cli-'));
});

afterAll(async () => {
	await Promise.all([max.close(), telegram.close(), rm(folder, { recursive: true, force: true })]);
});

afterEach(() => {
	max.control.clearFaults({});
	telegram.control.clearFaults({});
});

async function settings(name: string, fields: object): Promise<string> {
	const file = join(folder, `${name}.json`);
	await writeFile(file, JSON.stringify(fields));
	return file;
}

function telegramFields(): object {
	const dc = telegram.dcs[1]!;
	return {
		apiId: 12345,
		apiHash: '0123456789abcdef0123456789abcdef',
		endpoint: `2@127.0.0.1:${String(dc.port)}`,
		publicKey: dc.publicKeyPem,
	};
}

const byPhone = () => ({
	endpoint: max.addresses.tcpPlain,
	fingerprintDigests: ['11', '22', '33'].map((pair) => pair.repeat(32)).join('\n'),
});

describe('login', () => {
	it('telegram by phone, with a wrong code and a wrong password; doctor says that the session works', async () => {
		const [anna] = telegram.accounts;
		const file = await settings('telegram', telegramFields());
		const out = join(folder, 'session.json');
		const args = ['login', 'telegram', '--phone', '--settings', file, '--out', out];
		const ran = await runs(args, [anna.phone, '00000', anna.code, 'wrong', anna.password ?? '']);
		expect(ran).toMatchObject({ code: 0, out: '' });
		expect(ran.told).toContain('The code is wrong');
		expect(ran.told).toContain('The password is wrong');
		expect(ran.told).toContain('Logged in to Telegram as Anna Lee');
		expect(ran.hidden.join()).toMatch(/Code.*Password \(hint: battery\)/);
		expect((await stat(out)).mode & 0o777).toBe(0o600);
		const fields = JSON.parse(await readFile(out, 'utf8')) as Record<string, string>;
		expect(Object.keys(fields)).toEqual(['session', 'apiId', 'apiHash']);
		expect(ran.told).not.toContain(fields['session']);

		const whole = await settings('telegram-session', { ...telegramFields(), ...fields });
		const healthy = await runs(['doctor', 'telegram', '--settings', whole]);
		expect(healthy.out).toMatch(/ok +telegram endpoint of the settings .*reached in \d+ ms/);
		expect(healthy.out).toMatch(/ok +telegram session: .*Anna/);
		expect(healthy.code).toBe(0);
	});

	it.each([
		['is there already', 'taken.json', 'exists already'],
		['has no folder', 'nowhere/session.json', 'ENOENT'],
	])('asks for no code where the file for the result %s', async (_how, name, words) => {
		const [anna] = telegram.accounts;
		await settings('taken', {});
		const file = await settings('telegram-out', telegramFields());
		const args = ['login', 'telegram', '--phone', '--settings', file, '--out', join(folder, name)];
		const before = telegram.control.requests({}).length;
		const ran = await runs(args, [anna.phone, anna.code, anna.password ?? '']);
		expect(ran).toMatchObject({ code: 2, out: '', told: expect.stringContaining(words) });
		expect(telegram.control.requests({})).toHaveLength(before);
	});

	it('prints a result that cannot be written any more: the session exists by then', async () => {
		const [anna] = telegram.accounts;
		const file = await settings('telegram-late', telegramFields());
		const args = ['login', 'telegram', '--phone', '--settings', file, '--out', join(folder, 'late.json')];
		const password = () => {
			writeFileSync(join(folder, 'late.json'), '');
			return anna.password ?? '';
		};
		const ran = await runs(args, [anna.phone, anna.code, password]);
		expect(ran).toMatchObject({ code: 0, told: expect.stringContaining('EEXIST') });
		expect(Object.keys(JSON.parse(ran.out) as object)).toEqual(['session', 'apiId', 'apiHash']);
	});

	it('max by QR code in the terminal', async () => {
		const [anna] = max.accounts;
		const file = await settings('max', { endpoint: max.addresses.websocketPlain });
		let scanned = '';
		const watch = (told: string): void => {
			const link = /https:\/\/qr\.max\.ru\/\S+/.exec(told)?.[0] ?? '';
			if (link === '' || link === scanned) return;
			scanned = link;
			max.control.scanQr({ account: anna.id, link });
		};
		const args = ['login', 'max', '--settings', file, '--json'];
		const ran = await runs(args, [anna.password ?? ''], { watch });
		expect(ran).toMatchObject({ code: 0, told: expect.stringContaining('▄') });
		const fields = JSON.parse(ran.out) as Record<string, string>;
		expect(fields).toMatchObject({ deviceType: 'WEB' });
		const whole = await settings('max-session', { endpoint: max.addresses.websocketPlain, ...fields });
		const healthy = await runs(['doctor', 'max', '--settings', whole, '--json']);
		expect(JSON.parse(healthy.out)).toContainEqual(
			expect.objectContaining({ about: 'max session', result: 'ok' }),
		);
	});

	it('max by phone; values in the words of the credential’s window', async () => {
		const [anna] = max.accounts;
		const file = await settings('max-phone', byPhone());
		const code = () => max.control.lastCode({ phone: anna.phone }).code ?? '';
		const ran = await runs(['login', 'max', '--settings', file], [anna.phone, code, anna.password ?? '']);
		expect(ran.code).toBe(0);
		expect(ran.out).toMatch(/^Token: \S+\nDevice ID: \S+\nDevice Type: ANDROID\n$/);
	});

	it('says what the messenger refuses, and how to go on', async () => {
		const file = await settings('max-refused', byPhone());
		const asks = () => runs(['login', 'max', '--settings', file], ['+79990000002']);
		max.control.setFaults({
			errors: [{ opcode: 17, error: 'error.profile.active.session.no2fa', count: 1 }],
		});
		const refused = await asks();
		expect(refused.code).toBe(1);
		expect(refused.told).toContain('Set a login password in the MAX app');
		await max.control.stopListening({});
		const away = await asks();
		await max.control.startListening({});
		expect(away.code).toBe(3);
		expect(away.told).toContain('cannot be reached');
	});

	it('ends where the input ends', async () => {
		const file = await settings('max-ends', byPhone());
		expect((await runs(['login', 'max', '--settings', file], [])).code).toBe(130);
	});
});

it('the picture in the terminal is what a camera reads', async () => {
	const link = 'https://qr.max.ru/?token=abcdefghijklmnopqrstuvwxyz0123456789ABCD';
	for (const inColour of [true, false]) {
		const lines = (await qrText(link, inColour)).replace(/\u001b\[[\d;]*m/g, '').split('\n');
		const [width, height] = [lines[0]!.length, lines.length * 2];
		const pixels = new Uint8ClampedArray(width * 4 * height * 4 * 4);
		for (let y = 0; y < height * 4; y += 1)
			for (let x = 0; x < width * 4; x += 1) {
				const row = Math.floor(y / 4);
				const sign = lines[Math.floor(row / 2)]![Math.floor(x / 4)]!;
				const drawn = sign === '█' || sign === (row % 2 === 0 ? '▀' : '▄');
				pixels.fill(drawn === inColour ? 0 : 255, (y * width * 4 + x) * 4, (y * width * 4 + x) * 4 + 3);
			}
		expect(readPicture(pixels, width * 4, height * 4)?.data).toBe(link);
	}
});

describe('the command line', () => {
	it.each([
		[[], 'what shall it do'],
		[['fly'], 'no command fly'],
		[['login'], 'login max, or login telegram'],
		[['login', 'avito'], 'login max, or login telegram'],
		[['login', 'max', '--qr', '--phone'], 'one of --qr and --phone'],
		[['login', 'max', '--token', 'x'], '--token'],
		[['login', 'max', '--settings', '/nowhere.json'], 'ENOENT'],
		[['doctor', 'icq'], 'not icq'],
		[['doctor', '--settings', '/nowhere.json'], 'name the messenger'],
	])('%j is wrong usage', async (args, words) => {
		const ran = await runs(args);
		expect(ran).toMatchObject({ code: 2, out: '' });
		expect(ran.told).toContain(words);
		expect(ran.told).toContain('--help');
	});

	it('shows help, version, and where the sandbox is', async () => {
		expect((await runs(['--help'])).out).toContain('Exit codes');
		expect((await runs(['-v'])).out).toBe(`${packageVersion()}\n`);
		expect(await runs(['sandbox'])).toMatchObject({
			code: 0,
			out: expect.stringContaining('npm run -s sandbox'),
		});
	});

	it('does not quote a settings file that is no JSON', async () => {
		const file = join(folder, 'broken.json');
		await writeFile(file, '{"token": "secret-token" oops');
		const ran = await runs(['login', 'max', '--settings', file]);
		expect(ran.code).toBe(2);
		expect(ran.told).not.toContain('secret-token');
	});
});
