/**
 * Formatted text: HTML, MarkdownV2 and entities, by the Bot API's rules and in both directions. Pure; knows TL as data.
 * Own, because the library's parsers delete unmatched marks and lose links.
 */
export { ENTITY_TYPES, FormatError, type Entity, type Formatted } from './entity';
export { parseHtml, toHtml } from './html';
export { parseMarkdown, toMarkdown } from './markdown';
export { entitiesFromTl, entitiesToTl } from './tl';
