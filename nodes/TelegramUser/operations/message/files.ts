import type { INodeProperties } from 'n8n-workflow';
import { mediaKindField, type Parameters } from '../../../../src/n8n';

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
