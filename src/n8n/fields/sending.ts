import type { INodeProperties } from 'n8n-workflow';
import type { JsonObject } from '../../contract';
import type { Values } from '../parameters';

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

/** How marks in the text are read. Read by `sendingOf`. */
export const formatField: INodeProperties = {
	displayName: 'Formatting',
	name: 'format',
	type: 'options',
	options: [
		{ name: 'HTML', value: 'html', description: 'Tags such as &lt;b&gt; and &lt;a href="…"&gt;' },
		{ name: 'Markdown', value: 'markdown', description: 'Marks such as **bold** and [link](https://…)' },
		{ name: 'None', value: 'none', description: 'The text is sent as it is' },
	],
	default: 'none',
	description: 'How marks in the text are read',
};

/** Fields of *Options* that every send has. Read by `sendingOf`. */
export const sendingFields: readonly INodeProperties[] = [
	{
		displayName: 'Mark Chat as Read',
		name: 'markRead',
		type: 'boolean',
		default: false,
		description: 'Whether to mark the chat as read after sending',
	},
	{
		displayName: 'Reply to Message ID',
		name: 'replyTo',
		type: 'string',
		default: '',
		placeholder: 'e.g. {{ $json.meta.external_message_id }}',
		description: 'ID of the message to quote',
	},
	{
		displayName: 'Send At',
		name: 'sendAt',
		type: 'dateTime',
		default: '',
		description: 'When the messenger is to send it, even if n8n is off then. Empty: now.',
	},
	{
		displayName: 'Send Silently',
		name: 'silent',
		type: 'boolean',
		default: false,
		description: 'Whether the other side gets no sound',
	},
	{
		displayName: 'Typing Before Sending',
		name: 'typing',
		type: 'options',
		options: [
			{ name: 'By Length of the Text', value: 'length' },
			{ name: 'For Some Seconds', value: 'seconds' },
			{ name: 'No', value: 'none' },
		],
		default: 'none',
		description: 'Whether the other side sees somebody typing first',
	},
	{
		displayName: 'Typing Time (Seconds)',
		name: 'typingSeconds',
		type: 'number',
		typeOptions: { minValue: 0, maxValue: 60 },
		default: 3,
		description: 'How long, if typing is shown for some seconds',
	},
];

/** What `sendingFields` say, as part of a command's input. */
export interface Sending {
	replyTo?: string;
	silent: boolean;
	markRead: boolean;
	/** ISO 8601 */
	sendAt?: string;
	/** seconds, or as long as a person would need for the text */
	typing?: number | 'length';
}

export function sendingOf(options: Values): Sending & JsonObject {
	const typing = options.text('typing');
	return {
		silent: options.boolean('silent'),
		markRead: options.boolean('markRead'),
		...(options.has('replyTo') ? { replyTo: options.id('replyTo') } : {}),
		...(options.has('sendAt') ? { sendAt: options.time('sendAt') } : {}),
		...(typing === 'length' ? { typing } : {}),
		...(typing === 'seconds'
			? { typing: options.has('typingSeconds') ? options.number('typingSeconds') : 3 }
			: {}),
	};
}

/** How a text is to be read and cut: `formatField` and `splitLongTextField`. */
export function textOptionsOf(options: Values): { format: string; splitLongText: string } {
	return {
		format: options.has('format') ? options.text('format') : 'none',
		splitLongText: options.text('splitLongText') === 'split' ? 'split' : 'refuse',
	};
}

/** What a message is reacted to with. */
export const emojiField: INodeProperties = {
	displayName: 'Emoji',
	name: 'emoji',
	type: 'string',
	required: true,
	default: '\u{1F44D}',
	description: 'The reaction, one emoji',
};
