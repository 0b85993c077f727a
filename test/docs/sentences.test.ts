import { readFileSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { avitoOperations } from '../../nodes/Avito/operations';
import { maxOperations } from '../../nodes/Max/operations';
import { messengerOperations } from '../../nodes/Messenger/operations';
import { telegramOperations } from '../../nodes/TelegramUser/operations';
import type { OperationTable } from '../../src/n8n';

const names = (table: OperationTable): string[] =>
	table.flatMap(({ name, operations }) => operations.map((operation) => `${name}: ${operation.name}`));

/** Which operations a sentence of this folder may send a person to. */
const offered: Readonly<Record<string, readonly string[]>> = {
	'src/channels/avito': names(avitoOperations),
	'src/channels/max': names(maxOperations),
	'src/channels/telegram': names(telegramOperations),
	'src/pool': [maxOperations, telegramOperations, avitoOperations].flatMap(names),
	'src/n8n': [maxOperations, telegramOperations, avitoOperations, messengerOperations].flatMap(names),
};
const resources = new Set(offered['src/n8n']?.map((name) => name.slice(0, name.indexOf(':'))));
const named = new RegExp(`\\b(?:${[...resources].join('|')}): [A-Z][a-z]+(?: [A-Za-z]+)*`, 'g');

it('hints and descriptions name only operations that exist', async () => {
	const found: string[] = [];
	const wrong: string[] = [];
	for (const [folder, operations] of Object.entries(offered))
		for await (const file of glob(`${folder}/**/*.ts`))
			for (const [words] of readFileSync(file, 'utf8').matchAll(named)) {
				found.push(words);
				if (!operations.some((operation) => words.startsWith(operation))) wrong.push(`${file}: ${words}`);
			}
	expect(found.length).toBeGreaterThan(10);
	expect(wrong).toEqual([]);
});
