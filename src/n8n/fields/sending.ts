import type { INodeProperties } from 'n8n-workflow';

/** For workflows that may run again: the same key is sent once in seven days. */
export const deduplicationKeyField: INodeProperties = {
	displayName: 'Deduplication Key',
	name: 'deduplicationKey',
	type: 'string',
	default: '',
	placeholder: 'e.g. {{ $json.event_id }}',
	description:
		'A text that names this send. A second send of this node with the same key within 7 days returns the first result and sends nothing. Without it, only repeats within one execution are recognised.',
};

/** The text of a message. */
export const textField: INodeProperties = {
	displayName: 'Text',
	name: 'text',
	type: 'string',
	typeOptions: { rows: 4 },
	required: true,
	default: '',
	description: 'Text of the message',
};

/** What to do with a text above the provider's limit. */
export const splitLongTextField: INodeProperties = {
	displayName: 'If the Text Is Too Long',
	name: 'splitLongText',
	type: 'options',
	options: [
		{ name: 'Refuse', value: 'refuse', description: 'Send nothing and fail with message_too_long' },
		{
			name: 'Split',
			value: 'split',
			description: 'Send several messages, cut at the end of a sentence or word',
		},
	],
	default: 'refuse',
	description: 'What to do with a text longer than the messenger allows',
};
