import type { Operation } from '../../../../src/n8n';
import { chat, chatOf, topicField, topicOf } from '../../fields';

export const sendTyping: Operation = {
	value: 'sendTyping',
	name: 'Send Activity',
	action: 'Send activity to chat',
	description: 'Show in a chat for some seconds that this account is typing, or recording, or sending a file',
	effect: 'change',
	properties: [
		chat,
		{
			displayName: 'Activity',
			name: 'activity',
			type: 'options',
			options: [
				{ name: 'Choosing a Contact', value: 'contact' },
				{ name: 'Choosing a Location', value: 'location' },
				{ name: 'Choosing a Sticker', value: 'sticker' },
				{ name: 'Nothing', value: 'cancel', description: 'Ends what is shown' },
				{ name: 'Recording a Video', value: 'recordVideo' },
				{ name: 'Recording a Video Note', value: 'recordVideoNote' },
				{ name: 'Recording Voice', value: 'voice' },
				{ name: 'Sending a File', value: 'file' },
				{ name: 'Sending a Photo', value: 'photo' },
				{ name: 'Sending a Video', value: 'video' },
				{ name: 'Typing', value: 'text' },
			],
			default: 'text',
			description: 'What the other side sees',
		},
	],
	options: [
		{
			displayName: 'For (Seconds)',
			name: 'seconds',
			type: 'number',
			typeOptions: { minValue: 0, maxValue: 600 },
			default: 0,
			description: 'How long to show it; the node waits for so long. 0: once, for about six seconds.',
		},
		{ ...topicField, description: 'The topic of a forum to show it in' },
	],
	toCommand: (parameters) => ({
		name: 'message.sendTyping',
		input: {
			chatId: chatOf(parameters),
			activity: parameters.text('activity'),
			...(parameters.options.has('seconds') ? { seconds: parameters.options.number('seconds') } : {}),
			...topicOf(parameters.options),
		},
	}),
};
