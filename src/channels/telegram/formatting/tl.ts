import { flag, int, long, text, type TlObject } from '../tl';
import { sortEntities, type Entity, type EntityType } from './entity';

const TO_TL: Readonly<Partial<Record<EntityType, string>>> = {
	bold: 'messageEntityBold',
	italic: 'messageEntityItalic',
	underline: 'messageEntityUnderline',
	strikethrough: 'messageEntityStrike',
	spoiler: 'messageEntitySpoiler',
	code: 'messageEntityCode',
};
const FROM_TL = new Map(Object.entries(TO_TL).map(([type, name]) => [name, type as EntityType]));

/** Telegram refuses more; the rest stays plain. */
const MAX_ENTITIES = 100;

/**
 * As a request carries it. @param userOf the `InputUser` of a person by id, or null when not known: the name then stays
 * plain text.
 */
export function entitiesToTl(
	entities: readonly Entity[],
	userOf: (id: string) => TlObject | null,
): TlObject[] {
	return sortEntities(entities)
		.flatMap((entity): TlObject[] => {
			const place = { offset: entity.offset, length: entity.length };
			const simple = TO_TL[entity.type];
			if (simple !== undefined) return [{ _: simple, ...place }];
			switch (entity.type) {
				case 'blockquote':
					return [{ _: 'messageEntityBlockquote', ...place }];
				case 'expandable_blockquote':
					return [{ _: 'messageEntityBlockquote', collapsed: true, ...place }];
				case 'pre':
					return [{ _: 'messageEntityPre', language: entity.language ?? '', ...place }];
				case 'text_link':
					return [{ _: 'messageEntityTextUrl', url: entity.url ?? '', ...place }];
				case 'custom_emoji':
					return [{ _: 'messageEntityCustomEmoji', document_id: entity.emojiId ?? '0', ...place }];
				default: {
					const user = userOf(entity.userId ?? '');
					return user === null ? [] : [{ _: 'inputMessageEntityMentionName', user_id: user, ...place }];
				}
			}
		})
		.slice(0, MAX_ENTITIES);
}

/** As a message carries it; what needs no mark (links, hashtags, names with @) is left out. */
export function entitiesFromTl(entities: readonly TlObject[]): Entity[] {
	return entities.flatMap((entity): Entity[] => {
		const place = { offset: int(entity, 'offset') ?? 0, length: int(entity, 'length') ?? 0 };
		const simple = FROM_TL.get(entity._);
		if (simple !== undefined) return [{ type: simple, ...place }];
		switch (entity._) {
			case 'messageEntityBlockquote':
				return [{ type: flag(entity, 'collapsed') ? 'expandable_blockquote' : 'blockquote', ...place }];
			case 'messageEntityPre': {
				const language = text(entity, 'language');
				return [{ type: 'pre', ...place, ...(language === '' ? {} : { language }) }];
			}
			case 'messageEntityTextUrl':
				return [{ type: 'text_link', url: text(entity, 'url'), ...place }];
			case 'messageEntityMentionName':
				return [{ type: 'text_mention', userId: long(entity, 'user_id') ?? '', ...place }];
			case 'messageEntityCustomEmoji':
				return [{ type: 'custom_emoji', emojiId: long(entity, 'document_id') ?? '', ...place }];
			default:
				return [];
		}
	});
}
