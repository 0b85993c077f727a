import { detailOf, includeRawField, simplifyField, type Operation } from '../../../../src/n8n';
import { phone } from '../../fields';

export const findByPhone: Operation = {
	value: 'findByPhone',
	name: 'Find by Phone',
	action: 'Find contact by phone',
	description: 'Find the person with a phone number; counts as a first contact',
	effect: 'read',
	properties: [phone, simplifyField],
	options: [includeRawField],
	toCommand: (parameters) => ({
		name: 'contact.findByPhone',
		input: { phone: parameters.id('phone'), ...detailOf(parameters) },
	}),
};
