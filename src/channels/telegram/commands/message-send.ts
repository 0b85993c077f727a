import { z } from '#lib/zod';
import { ENTITY_TYPES, type Entity } from '../formatting';
import { fit, FORMATS, formatText, toEntities } from '../send/text';
import type { TlObject } from '../tl';
import { mention, sendingFields, sendingFlags, sends, sendTo } from './sending';
import { command, text } from './shared';

const entity = z.strictObject({
	type: z.enum(ENTITY_TYPES),
	offset: z.number().int().min(0),
	length: z.number().int().min(1),
	url: z.string().optional(),
	userId: z.string().optional(),
	language: z.string().optional(),
	emojiId: z.string().optional(),
});

/** A text to a chat, a person, a phone number. */
export const messageSend = command({
	...sends,
	input: z.strictObject({
		text,
		format: z.enum(FORMATS).default('none'),
		/** with `format` none */
		entities: z.array(entity).default([]),
		linkPreview: z.boolean().default(true),
		/** the address whose preview is shown, in or out of the text */
		previewUrl: z.url({ protocol: /^https?$/ }).optional(),
		previewSize: z.enum(['auto', 'large', 'small']).default('auto'),
		previewAbove: z.boolean().default(false),
		splitLongText: z.enum(['refuse', 'split']).default('refuse'),
		...sendingFields,
	}),
	async run(account, input, context) {
		const parts = fit(
			formatText(input.text, input.format, input.entities.map(definedOnly)),
			input.splitLongText,
		);
		return sendTo(account, input, context, 'sendMessageTypingAction', (to) =>
			parts.map((part, index) => {
				const entities = toEntities(part.entities, (id) => mention(account, id));
				const common = {
					peer: to.input,
					message: part.text,
					...(entities.length === 0 ? {} : { entities }),
					...(input.previewAbove ? { invert_media: true } : {}),
					...sendingFlags(input, index === 0),
				};
				return {
					request:
						input.previewUrl === undefined || index > 0
							? { _: 'messages.sendMessage', ...common, ...(input.linkPreview ? {} : { no_webpage: true }) }
							: { _: 'messages.sendMedia', ...common, media: webPage(input.previewUrl, input.previewSize) },
				};
			}),
		);
	},
});

/** `optional`: an address Telegram finds nothing at is no error, the text goes without a preview. */
function webPage(url: string, size: 'auto' | 'large' | 'small'): TlObject {
	return {
		_: 'inputMediaWebPage',
		url,
		optional: true,
		...(size === 'large' ? { force_large_media: true } : {}),
		...(size === 'small' ? { force_small_media: true } : {}),
	};
}

function definedOnly(given: z.output<typeof entity>): Entity {
	return Object.fromEntries(
		Object.entries(given).filter(([, value]) => value !== undefined),
	) as unknown as Entity;
}
