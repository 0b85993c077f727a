import { invalidParameter, type Operation } from '../../../../src/n8n';
import { given } from '../../fields';

export const update: Operation = {
	value: 'update',
	name: 'Update',
	action: 'Update profile',
	description: 'Change names, description or username of this account',
	effect: 'change',
	properties: [
		{
			displayName: 'Update Fields',
			name: 'updateFields',
			type: 'collection',
			placeholder: 'Add field',
			default: {},
			description: 'What to change',
			options: [
				{
					displayName: 'Description',
					name: 'description',
					type: 'string',
					default: '',
					description:
						'What others read about this account, up to 70 characters (140 with Premium); empty removes it',
				},
				{
					displayName: 'First Name',
					name: 'firstName',
					type: 'string',
					default: '',
					description: 'First name of this account',
				},
				{
					displayName: 'Last Name',
					name: 'lastName',
					type: 'string',
					default: '',
					description: 'Last name of this account; empty removes it',
				},
				{
					displayName: 'Username',
					name: 'username',
					type: 'string',
					default: '',
					placeholder: 'e.g. @name',
					description: 'Username of this account; empty removes it',
				},
			],
		},
	],
	toCommand: (parameters) => {
		const fields = parameters.collection('updateFields');
		const input = {
			...(fields.has('firstName') ? { firstName: fields.required('firstName') } : {}),
			...given(fields, 'lastName', 'description', 'username'),
		};
		if (Object.keys(input).length === 0)
			throw invalidParameter(parameters.label('updateFields'), 'nothing to change is given');
		return { name: 'profile.update', input };
	},
};
