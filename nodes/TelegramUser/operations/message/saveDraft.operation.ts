import { formatField, textField, textOptionsOf, type Operation } from '../../../../src/n8n';
import { chat, chatOf, topicField, topicOf } from '../../fields';
import { linkPreviewField, linkPreviewOf } from './fields';

export const saveDraft: Operation = {
	value: 'saveDraft',
	name: 'Save Draft',
	action: 'Save draft',
	description: 'Put a text into the input field of a chat on all devices of this account without sending it',
	effect: 'change',
	properties: [chat, textField],
	options: [
		formatField,
		linkPreviewField,
		{
			displayName: 'Reply to Message ID',
			name: 'replyTo',
			type: 'string',
			default: '',
			placeholder: 'e.g. {{ $json.meta.external_message_id }}',
			description: 'ID of the message the draft answers',
		},
		{ ...topicField, description: 'The topic of a forum the draft is for' },
	],
	toCommand: (parameters) => {
		const { options } = parameters;
		return {
			name: 'message.saveDraft',
			input: {
				chatId: chatOf(parameters),
				text: parameters.required('text'),
				format: textOptionsOf(options).format,
				linkPreview: linkPreviewOf(options),
				...(options.has('replyTo') ? { replyTo: options.id('replyTo') } : {}),
				...topicOf(options),
			},
		};
	},
};
