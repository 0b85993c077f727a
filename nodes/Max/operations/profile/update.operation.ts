import type { Operation } from '../../../../src/n8n';

export const update: Operation = {
	value: 'update',
	name: 'Update',
	action: 'Update profile',
	description: 'Change name, description or picture of this account',
	effect: 'change',
	properties: [
		{
			displayName: 'First Name',
			name: 'firstName',
			type: 'string',
			required: true,
			default: '',
			description: 'First name of this account; MAX wants it with every change',
		},
		{
			displayName: 'Update Fields',
			name: 'updateFields',
			type: 'collection',
			placeholder: 'Add field',
			default: {},
			description: 'What else to change',
			options: [
				{
					displayName: 'Description',
					name: 'description',
					type: 'string',
					default: '',
					description: 'What others read about this account, up to 400 characters; empty removes it',
				},
				{
					displayName: 'Last Name',
					name: 'lastName',
					type: 'string',
					default: '',
					description: 'Last name of this account; empty removes it',
				},
				{
					displayName: 'Picture From Binary Field',
					name: 'pictureField',
					type: 'string',
					default: 'data',
					description: 'Name of the binary field of the input item that holds the new picture',
				},
			],
		},
	],
	toCommand: async (parameters) => {
		const fields = parameters.collection('updateFields');
		return {
			name: 'profile.update',
			input: {
				firstName: parameters.required('firstName'),
				...(fields.raw('lastName') === undefined ? {} : { lastName: fields.text('lastName') }),
				...(fields.raw('description') === undefined ? {} : { description: fields.text('description') }),
			},
			...(fields.has('pictureField') ? { media: await parameters.files(fields.id('pictureField')) } : {}),
		};
	},
};
