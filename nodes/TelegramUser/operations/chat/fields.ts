import type { INodeProperties } from 'n8n-workflow';
import type { Values } from '../../../../src/n8n';

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

/** A time of a collection under its own name, when it was given. */
export function timeIf(values: Values, name: string): Record<string, string> {
	return values.has(name) ? { [name]: values.time(name) } : {};
}
