/**
 * Formatting of a text, in the Bot API's words (core.telegram.org/bots/api#messageentity). Offsets and lengths are
 * UTF-16 code units, which is what a JavaScript string counts in.
 */
export interface Entity {
	type: EntityType;
	offset: number;
	length: number;
	/** text_link */
	url?: string;
	/** text_mention: user id */
	userId?: string;
	/** pre */
	language?: string;
	/** custom_emoji */
	emojiId?: string;
}

export const ENTITY_TYPES = [
	'bold',
	'italic',
	'underline',
	'strikethrough',
	'spoiler',
	'blockquote',
	'expandable_blockquote',
	'code',
	'pre',
	'text_link',
	'text_mention',
	'custom_emoji',
] as const;
export type EntityType = (typeof ENTITY_TYPES)[number];

export interface Formatted {
	text: string;
	entities: Entity[];
}

/** Markup that cannot be understood; `at` is the position in the markup, in UTF-16 code units. */
export class FormatError extends Error {
	readonly at: number;

	constructor(problem: string, at: number) {
		super(`${problem}, at position ${String(at)}`);
		this.at = at;
	}
}

/** Outer before inner, in the order of the text. */
export function sortEntities(entities: readonly Entity[]): Entity[] {
	return entities.toSorted((a, b) => a.offset - b.offset || b.length - a.length);
}

/**
 * What is sent: without white space around it (Telegram's server cuts it off and would leave the entities displaced),
 * entities clipped accordingly, empty ones dropped.
 */
export function tidy({ text, entities }: Formatted): Formatted {
	const start = text.length - text.trimStart().length;
	const end = text.trimEnd().length;
	const clipped = entities.flatMap((entity) => {
		const from = Math.max(entity.offset, start);
		const to = Math.min(entity.offset + entity.length, end);
		return to <= from ? [] : [{ ...entity, offset: from - start, length: to - from }];
	});
	return { text: text.trim(), entities: sortEntities(clipped) };
}

/** What a link to a person or an emoji stands for; anything else is an ordinary address. null = no usable address. */
export function linkEntity(href: string): Pick<Entity, 'type' | 'url' | 'userId'> | null {
	const user = /^tg:\/\/user\?id=(\d{1,19})$/i.exec(href);
	if (user?.[1] !== undefined) return { type: 'text_mention', userId: user[1] };
	const url = /^[a-z][a-z0-9+.-]*:/i.test(href)
		? href
		: /^[^\s/]+\.[^\s/]+/.test(href)
			? `http://${href}`
			: null;
	return url === null ? null : { type: 'text_link', url };
}
