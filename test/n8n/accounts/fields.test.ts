import { NodeHelpers, type INodeTypeDescription } from 'n8n-workflow';
import { describe, expect, it } from 'vitest';
import { Avito } from '../../../nodes/Avito/Avito.node';
import { Max } from '../../../nodes/Max/Max.node';
import { TelegramUser } from '../../../nodes/TelegramUser/TelegramUser.node';

const nodes = [new Avito(), new Max(), new TelegramUser()].map(({ description }) => ({
	name: description.name,
	description,
}));

/** Credentials n8n wants of a node with these parameters. */
function wanted(description: INodeTypeDescription, parameters: Record<string, string>): string[] {
	const node = { typeVersion: 1 };
	return (description.credentials ?? [])
		.filter((each) => NodeHelpers.displayParameter(parameters, each, node, description))
		.map(({ name }) => name);
}

describe.each(nodes)('the credentials of $name', ({ description }) => {
	const [own = '', many = ''] = (description.credentials ?? []).map(({ name }) => name);

	it('are the one of the chosen authentication, and its own where none is named', () => {
		expect(wanted(description, { authentication: 'own' })).toEqual([own]);
		expect(wanted(description, { authentication: 'accounts' })).toEqual([many]);
		expect(wanted(description, {})).toEqual([own]);
	});

	it('are both offered in the editor, which goes by what each is shown for', () => {
		const choices = description.properties.find(({ name }) => name === 'authentication')?.options ?? [];
		const offered = choices.map((choice) => {
			const value = 'value' in choice ? choice.value : '';
			const shownFor = (each: (typeof description.credentials & object)[number]) =>
				each.displayOptions?.show?.['authentication']?.includes(value);
			return (description.credentials ?? []).find(shownFor)?.name;
		});
		expect(offered.sort()).toEqual([own, many].sort());
	});
});
