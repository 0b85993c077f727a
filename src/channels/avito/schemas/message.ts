import { z } from '#lib/zod';
import { id, maybeFlag, maybeNumber, maybeSeconds, maybeText, seconds, textMap } from './common';

/** "1280x960" → URL. The set of sizes is not guaranteed. */
const sizes = textMap;

/**
 * The content of a message: the same in chat list, message list and webhook (OpenAPI: MessageContent). Only the member
 * that fits the type is filled; a member of an unknown shape counts as absent, since one odd message must not stop the rest.
 */
export const contentSchema = z.looseObject({
	text: maybeText,
	flow_id: maybeText,
	image: z.looseObject({ sizes }).nullish().catch(null),
	voice: z.looseObject({ voice_id: id }).nullish().catch(null),
	link: z.looseObject({ text: maybeText, url: maybeText }).nullish().catch(null),
	item: z
		.looseObject({ title: maybeText, item_url: maybeText, price_string: maybeText })
		.nullish()
		.catch(null),
	location: z
		.looseObject({ title: maybeText, text: maybeText, lat: maybeNumber, lon: maybeNumber })
		.nullish()
		.catch(null),
	call: z.looseObject({ status: maybeText }).nullish().catch(null),
});
export type MessageContent = z.output<typeof contentSchema>;

export const content = contentSchema
	.nullish()
	.catch(null)
	.transform((value): MessageContent => value ?? {});

/** A message of getMessagesV3, and `last_message` of a chat (OpenAPI: Messages). Times are unix seconds. */
export const messageSchema = z.looseObject({
	id,
	/** '' = not told; 0 is Avito itself */
	author_id: id
		.nullish()
		.catch(null)
		.transform((value) => value ?? ''),
	created: seconds,
	type: z.string().catch('unknown'),
	direction: z.enum(['in', 'out']).nullish().catch(null),
	content,
	/** read by this account */
	is_read: maybeFlag,
	/** when the other side read it */
	read: maybeSeconds,
	quote: z
		.looseObject({ id, author_id: id.nullish().catch(null), content })
		.nullish()
		.catch(null),
});
export type AvitoMessage = z.output<typeof messageSchema>;

/** The answer of both send operations; `author_id` only for images (OpenAPI: postSendMessage, postSendImageMessage). */
export const sentSchema = z.looseObject({ id, created: seconds });
export type SentMessage = z.output<typeof sentSchema>;
