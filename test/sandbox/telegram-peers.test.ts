import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ensureTelegramPeers } from '../setup/index.mjs';

/**
 * Clients other people wrote, from the registry and unmodified, against the sandbox as a person starts it: a process
 * that introduces itself in one line. Where they disagree with it, it is wrong.
 */
const scenarios = join(import.meta.dirname, 'telegram', 'peers');
const sandboxProgram = join(import.meta.dirname, 'cli.ts');

interface Introduction {
	control: string;
}

let peers: string;
let sandbox: ChildProcess;
let introduction: string;

async function startSandbox(): Promise<void> {
	sandbox = spawn(
		process.execPath,
		['--conditions=source', '--import', 'tsx', sandboxProgram, 'telegram', '--port', '0'],
		{ stdio: ['ignore', 'pipe', 'inherit'] },
	);
	if (sandbox.stdout === null) throw new Error('no output');
	for await (const line of createInterface(sandbox.stdout)) {
		introduction = line;
		break;
	}
	sandbox.stdout.resume();
}

async function endOf(child: ChildProcess): Promise<number | null> {
	if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
	return await new Promise((resolve) => child.once('close', resolve));
}

/** Runs one scenario; resolves with what it said, rejects with all of its output when it ends badly. */
async function run(file: string, ...args: readonly string[]): Promise<Record<string, unknown>> {
	const child = spawn(process.execPath, [join(scenarios, file), ...args], {
		env: { ...process.env, SANDBOX: introduction, PEERS: peers },
	});
	const kill = setTimeout(() => child.kill('SIGKILL'), 100_000);
	let out = '';
	child.stdout.on('data', (data: Buffer) => (out += data.toString()));
	child.stderr.on('data', (data: Buffer) => (out += data.toString()));
	const code = await endOf(child);
	clearTimeout(kill);
	if (code !== 0) throw new Error(`${file} ended with ${code}\n${out}`);
	const said: Record<string, unknown> = {};
	// One of them tells people at a terminal where the code was sent.
	for (const line of out.split('\n')) if (line.startsWith('{')) Object.assign(said, JSON.parse(line));
	return said;
}

async function counts(): Promise<unknown> {
	const { control } = JSON.parse(introduction) as Introduction;
	const answer = await fetch(`${control}/counts`, {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body: '{}',
	});
	return await answer.json();
}

beforeAll(async () => {
	peers = await ensureTelegramPeers();
}, 300_000);

beforeEach(startSandbox);

afterEach(async () => {
	const seen = await counts();
	sandbox.kill();
	await endOf(sandbox);
	expect(seen).toMatchObject({ failures: [], unknownMethods: {} });
});

describe('mtcute', () => {
	it('logs in with code and 2FA, rightly and wrongly, by QR, at another data centre, and out', async () => {
		expect(await run('mtcute.mjs', 'logins')).toEqual({
			'wrong code': 'PHONE_CODE_INVALID',
			'right code': 'SESSION_PASSWORD_NEEDED',
			'wrong password': 'PASSWORD_HASH_INVALID',
			'right password': 'Anna Lee',
			migrated: 'Clara',
			'data centre': 1,
			qr: 'Clara',
			'qr with password': 'Anna Lee',
			'logged out': true,
			'after it': 'AUTH_KEY_UNREGISTERED',
		});
	}, 120_000);

	it('does what a person does in a day', async () => {
		expect(await run('mtcute.mjs', 'everyday')).toEqual({
			dialogs: ['Boris', 'Family', 'News', 'Team'],
			reply: true,
			edit: 'edited',
			reaction: ['👍'],
			history: ['and more', 'edited', 'Hello Boris', 'Hello Anna'],
			search: ['and more'],
			'search everywhere': ['edited'],
			pinned: ['and more'],
			gone: null,
			received: ['short', 'to -1000002000001', 'to -4000001', 'to @anna_sandbox'],
			edited: ['changed'],
			deleted: 1,
			unread: 0,
			uploaded: true,
			file: { name: 'big.bin', size: 3 * 1024 * 1024 + 17 },
			downloaded: true,
			album: 2,
			members: ['Anna Lee', 'Boris'],
			link: true,
			votes: 1,
			scheduled: ['later'],
			'after a short wait': 'patient',
			'a long wait': 'FLOOD_WAIT_3600',
		});
	}, 120_000);

	it('finds what it missed: slices after a cut, a hole, a session moved to another process', async () => {
		const missed = [...Array(8).keys()].map((number) => `cut ${number}`);
		expect(await run('mtcute.mjs', 'recovery')).toEqual({
			'after the cut': [...missed, 'team 0', 'team 1', 'team 2'],
			'over the hole': ['after the hole', 'hole'],
			'same session': 'Anna Lee',
			ended: 'SESSION_REVOKED',
		});
	}, 120_000);
});

describe('@mtproto/core', () => {
	// One of its key exchanges in 256 fails: it drops a zero byte at the beginning of the key.
	it('does over layer 158 what a bare client does', { retry: 2, timeout: 120_000 }, async () => {
		expect(await run('mtproto-core.mjs')).toEqual({
			'wrong code': 'PHONE_CODE_INVALID',
			'right code': 'SESSION_PASSWORD_NEEDED',
			'wrong password': 'PASSWORD_HASH_INVALID',
			'right password': 'Anna',
			migrated: 'Clara',
			dialogs: 4,
			history: 'edited',
			reaction: ['👍'],
			search: ['edited'],
			received: ['to -1000002000001', 'to @anna_sandbox'],
			unread: 0,
			file: true,
			gone: true,
			difference: ['cut 0', 'cut 1', 'cut 2'],
			'flood wait': 'FLOOD_WAIT_42',
			sessions: 1,
			'logged out': 'auth.loggedOut',
			'after it': 'AUTH_KEY_UNREGISTERED',
		});
	});
});
