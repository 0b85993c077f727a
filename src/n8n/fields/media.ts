import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import type { Values } from '../parameters';

const SOURCES: readonly INodePropertyOptions[] = [
	{ name: 'All Files of the Item', value: 'all', description: 'Every binary field of the input item' },
	{ name: 'Binary Field', value: 'binary', description: 'One or several binary fields of the input item' },
	{ name: 'Reference', value: 'ref', description: 'A file received earlier, by its reference' },
	{ name: 'URL', value: 'url', description: 'A file on the web' },
];

export interface MediaFieldOptions {
	/** sources only this operation knows (an id uploaded before) */
	more?: readonly INodePropertyOptions[];
	without?: readonly string[];
	/** exactly one file is meant */
	single?: boolean;
}

const referenceField: INodeProperties = {
	displayName: 'Reference',
	name: 'mediaRef',
	type: 'string',
	required: true,
	default: '={{ $json.media }}',
	displayOptions: { show: { mediaSource: ['ref'] } },
	description: 'The field media of a received message, or one reference out of it',
};

/** Where the file to send comes from. Read by `Parameters.media()`. */
export function mediaFields({
	more = [],
	without = [],
	single = false,
}: MediaFieldOptions = {}): INodeProperties[] {
	const sources = SOURCES.filter(({ value }) => !without.includes(String(value))).map((source) =>
		single && source.value === 'binary'
			? { ...source, description: 'A binary field of the input item' }
			: source,
	);
	const options = [...sources, ...more].sort((a, b) => a.name.localeCompare(b.name, 'en'));
	return [
		{
			displayName: 'Source',
			name: 'mediaSource',
			type: 'options',
			options,
			default: 'binary',
			description: 'Where the file comes from',
		},
		{
			displayName: 'Input Binary Field',
			name: 'binaryPropertyName',
			type: 'string',
			required: true,
			default: 'data',
			displayOptions: { show: { mediaSource: ['binary'] } },
			...(single ? {} : { hint: 'Several fields are separated by commas' }),
			description: 'Name of the binary field of the input item that holds the file',
		},
		{
			displayName: 'URL',
			name: 'mediaUrl',
			type: 'string',
			required: true,
			default: '',
			placeholder: 'e.g. https://example.com/picture.jpg',
			displayOptions: { show: { mediaSource: ['url'] } },
			description: 'Address of the file; it is downloaded and then sent',
		},
		...(without.includes('ref') ? [] : [referenceField]),
	];
}

const KINDS: readonly INodePropertyOptions[] = [
	{ name: 'Automatic', value: 'auto', description: 'By the type of each file' },
	{ name: 'File', value: 'file', description: 'As a document, unchanged' },
	{ name: 'Photo', value: 'photo' },
	{ name: 'Video', value: 'video' },
	{ name: 'Video Note', value: 'videoNote', description: 'A round video' },
	{ name: 'Voice', value: 'voice', description: 'A voice message; OGG with Opus' },
];

/** What the files are sent as. */
export const mediaKindField: INodeProperties = {
	displayName: 'Send As',
	name: 'mediaKind',
	type: 'options',
	options: [...KINDS],
	default: 'auto',
	description: 'What the files are sent as',
};

/** A voice message has to be OGG/Opus: what to do with anything else. */
export const notVoiceField: INodeProperties = {
	displayName: 'If It Is No Voice Recording',
	name: 'ifNotVoice',
	type: 'options',
	options: [
		{ name: 'Refuse', value: 'refuse', description: 'Send nothing and fail with media_not_supported' },
		{ name: 'Send as Audio File', value: 'audio', description: 'Send the file as it is' },
	],
	default: 'refuse',
	description: 'What to do when a voice message is asked for and the file is no OGG with Opus',
};

/** Players show it before they have the file. */
export const voiceLengthField: INodeProperties = {
	displayName: 'Voice Length (Seconds)',
	name: 'durationSeconds',
	type: 'number',
	typeOptions: { minValue: 0 },
	default: 0,
	description: 'How long a voice message is, as shown before it is played',
};

/** Read by `maxBytesOf`. */
export const largestSizeField: INodeProperties = {
	displayName: 'Largest Size (MB)',
	name: 'maxMegabytes',
	type: 'number',
	typeOptions: { minValue: 0 },
	default: 50,
	description: 'A larger file is not downloaded: the operation fails with file_too_large',
};

export function maxBytesOf(options: Values): { maxBytes?: number } {
	return options.has('maxMegabytes')
		? { maxBytes: Math.max(1, Math.floor(options.number('maxMegabytes') * 1_000_000)) }
		: {};
}

/** The field of the output item a downloaded file goes to. */
export const outputFieldField: INodeProperties = {
	displayName: 'Put Output File in Field',
	name: 'outputField',
	type: 'string',
	required: true,
	default: 'data',
	hint: 'The name of the output binary field to put the file in',
	description: 'The name of the output binary field to put the file in',
};
