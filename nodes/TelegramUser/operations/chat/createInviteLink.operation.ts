import type { Operation } from '../../../../src/n8n';
import { chatOf, given, group } from '../../fields';
import { timeIf } from './fields';

export const createInviteLink: Operation = {
	value: 'createInviteLink',
	name: 'Create Invite Link',
	action: 'Create invite link of group or channel',
	description: 'Make a further invite link; the ones there are keep working',
	effect: 'change',
	properties: [group],
	options: [
		{
			displayName: 'Expires',
			name: 'expires',
			type: 'dateTime',
			default: '',
			description: 'Until when people may join by it. Empty: for ever.',
		},
		{
			displayName: 'Join Requests',
			name: 'requestNeeded',
			type: 'boolean',
			default: false,
			description: 'Whether administrators let each person in; excludes a usage limit',
		},
		{
			displayName: 'Title',
			name: 'title',
			type: 'string',
			default: '',
			description: 'Name of the link for the administrators, up to 32 characters',
		},
		{
			displayName: 'Usage Limit',
			name: 'usageLimit',
			type: 'number',
			typeOptions: { minValue: 0, maxValue: 99999 },
			default: 0,
			description: 'How many people may join by it; 0 means no limit',
		},
	],
	toCommand: (parameters) => {
		const { options } = parameters;
		const usageLimit = options.has('usageLimit') ? options.number('usageLimit') : 0;
		return {
			name: 'chat.createInviteLink',
			input: {
				chatId: chatOf(parameters),
				...given(options, 'title'),
				...timeIf(options, 'expires'),
				...(usageLimit === 0 ? {} : { usageLimit }),
				requestNeeded: options.boolean('requestNeeded'),
			},
		};
	},
};
