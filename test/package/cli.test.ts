import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packAndInstall, type InstalledPackage } from '../e2e/harness/packed';
import { startMaxSandbox, type MaxSandbox } from '../sandbox/max';
import { startTelegramSandbox, type TelegramSandbox } from '../sandbox/telegram';
import { ensureBuild } from '../setup/index.mjs';

let installed: InstalledPackage;
let bin: string;
let folder: string;
let max: MaxSandbox;
let telegram: TelegramSandbox;

beforeAll(async () => {
	await ensureBuild();
	installed = await packAndInstall();
	const manifest = JSON.parse(await readFile(join(installed.folder, 'package.json'), 'utf8')) as {
		bin: Record<string, string>;
	};
	bin = join(installed.folder, manifest.bin['n8n-nodes-messenger-accounts'] ?? '');
	folder = await mkdtemp(join(tmpdir(), 'messenger-bin-'));
	[max, telegram] = await Promise.all([startMaxSandbox(), startTelegramSandbox()]);
});

afterAll(async () => {
	await Promise.all([max.close(), telegram.close(), installed.remove()]);
	await rm(folder, { recursive: true, force: true });
});

/** A child process with nothing inherited: no n8n-workflow is to be found, as on a person's own machine. */
async function runs(args: string[], answer: (told: string, type: (line: string) => void) => void) {
	const child = spawn(process.execPath, [bin, ...args], { cwd: folder, env: {} });
	let [out, told, seen] = ['', '', 0];
	child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
	child.stderr.on('data', (chunk: Buffer) => {
		told += chunk.toString();
		answer(told.slice(seen), (line) => {
			seen = told.length;
			child.stdin.write(`${line}\n`);
		});
	});
	const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
	return { code, out, told };
}

async function settings(name: string, fields: object): Promise<string> {
	const file = join(folder, `${name}.json`);
	await writeFile(file, JSON.stringify(fields));
	return file;
}

describe('the packed program', () => {
	it('logs in to Telegram by phone, code and password', async () => {
		const [anna] = telegram.accounts;
		const dc = telegram.dcs[1]!;
		const address = { endpoint: `2@127.0.0.1:${String(dc.port)}`, publicKey: dc.publicKeyPem };
		const file = await settings('telegram', address);
		const { code, out, told } = await runs(
			['login', 'telegram', '--phone', '--settings', file],
			(asked, type) => {
				if (asked.endsWith('API ID: ')) type('12345');
				if (asked.endsWith('API hash: ')) type('0123456789abcdef0123456789abcdef');
				if (asked.includes('Phone number')) type(anna.phone);
				if (asked.endsWith('Code: ')) type(anna.code);
				if (asked.includes('Password (hint: battery): ')) type(anna.password ?? '');
			},
		);
		expect({ code, told }).toMatchObject({ code: 0 });
		expect(out).toMatch(/^Session: \S{100,}\nAPI ID: 12345\nAPI Hash: \S{32}\n$/);
	});

	it('logs in to MAX by QR code, and doctor finds the session well', async () => {
		const [anna] = max.accounts;
		const endpoint = max.addresses.websocketPlain;
		const file = await settings('max', { endpoint });
		let scanned = '';
		const { code, out, told } = await runs(['login', 'max', '--json', '--settings', file], (asked, type) => {
			const link = /https:\/\/qr\.max\.ru\/\S+\n/.exec(asked)?.[0].trim() ?? '';
			if (link !== '' && link !== scanned) max.control.scanQr({ account: anna.id, link: (scanned = link) });
			if (asked.includes('Password')) type(anna.password ?? '');
		});
		expect({ code, told }).toMatchObject({ code: 0 });
		const session = JSON.parse(out) as object;
		const whole = await settings('session', { endpoint, ...session });
		const healthy = await runs(['doctor', 'max', '--settings', whole], () => undefined);
		expect(healthy.code).toBe(0);
		expect(healthy.out).toMatch(/ok +max session: Connected as Anna Lee/);
	});

	it('answers wrong usage with its exit code', async () => {
		expect((await runs(['login'], () => undefined)).code).toBe(2);
		expect((await runs(['--help'], () => undefined)).out).toContain('Usage:');
	});
});
