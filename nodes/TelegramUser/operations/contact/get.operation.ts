import { includeRawField, type Operation } from '../../../../src/n8n';
import { chatOf, user } from '../../fields';

export const get: Operation = {
	value: 'get',
	name: 'Get',
	action: 'Get contact',
	description: 'Get the profile of a person: names, description, when last seen',
	effect: 'read',
	properties: [user],
	options: [includeRawField],
	toCommand: (parameters) => ({
		name: 'contact.get',
		input: { userId: chatOf(parameters, 'userId'), includeRaw: parameters.options.boolean('includeRaw') },
	}),
};
