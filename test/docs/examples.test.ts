import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { compileFunction } from 'node:vm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as engine from '../../src';
import { channelEventSchema } from '../../src/contract/schemas';
import { silentLogger, systemClock, systemRandom } from '../../src/runtime';
import { openSqliteStore } from '../../src/store';
import { startAvitoSandbox, type AvitoSandbox } from '../sandbox/avito';
import { until } from '../support/manual-clock';
import { codeBlocks, document, section } from './markdown';

let folder: string;

beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), 'docs-'));
});

afterEach(async () => {
	await rm(folder, { recursive: true, force: true });
});

/** What the example shows of itself, and the Ctrl+C it waits for. */
interface Running {
	account: engine.Account;
	interrupt(): Promise<void>;
}

/** Runs the example as Node would, with the package's name leading here and another address, folder and terminal. */
function run(code: string, sandbox: AvitoSandbox): Running {
	const here = code.replace('http://127.0.0.1:4010', sandbox.origin).replace('./messenger-accounts', folder);
	const example = compileFunction(`${here}\nreturn account;`, ['require', 'process']) as (
		require: (name: string) => unknown,
		process: { once(signal: string, handler: () => Promise<void>): void },
	) => engine.Account;
	const handlers = new Map<string, () => Promise<void>>();
	const account = example(
		(name) => {
			if (name === 'n8n-nodes-messenger-accounts') return engine;
			throw new Error(`the example requires ${name}`);
		},
		{ once: (signal, handler) => handlers.set(signal, handler) },
	);
	return { account, interrupt: async () => handlers.get('SIGINT')!() };
}

describe.each(['README.md', 'README.ru.md'])('the program of %s', (name) => {
	const code = codeBlocks(document(name).text).find(({ language }) => language === 'js')!.code;

	it('answers what was written while it was stopped, once', async () => {
		const sandbox = await startAvitoSandbox();
		try {
			const first = run(code, sandbox);
			await until(
				async () =>
					sandbox.control.requests({}).some(({ operation_id }) => operation_id === 'getChatsV2') &&
					((await first.account.status()) as { state: string }).state === 'live',
				'the first comparison',
			);
			await first.interrupt();

			const { chat_id } = sandbox.control.incoming({ text: 'Hello?' });
			const second = run(code, sandbox);
			await until(() => sandbox.control.outbox({ chat_id }).length > 0, 'the answer');
			await second.interrupt();
			expect(sandbox.control.outbox({ chat_id }).map(({ text }) => text)).toEqual([
				expect.stringMatching(/: Hello\?$/),
			]);
		} finally {
			await sandbox.close();
		}
	});
});

describe('JSON in the documents', () => {
	it.each(['README.md', 'README.ru.md'])(
		'%s shows an event with the names and types of the schema',
		(name) => {
			const json = codeBlocks(document(name).text).find(({ language }) => language === 'json')!.code;
			const shown = JSON.parse(json) as { meta: object };
			// The document says that meta is shortened: every name in it must exist, the missing ones are filled in.
			const whole = {
				original_media_type: 'text',
				chat_title: null,
				sender_username: null,
				reply_to: null,
				thread_id: null,
				album_id: null,
				mentions_me: false,
			};
			const event = { ...shown, meta: { ...whole, ...shown.meta } };
			expect(channelEventSchema.parse(event)).toEqual(event);
		},
	);

	it('of errors is what a failed item is', () => {
		const json = codeBlocks(document('docs/errors.md').text).find(
			({ language }) => language === 'json',
		)!.code;
		const { error } = JSON.parse(json) as { error: engine.ErrorItem };
		const made = new engine.ChannelError(error.code, error.message, {
			hint: error.hint!,
			retry: { afterMs: 12_000 },
			providerCode: error.provider_code!,
		});
		expect(made.toItem()).toEqual(error);
	});
});

describe('SQL for a debugging person', () => {
	it('fits the file of the store', async () => {
		const services = { clock: systemClock, logger: silentLogger, random: systemRandom };
		await (await openSqliteStore({ dir: folder, ...services })).close();
		const database = new DatabaseSync(join(folder, 'messenger-accounts.sqlite'), { readOnly: true });
		const { text } = document('src/README.md');
		const statements = [...text.matchAll(/SELECT [^`"]+/g)].map(([statement]) => statement);
		expect(statements.length).toBeGreaterThan(4);
		for (const statement of statements) expect(() => database.prepare(statement).all()).not.toThrow();
		database.close();
	});

	it('stands where the map says', () => {
		expect(section(document('src/README.md').text, 'An inbound message: stand at the journal')).toContain(
			'SELECT',
		);
	});
});
