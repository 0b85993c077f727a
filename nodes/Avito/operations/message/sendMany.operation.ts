import { type Operation, type Parameters } from '../../../../src/n8n';
import { chat } from '../../fields';
import { messagesFromJson } from './messagesFromJson';

export const sendMany: Operation = {
	value: 'sendMany',
	name: 'Send to Many',
	action: 'Send messages to many chats',
	description: 'Send a text to each of many chats, one after the other, with a result for each',
	effect: 'send',
	properties: [
		{
			displayName: 'Messages From',
			name: 'source',
			type: 'options',
			options: [
				{ name: 'Input Items', value: 'items', description: 'One message per input item' },
				{ name: 'JSON', value: 'json', description: 'A JSON object with a list of messages' },
			],
			default: 'items',
			description: 'Where chats and texts come from',
		},
		{ ...chat, displayOptions: { show: { source: ['items'] } } },
		{
			displayName: 'Text',
			name: 'text',
			type: 'string',
			typeOptions: { rows: 4 },
			required: true,
			default: '',
			displayOptions: { show: { source: ['items'] } },
			description: 'Text of the message, up to 1,000 characters',
		},
		{
			displayName: 'Messages',
			name: 'messages',
			type: 'json',
			required: true,
			default: '{\n  "messages": [\n    { "chat_id": "", "text": "" }\n  ]\n}',
			displayOptions: { show: { source: ['json'] } },
			description: 'Object with the list messages; each has chat_id and text',
		},
	],
	options: [
		{
			displayName: 'Skip Duplicates',
			name: 'skipDuplicates',
			type: 'boolean',
			default: false,
			description: 'Whether to send the same text to the same chat only once within this list',
		},
		{
			displayName: 'Stop on First Error',
			name: 'stopOnError',
			type: 'boolean',
			default: false,
			description: 'Whether to send nothing more after the first message that failed',
		},
	],
	gathers: (first) => first.text('source') !== 'json',
	toGathered: (all) => command(all[0], all.map(messageOfItem)),
	toCommand: (parameters) =>
		command(parameters, messagesFromJson(parameters.json('messages'), parameters.label('messages'))),
};

interface Message {
	chatId: string;
	text: string;
}

function messageOfItem(parameters: Parameters): Message {
	return { chatId: parameters.id('chatId'), text: parameters.required('text') };
}

function command(parameters: Parameters | undefined, messages: Message[]) {
	const options = parameters?.options;
	return {
		name: 'message.sendMany',
		input: {
			messages: messages.map(({ chatId, text }) => ({ chatId, text })),
			stopOnError: options?.boolean('stopOnError') ?? false,
			skipDuplicates: options?.boolean('skipDuplicates') ?? false,
		},
	};
}
