import type { INodeProperties } from 'n8n-workflow';
import {
	chatField,
	linkMode,
	mediaKindField,
	phoneMode,
	sendingFields as commonSendingFields,
	sendingOf as commonSendingOf,
	usernameMode,
	type ChatFieldOptions,
	type Parameters,
	type Values,
} from '../../src/n8n';

/** What a chat id of Telegram looks like, and every other way to name a chat. */
const chatOptions: ChatFieldOptions = {
	placeholder: 'e.g. -1001234567890',
	idPattern: '^\\s*(-?\\d+|me)\\s*$',
	idError: 'A chat ID is a number (negative for groups and channels), or me for Saved Messages',
	modes: [usernameMode, phoneMode, linkMode('(t|telegram)\\.me', 'e.g. https://t.me/name')],
};

/** A chat that exists. */
export const chat: INodeProperties = chatField({
	...chatOptions,
	description: 'The chat: by ID, username, phone number or link; me is Saved Messages',
});

/** A chat by its id only: an answer is recognised by it. */
export const chatById: INodeProperties = chatField({
	...chatOptions,
	modes: [],
	description: 'The chat to ask in',
});

/** Where a message goes. */
export const recipient: INodeProperties = chatField({
	...chatOptions,
	displayName: 'To',
	description: 'The chat to send to: by ID, username, phone number or link; me is Saved Messages',
});

export const fromChat: INodeProperties = chatField({
	...chatOptions,
	displayName: 'From Chat',
	name: 'fromChatId',
	description: 'The chat the messages are in',
});

export const optionalChat: INodeProperties = chatField({
	...chatOptions,
	required: false,
	description: 'The chat to search. Empty: all chats.',
});

/** A group, supergroup or channel. */
export const group: INodeProperties = chatField({
	...chatOptions,
	description: 'The group or channel: by ID, username or link',
});

/** One person. */
export const user: INodeProperties = chatField({
	...chatOptions,
	displayName: 'User',
	name: 'userId',
	placeholder: 'e.g. 1000001',
	idPattern: '^\\s*(\\d+|me)\\s*$',
	idError: 'A user ID is a number',
	searchListMethod: 'searchContacts',
	description: 'The person: by ID, username, phone number or link',
});

/** Several people, as text or from an expression. */
export const userIds: INodeProperties = {
	displayName: 'User IDs',
	name: 'userIds',
	type: 'string',
	required: true,
	default: '',
	placeholder: 'e.g. 1000001, @name',
	description: 'IDs or usernames of people, separated by commas',
};

/** What members may do, in the words of the commands. */
export const memberPermissions: INodeProperties = {
	displayName: 'Permissions',
	name: 'memberPermissions',
	type: 'multiOptions',
	options: [
		{ name: 'Add Members', value: 'invite' },
		{ name: 'Change Info', value: 'info' },
		{ name: 'Create Topics', value: 'topics' },
		{ name: 'Embed Links', value: 'links' },
		{ name: 'Pin Messages', value: 'pin' },
		{ name: 'Send Files', value: 'files' },
		{ name: 'Send Music', value: 'audios' },
		{ name: 'Send Photos', value: 'photos' },
		{ name: 'Send Polls', value: 'polls' },
		{ name: 'Send Stickers and GIFs', value: 'stickers' },
		{ name: 'Send Text', value: 'text' },
		{ name: 'Send Video Notes', value: 'videoNotes' },
		{ name: 'Send Videos', value: 'videos' },
		{ name: 'Send Voice Messages', value: 'voices' },
	],
	default: [
		'text',
		'photos',
		'videos',
		'files',
		'audios',
		'voices',
		'videoNotes',
		'stickers',
		'polls',
		'links',
	],
	description: 'What they may do; what is not chosen is forbidden',
};

/** Icon of a topic. */
export const topicEmoji: INodeProperties = {
	displayName: 'Emoji ID',
	name: 'emojiId',
	type: 'string',
	default: '',
	placeholder: 'e.g. 5368324170671202286',
	description: 'Custom emoji that is the icon of the topic; most need Telegram Premium',
};

/** A new picture, or none. Read by `pictureOf`. */
export const pictureFields: readonly INodeProperties[] = [
	{
		displayName: 'Remove',
		name: 'removePhoto',
		type: 'boolean',
		default: false,
		description: 'Whether to take the picture away instead of setting a new one',
	},
	{
		displayName: 'Input Binary Field',
		name: 'binaryPropertyName',
		type: 'string',
		required: true,
		default: 'data',
		displayOptions: { show: { removePhoto: [false] } },
		description: 'Name of the binary field of the input item that holds the picture',
	},
];

/** The picture to set; none = remove it. */
export function pictureOf(parameters: Parameters): ReturnType<Parameters['files']> | [] {
	return parameters.boolean('removePhoto') ? [] : parameters.files(parameters.id('binaryPropertyName'));
}

/** Texts of a collection that were added; one that was added and left empty is a wish, too. */
export function given(values: Values, ...names: string[]): Record<string, string> {
	return Object.fromEntries(
		names
			.filter((name) => values.raw(name) !== undefined && values.raw(name) !== null)
			.map((name) => [name, values.text(name)]),
	);
}

/** A time of a collection under its own name, when it was given. */
export function timeIf(values: Values, name: string): Record<string, string> {
	return values.has(name) ? { [name]: values.time(name) } : {};
}

/** A chat selector as a reference the channel resolves; a phone number always with its plus sign. */
export function chatOf(parameters: Parameters, name = 'chatId'): string {
	const { mode, value } = parameters.located(name);
	return mode === 'phone' ? `+${value.replaceAll(/\D/g, '')}` : value;
}

export const messageId: INodeProperties = {
	displayName: 'Message ID',
	name: 'messageId',
	type: 'string',
	required: true,
	default: '',
	placeholder: 'e.g. 12345',
	description: 'ID of the message: message_id of a sent one, meta.external_message_id of a received one',
};

export const messageIds: INodeProperties = {
	...messageId,
	displayName: 'Message IDs',
	name: 'messageIds',
	placeholder: 'e.g. 12345, 12346',
	description: 'Comma-separated list of message IDs of that chat, up to 100',
};

/** Kinds of chats, in the words of `meta.chat_type`. */
export const CHAT_TYPES = [
	{ name: 'Bot', value: 'bot' },
	{ name: 'Channel', value: 'channel' },
	{ name: 'Group', value: 'group' },
	{ name: 'Private', value: 'private' },
	{ name: 'Supergroup', value: 'supergroup' },
];

/** Messages of Telegram itself (login codes) are left out unless asked for; codes in them stay hidden. */
export const includeServiceField: INodeProperties = {
	displayName: 'Include Service Messages',
	name: 'includeService',
	type: 'boolean',
	default: false,
	description: 'Whether to return messages of Telegram itself too; login codes in them stay hidden',
};

export const linkPreviewField: INodeProperties = {
	displayName: 'Link Preview',
	name: 'linkPreview',
	type: 'boolean',
	default: true,
	description: 'Whether Telegram shows a preview of the first link',
};

/** On unless switched off: an option that was not added reads as empty. */
export function linkPreviewOf(options: Values): boolean {
	return !options.has('linkPreview') || options.boolean('linkPreview');
}

export const silentFields: readonly INodeProperties[] = commonSendingFields.filter(
	({ name }) => name === 'silent',
);

export const topicField: INodeProperties = {
	displayName: 'Topic ID',
	name: 'topicId',
	type: 'string',
	default: '',
	placeholder: 'e.g. {{ $json.meta.thread_id }}',
	description: 'The topic of a forum to send to: meta.thread_id of a message in it',
};

export const protectField: INodeProperties = {
	displayName: 'Protect Content',
	name: 'protect',
	type: 'boolean',
	default: false,
	description: 'Whether the others can neither forward nor save the message',
};

export const whenOnlineField: INodeProperties = {
	displayName: 'When Online',
	name: 'whenOnline',
	type: 'boolean',
	default: false,
	description: 'Whether Telegram sends it as soon as the person is online; instead of Send At',
};

/** For operations on messages that are yet to be sent. */
export const scheduledField: INodeProperties = {
	displayName: 'Scheduled',
	name: 'scheduled',
	type: 'boolean',
	default: false,
	description: 'Whether messages are meant that are scheduled for later; they have IDs of their own',
};

/** Max number of results where there is no Return All. */
export function limitUpTo(maxValue: number): INodeProperties {
	return {
		displayName: 'Limit',
		name: 'limit',
		type: 'number',
		typeOptions: { minValue: 1, maxValue },
		default: 50,
		description: 'Max number of results to return',
	};
}

/** Fields of *Options* that every send has. Read by `sendingOf`. */
export const sendingFields: readonly INodeProperties[] = [
	...commonSendingFields,
	{
		displayName: 'Import Contact if Needed',
		name: 'importContact',
		type: 'boolean',
		default: false,
		description: 'Whether to add a phone number nobody of this account knows to its contacts',
	},
	protectField,
	{
		displayName: 'Quote',
		name: 'quote',
		type: 'string',
		default: '',
		description: 'The part of the message replied to that is quoted, word for word',
	},
	{
		displayName: 'Remove Imported Contact',
		name: 'forgetContact',
		type: 'boolean',
		default: false,
		description: 'Whether to take a contact that was added for this send out again afterwards',
	},
	topicField,
	whenOnlineField,
];

/** Letters a second: somebody who types fast on a phone. */
const TYPING_SPEED = 10;
/** seconds; the longest the channel shows */
const LONGEST_TYPING = 60;

/** What `sendingFields` say, in the words of the channel. @param text what the typing is as long as */
export function sendingOf(options: Values, text: string) {
	const { typing, ...common } = commonSendingOf(options);
	const seconds =
		typing === 'length' ? Math.min(LONGEST_TYPING, Math.ceil(text.length / TYPING_SPEED)) : typing;
	return {
		...common,
		...scheduleOf(options),
		...(seconds === undefined ? {} : { typingSeconds: seconds }),
		...(options.has('quote') ? { quote: options.text('quote') } : {}),
		...topicOf(options),
		protect: options.boolean('protect'),
		importContact: options.boolean('importContact'),
		forgetContact: options.boolean('forgetContact'),
	};
}

export function scheduleOf(options: Values): { sendAt?: string } {
	return options.boolean('whenOnline') ? { sendAt: 'online' } : {};
}

export function topicOf(options: Values): { topicId?: string } {
	return options.has('topicId') ? { topicId: options.id('topicId') } : {};
}

/** An expression may give a list; typed text is one entry per line, since answers contain commas. */
export function linesOf(values: Values, name: string): string[] {
	const value = values.raw(name);
	const lines = Array.isArray(value) ? value.map(String) : values.text(name).split('\n');
	return lines.map((line) => line.trim()).filter((line) => line !== '');
}

export const captionField: INodeProperties = {
	displayName: 'Caption',
	name: 'caption',
	type: 'string',
	typeOptions: { rows: 2 },
	default: '',
	description: 'Text below the first file, up to 1,024 characters',
};

export const kindField: INodeProperties = {
	...mediaKindField,
	options: [
		{ name: 'Animation', value: 'animation', description: 'A video without sound that plays by itself' },
		{ name: 'Audio', value: 'audio', description: 'Music, with a player' },
		...(mediaKindField.options ?? []),
		{ name: 'Sticker', value: 'sticker', description: 'WebP, TGS or WebM' },
	].sort((a, b) => a.name.localeCompare(b.name, 'en')),
};

/** Fields of *Options* about the files to send. Read by `fileOf`. */
export const fileFields: readonly INodeProperties[] = [
	{
		displayName: 'Caption Above',
		name: 'captionAbove',
		type: 'boolean',
		default: false,
		description: 'Whether the caption stands above the picture or video',
	},
	{
		displayName: 'Height (Pixels)',
		name: 'height',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 720,
		description: 'Height of a video or sticker. MP4 files tell it themselves.',
	},
	{
		displayName: 'Length (Seconds)',
		name: 'durationSeconds',
		type: 'number',
		typeOptions: { minValue: 0 },
		default: 0,
		description:
			'How long a video, voice message or piece of music is. MP4 and OGG files tell it themselves.',
	},
	{
		displayName: 'Performer',
		name: 'performer',
		type: 'string',
		default: '',
		description: 'Who plays a piece of music',
	},
	{
		displayName: 'Spoiler',
		name: 'spoiler',
		type: 'boolean',
		default: false,
		description: 'Whether pictures and videos are covered until they are tapped',
	},
	{
		displayName: 'Sticker Emoji',
		name: 'stickerEmoji',
		type: 'string',
		default: '',
		description: 'The emoji a sticker stands for',
	},
	{
		displayName: 'Thumbnail Binary Field',
		name: 'thumbnailField',
		type: 'string',
		default: '',
		placeholder: 'e.g. thumbnail',
		description:
			'Binary field with a small JPEG, up to 320 pixels and 200 kB, that is shown until a video or file is there',
	},
	{
		displayName: 'Title',
		name: 'title',
		type: 'string',
		default: '',
		description: 'What a piece of music is called',
	},
	{
		displayName: 'Width (Pixels)',
		name: 'width',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 1280,
		description: 'Width of a video or sticker. MP4 files tell it themselves.',
	},
];

/** The files of an operation, and what its options say of them. */
export async function fileOf(parameters: Parameters) {
	const { options } = parameters;
	const thumbnails = options.has('thumbnailField')
		? await parameters.files(options.id('thumbnailField'))
		: [];
	const numbers = ['durationSeconds', 'width', 'height'].filter((name) => options.has(name));
	const texts = ['title', 'performer'].filter((name) => options.has(name));
	return {
		input: {
			kind: parameters.text('mediaKind'),
			text: parameters.text('caption'),
			format: options.has('format') ? options.text('format') : 'none',
			captionAbove: options.boolean('captionAbove'),
			ifNotVoice: options.text('ifNotVoice') === 'audio' ? 'audio' : 'refuse',
			...Object.fromEntries(numbers.map((name) => [name, options.number(name)])),
			...Object.fromEntries(texts.map((name) => [name, options.text(name)])),
			...(options.has('stickerEmoji') ? { emoji: options.id('stickerEmoji') } : {}),
			spoiler: options.boolean('spoiler'),
			hasThumbnail: thumbnails.length > 0,
		},
		media: [...(await parameters.media()), ...thumbnails.slice(0, 1)],
	};
}
