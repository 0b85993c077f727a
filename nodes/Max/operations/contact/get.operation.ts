import { detailOf, includeRawField, simplifyField, type Operation } from '../../../../src/n8n';
import { userIds } from '../../fields';

export const get: Operation = {
	value: 'get',
	name: 'Get',
	action: 'Get contact',
	description: 'Get what MAX tells about people: name, public name, phone if shown, picture',
	effect: 'read',
	properties: [userIds, simplifyField],
	options: [includeRawField],
	toCommand: (parameters) => ({
		name: 'contact.get',
		input: { userIds: parameters.list('userIds'), ...detailOf(parameters) },
	}),
};
