import type { Operation } from '../../../../src/n8n';
import { pictureFields, pictureOf } from '../../fields';

export const setPhoto: Operation = {
	value: 'setPhoto',
	name: 'Set Photo',
	action: 'Set photo of profile',
	description: 'Change or remove the picture of this account',
	effect: 'change',
	properties: [...pictureFields],
	toCommand: async (parameters) => ({
		name: 'profile.setPhoto',
		input: {},
		media: await pictureOf(parameters),
	}),
};
