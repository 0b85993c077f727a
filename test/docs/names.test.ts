import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ERROR_CODES } from '../../src/contract';
import { EVENT_TYPES } from '../../src/contract/schemas';
import { refusalError } from '../../src/channels/max/refusal';
import { DOCUMENTED } from './fields';
import { codeBlocks, document, documents, firstCells, headings, root, section } from './markdown';

const pages = documents();
const readmes = ['README.md', 'README.ru.md'];

function sources(folder: string, ending = /\.(ts|mts|js|mjs)$/): string {
	return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile() && ending.test(entry.name))
		.map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
		.join('\n');
}

describe('what MAX says', () => {
	it('is known to the code under the same key, with the same code', () => {
		const rows = section(document('docs/max.md').text, "What MAX's errors become")
			.split('\n')
			.map((line) => line.split('|'))
			.filter(([, , code]) => /`\w+`/.test(code ?? ''));
		const checked = rows.flatMap(([, keys = '', code = '']) =>
			[...keys.matchAll(/`([\w.-]+)`/g)].map(([, key = '']) => ({ key, code: code.replaceAll(/[` ]/g, '') })),
		);
		expect(checked.length).toBeGreaterThan(25);
		for (const { key, code } of checked)
			expect({ key, code: refusalError({ error: key }, 1).code }).toEqual({ key, code });
	});
});

describe('npm scripts', () => {
	const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
		scripts: Record<string, string>;
	};

	/** `npm run x`, `npm run -s x`, and npm's own short forms for scripts. */
	function named(text: string): string[] {
		const found = text.matchAll(/\bnpm (?:run (?:-s )?([\w:-]+)|(start|test)\b)/g);
		return [...found].map(([, script, short]) => script ?? short ?? '');
	}

	it.each(pages)('that $name names exist', ({ text }) => {
		expect(named(text).filter((script) => !(script in scripts))).toEqual([]);
	});

	it('are found', () => {
		expect(named('`npm test`, `npm run -s sandbox -- x`, `npm run test:unit`')).toEqual([
			'test',
			'sandbox',
			'test:unit',
		]);
	});

	it.each(readmes)('of the two commands are in %s', (name) => {
		expect(named(document(name).text)).toEqual(expect.arrayContaining(['start', 'test']));
	});
});

describe('environment variables', () => {
	const VARIABLE =
		/\b(?:MESSENGER_ACCOUNTS|N8N|TELEGRAM|QUEUE|WEBHOOK|CHROME|EXECUTIONS)_[A-Z0-9_]+\b|\bSEED\b/g;
	const variablesIn = (text: string): Set<string> => new Set(text.match(VARIABLE));
	const namedInReadme = variablesIn(document('README.md').text);

	/** Read by the package at run time. */
	const ofThePackage = [
		...sources('src').matchAll(/environmentValue\('([A-Z0-9_]+)'\)|= '(MESSENGER_ACCOUNTS_\w+)'/g),
	].map(([, read, named]) => read ?? named ?? '');
	/** Read by set-up and tests, for the person who starts them. */
	const ofTheTests = [...sources('test').matchAll(/process\.env(?:\.|\[')([A-Z][A-Z0-9_]+)/g)]
		.map(([, name = '']) => name)
		.filter((name) => VARIABLE.test(` ${name} `) || name.startsWith('MESSENGER_ACCOUNTS_'));

	it('that the code reads are in the README', () => {
		expect(ofThePackage.length).toBeGreaterThan(3);
		expect([...ofThePackage, ...ofTheTests].filter((name) => !namedInReadme.has(name))).toEqual([]);
	});

	it('that a document names are read by the code, or by n8n', () => {
		const ofN8n =
			sources('node_modules/@n8n/config/dist', /\.js$/) + sources('node_modules/n8n-core/dist', /\.js$/);
		const started = sources('test/e2e');
		const known = new Set([
			...ofThePackage,
			...ofTheTests,
			...variablesIn(ofN8n),
			// n8n is started with these in every end-to-end test.
			...variablesIn(started),
			// Its module for community packages is part of the program n8n and in no library of it.
			'N8N_REINSTALL_MISSING_PACKAGES',
			// So is its module for traces.
			'N8N_OTEL_ENABLED',
			// Where Redis is: each of n8n's, and the same of ours, see src/redis/settings.ts.
			...['QUEUE_BULL_REDIS_', 'MESSENGER_ACCOUNTS_REDIS_', 'MESSENGER_ACCOUNTS_REDIS_PREFIX'],
		]);
		const unknown = pages.flatMap(({ name, text }) =>
			[...variablesIn(text)]
				.filter((variable) => !known.has(variable))
				.map((variable) => `${name}: ${variable}`),
		);
		expect(unknown).toEqual([]);
	});
});

describe('closed lists', () => {
	it('error codes are those of the code, in its order', () => {
		const table = section(document('docs/errors.md').text, 'Errors').split('\n## ')[0]!;
		expect(firstCells(table)).toEqual([...ERROR_CODES]);
	});

	it.each(DOCUMENTED)('event types in $page are those of the code, in its order', ({ page }) => {
		expect(firstCells(section(document(page).text, 'Event types'))).toEqual([...EVENT_TYPES]);
	});

	it.each(DOCUMENTED)('event types that $page says can be had are those the trigger offers', (node) => {
		const rows = section(document(node.page).text, 'Event types').matchAll(
			/^\| `(\w+)` \| (yes|live only) \|/gm,
		);
		const events = node.trigger.find(({ name }) => name === 'events')?.options ?? [];
		const offered = events.flatMap((option) => ('value' in option ? String(option.value) : []));
		expect([...rows].map(([, type]) => type).sort()).toEqual(offered.sort());
	});

	it('event types that stand beside those of older MAX systems exist', () => {
		const table = section(document('docs/max.md').text, 'Events of older MAX systems');
		const named = table.split('\n').flatMap((line) => line.split('|')[3]?.match(/(?<=`)\w+(?=`)/g) ?? []);
		expect(named.length).toBeGreaterThan(12);
		expect(
			named.filter((type) => type !== 'event_type' && !(EVENT_TYPES as readonly string[]).includes(type)),
		).toEqual([]);
	});

	it('codes that other pages name exist', () => {
		const troubles = document('docs/troubleshooting.md').text.matchAll(/Code `(\w+)`/g);
		const tables =
			section(document('docs/avito.md').text, "What Avito's errors become") +
			section(document('docs/max.md').text, "What MAX's errors become");
		const answers = tables.split('\n').flatMap((line) => line.split('|')[2]?.match(/(?<=`)\w+(?=`)/g) ?? []);
		const named = [...[...troubles].map(([, code = '']) => code), ...answers];
		expect(named.length).toBeGreaterThan(20);
		expect(named.filter((code) => !(ERROR_CODES as readonly string[]).includes(code))).toEqual([]);
	});
});

describe('messengers', () => {
	const { n8n } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
		n8n: { nodes: string[] };
	};

	/** The row says that nodes are shipped, or that none is. */
	it.each([
		['README.md', /\*\*Ready\*\*/],
		['README.ru.md', /\*\*Готов\*\*/],
	])('of which %s says they are ready are those whose nodes are shipped', (name, ready) => {
		const rows = document(name)
			.text.split('\n')
			.filter((line) => /^\| (Avito|Авито|MAX \(|Telegram \()/.test(line))
			.slice(0, 3);
		expect(rows.map((row) => ready.test(row))).toEqual(
			['Avito', 'Max', 'TelegramUser'].map((node) => n8n.nodes.some((file) => file.includes(`/${node}/`))),
		);
	});
});

describe('troubleshooting', () => {
	it('explains texts that the code can say', () => {
		const code = sources('src').replaceAll("\\'", "'");
		const texts = headings(section(document('docs/troubleshooting.md').text, 'By text')).map(
			({ text }) => text,
		);
		const never = texts.filter((text) => !text.split(' … ').every((part) => code.includes(part.trim())));
		expect(texts.length).toBeGreaterThan(20);
		expect(never).toEqual([]);
	});
});

describe('the map of the code', () => {
	it('has a row or an arrow for every room', () => {
		const { text } = document('src/README.md');
		const map = codeBlocks(text)[0]!.code;
		const rooms = readdirSync(join(root, 'src'), { withFileTypes: true })
			.filter((entry) => entry.isDirectory() && existsSync(join(root, 'src', entry.name, 'index.ts')))
			.map(({ name }) => `${name}/`);
		const channels = readdirSync(join(root, 'src/channels')).map((name) => `channels/${name}/`);
		expect([...rooms, ...channels].filter((room) => !map.includes(room))).toEqual([]);
	});
});
