import { describe, expect, it } from 'vitest';
import { avitoDriver } from '../../src/channels/avito';
import { maxDriver } from '../../src/channels/max';
import { telegramDriver } from '../../src/channels/telegram';
import { document, prose, section } from './markdown';

/** As they are when nobody has changed a field, in the order of the columns. */
const policies = [
	telegramDriver.configure({ apiId: '12345', apiHash: '0123456789abcdef0123456789abcdef' }),
	maxDriver.configure({}),
	avitoDriver.configure({ clientId: 'id', clientSecret: 'secret' }),
].map(({ policy }) => policy);

/** The numbers in each cell of the rows below the heading, without the first column; a comma or a dot is no digit. */
function numbers(page: string, heading: string): string[][][] {
	return section(document(page).text, heading)
		.split('\n')
		.filter((line) => line.startsWith('| ') && !line.startsWith('| |'))
		.map((line) => line.split('|').slice(2, -1))
		.map((cells) => cells.map((cell) => cell.match(/\d+(?:[.,]\d+)?/g) ?? []));
}

describe.each([
	['docs/limits.md', 'Budgets'],
	['docs/limits.ru.md', 'Бюджеты'],
])('%s', (page, heading) => {
	const [budgets, gaps, contacts, answers] = numbers(page, heading);

	it('has the numbers of the code', () => {
		expect(budgets).toEqual(
			policies.map(({ budget }) => [String(budget.points), String(budget.windowMs / 1_000)]),
		);
		expect(gaps).toEqual(
			policies.map(({ budget }) => (budget.chatGapMs === 0 ? [] : [String(budget.chatGapMs / 1_000)])),
		);
		// At Avito nobody can be written to first: its limit never counts.
		expect(contacts?.slice(0, 2)).toEqual(
			policies.slice(0, 2).map(({ firstContactsPerDay }) => [String(firstContactsPerDay)]),
		);
		expect(answers).toEqual(
			policies.map(({ loopLimit, loopWindowMs }) => [String(loopLimit), String(loopWindowMs / 60_000)]),
		);
	});
});

describe('the Russian page of limits', () => {
	const [english, russian] = ['docs/limits.md', 'docs/limits.ru.md'].map((page) =>
		prose(document(page).text),
	);
	const shape = (text = ''): string[] =>
		text.split('\n').flatMap((line) => /^(?:#+|\||-|\d+\.) ?/.exec(line)?.[0].trim() ?? []);
	const codes = (text = ''): string[] => [
		...new Set([...text.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name)),
	];

	it('has the sections, tables, lists and codes of the English one', () => {
		expect(shape(russian)).toEqual(shape(english));
		expect(codes(russian)).toEqual(codes(english));
	});
});
