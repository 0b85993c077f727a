import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { request } from 'undici';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort, N8nApi, nodeBinary, projectFolder, until } from './harness';
import { Editor } from './harness/browser';
import { N8nSession } from './harness/session';
import { Person } from './login/person';

/** `npm start` after set-up, with a data folder of its own. */
class Starter {
	output = '';
	private readonly child: ChildProcess;

	constructor(...args: string[]) {
		const script = join(projectFolder, 'test', 'e2e', 'start.ts');
		this.child = spawn(nodeBinary(), ['--conditions=source', '--import', 'tsx', script, ...args], {
			cwd: projectFolder,
			stdio: ['pipe', 'pipe', 'pipe'],
		});
		for (const stream of [this.child.stdout, this.child.stderr]) {
			stream?.setEncoding('utf8').on('data', (chunk: string) => (this.output += chunk));
		}
	}

	/** Waits until it has said this. */
	async says(what: string | RegExp): Promise<void> {
		await until(() => this.output.search(what) >= 0, { what: String(what), timeoutMs: 90_000 }).catch(
			(cause: unknown) => {
				throw new Error(`it said:\n${this.output}`, { cause });
			},
		);
	}

	types(line: string): void {
		this.child.stdin?.write(`${line}\n`);
	}

	/** How it ends by itself, or after a signal. */
	async ends(signal?: NodeJS.Signals): Promise<number | null> {
		if (this.child.exitCode !== null) return this.child.exitCode;
		const exit = once(this.child, 'exit');
		if (signal) this.child.kill(signal);
		const [code] = (await exit) as [number | null];
		return code;
	}
}

describe('npm start', () => {
	let data = '';
	let starter: Starter | undefined;

	beforeEach(async () => {
		data = await mkdtemp(join(tmpdir(), 'n8n-start-'));
	});

	afterEach(async ({ task }) => {
		await starter?.ends('SIGTERM');
		if (task.result?.state === 'fail') {
			const log = await readFile(join(data, 'n8n.log'), 'utf8').catch(() => '(nothing)');
			console.error(`n8n wrote:\n${log.slice(-6_000)}`);
		}
		await rm(data, { recursive: true, force: true, maxRetries: 5 });
	});

	function start(...args: string[]): Starter {
		return (starter = new Starter('--data', data, ...args));
	}

	it('serves n8n until Ctrl+C', async () => {
		const port = await freePort();
		const it = start('--port', String(port));
		await it.says(`n8n is ready: http://localhost:${port}`);
		expect((await fetch(`http://127.0.0.1:${port}/rest/settings`)).status).toBe(200);
		expect(await it.ends('SIGINT')).toBe(0);
		await expect(fetch(`http://127.0.0.1:${port}/rest/settings`)).rejects.toThrow();
	});

	it('says that the port is taken and what to do', async () => {
		const taken = createServer().listen(0, '127.0.0.1');
		await once(taken, 'listening');
		const { port } = taken.address() as AddressInfo;
		const it = start('--port', String(port));
		expect(await it.ends()).toBe(1);
		expect(it.output).toContain(`Port ${port} is taken by another program`);
		expect(it.output).toContain('--port');
		taken.close();
	});

	it('refuses what it does not know, with its usage', async () => {
		const it = start('--porto', '1');
		expect(await it.ends()).toBe(2);
		expect(it.output).toContain('npm start -- [--port N]');
	});

	it(
		'lets a newcomer chat in three messengers with nothing but a browser',
		{ timeout: 420_000 },
		async () => {
			const port = await freePort();
			const it = start('--sandbox', '--port', String(port));
			await it.says(/in your browser: http:\S+/);
			for (const messenger of MESSENGERS) {
				expect(it.output).toMatch(new RegExp(`${messenger} +.*\\(n8n\\): Здравствуйте, .+«Здравствуйте!»`));
			}
			const address = /in your browser: (\S+)/.exec(it.output)?.[1] ?? '';
			const browser = await Person.launch();
			try {
				const person = await Person.enter(browser);
				await person.page.goto(address);
				await chat(person, 'А доставка есть?');
				await person.page
					.getByText(/^Executions: \d+$/)
					.nth(2)
					.waitFor();
				await person.page.screenshot({
					path: join(projectFolder, 'test', 'e2e', 'screenshots', 'phone.png'),
				});

				// The same accounts in one workflow of two nodes, instead of three workflows.
				const baseUrl = `http://127.0.0.1:${port}`;
				const session = new N8nSession(baseUrl);
				const api = new N8nApi(session);
				await api.signIn();
				const idOf = async (name: string): Promise<string> => (await api.findWorkflow(name)) ?? '';
				for (const messenger of MESSENGERS)
					await api.unpublish(await idOf(`${messenger}: answer every message`));
				const inbox = await idOf('All three: one inbox');
				await api.publish(inbox);
				await chat(person, 'Сколько стоит?');
				expect(person.complaints).toEqual([]);
				await api.finishedExecutions(inbox, MESSENGERS.length);
				await api.unpublish(inbox);
				for (const messenger of MESSENGERS)
					await api.publish(await idOf(`${messenger}: answer every message`));
				await session.disconnect();

				await inRussian(browser, address);

				const editor = await Editor.open(baseUrl);
				try {
					await editor.page.setViewportSize({ width: 1280, height: 640 });
					await editor.page.goto(`${baseUrl}/workflow/${inbox}/executions`);
					await editor.page
						.getByText(/Succeeded/)
						.nth(MESSENGERS.length)
						.waitFor();
					await editor.page.getByTestId('canvas-node').nth(1).waitFor();
					// n8n's checklist for published workflows opens by itself.
					await editor.page.keyboard.press('Escape');
					await editor.page.getByText('Production Checklist').waitFor({ state: 'hidden' });
					await editor.screenshot('workflow');
				} finally {
					await editor.close();
				}
			} finally {
				await browser.close();
			}
			expect(
				(await fetch(`${address}/messages`, { method: 'POST', body: '{"to":"max","text":"x"}' })).status,
			).toBe(415);
			// Another site that the browser has open may point its own name at this address.
			const { host } = new URL(address);
			expect(await statusFor(address, host)).toBe(200);
			expect(await statusFor(address, 'another.example')).toBe(403);
			expect(await statusFor(`${address}/conversations`, host.replace('127.0.0.1', 'localhost'))).toBe(403);
			const second = new Starter('--data', data, '--port', String(await freePort()), '--sandbox');
			expect(await second.ends()).toBe(1);
			expect(second.output).toMatch(/is in use by another start \(process \d+\).*--data/);
			// The first has lost nothing by it.
			const conversations = (await (await fetch(`${address}/conversations`)).json()) as unknown[];
			expect(conversations).toHaveLength(MESSENGERS.length);
			expect(await it.ends('SIGINT')).toBe(0);
			await expect(fetch(address)).rejects.toThrow();

			// Another day: the same n8n, messengers made anew. Whoever writes is answered at once, as the first time.
			const again = start('--sandbox', '--port', String(port));
			await again.says(/in your browser: http:\S+/);
			for (const messenger of MESSENGERS)
				expect(again.output).toMatch(
					new RegExp(`${messenger} +.*\\(n8n\\): Здравствуйте, .+«Здравствуйте!»`),
				);
		},
	);
});

const MESSENGERS = ['Avito', 'MAX', 'Telegram'];

/** Writes in each messenger, again until it is answered: a trigger that was just published starts at now. */
/** What the page's server answers somebody who calls it by this name. */
async function statusFor(address: string, host: string): Promise<number> {
	return (await request(address, { headers: { host } })).statusCode;
}

/** The page as a Russian browser shows it. */
async function inRussian(browser: Browser, address: string): Promise<void> {
	const person = await Person.enter(browser, { locale: 'ru-RU', screen: 'phone' });
	await person.page.goto(address);
	await person.reads('Другая сторона');
	for (const messenger of MESSENGERS) {
		const column = person.page.getByRole('region', { name: messenger });
		await column.getByLabel(`Сообщение в ${messenger}`).waitFor();
		await column.getByText(/^Выполнений: \d+/).waitFor();
	}
	await person.photograph('phone-page');
	expect(person.complaints).toEqual([]);
	await person.leave();
}

async function chat(person: Person, text: string): Promise<void> {
	for (const messenger of MESSENGERS) {
		const column = person.page.getByRole('region', { name: messenger });
		await until(
			async () => {
				await column.getByLabel(`Message on ${messenger}`).fill(text);
				await column.getByRole('button', { name: 'Send' }).click();
				const answer = column.getByText(`Вы написали: «${text}»`).first();
				return await answer.waitFor({ timeout: 15_000 }).then(
					() => true,
					() => false,
				);
			},
			{ what: `an answer on ${messenger}`, timeoutMs: 60_000 },
		);
	}
}
