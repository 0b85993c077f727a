import { z } from '#lib/zod';
import { id, list, maybeNumber, maybeSeconds, maybeText } from './common';
import { messageSchema } from './message';

/**
 * A chat of getChatsV2 and getChatByIdV2 (OpenAPI: Chat). `context` is there for chats about an ad; what stands there
 * for others is not documented. The order of `users` is not fixed. There is no unread counter.
 */
export const chatSchema = z.looseObject({
	id,
	created: maybeSeconds,
	updated: maybeSeconds,
	context: z
		.looseObject({
			type: maybeText,
			value: z
				.looseObject({
					id: id.nullish().catch(null),
					title: maybeText,
					url: maybeText,
					/** with non-breaking spaces, or words */
					price_string: maybeText,
					user_id: id.nullish().catch(null),
					status_id: maybeNumber,
				})
				.nullish()
				.catch(null),
		})
		.nullish()
		.catch(null),
	users: z
		.array(z.looseObject({ id, name: maybeText }))
		.nullish()
		.catch(null),
	last_message: messageSchema.nullish().catch(null),
});
export type AvitoChat = z.output<typeof chatSchema>;

/** `meta.has_more` is not in the OpenAPI but arrives (two captures). */
const meta = z.looseObject({ has_more: z.boolean().nullish() }).nullish().catch(null);

export const chatPageSchema = z.looseObject({ chats: list(z.unknown()), meta });

/** The OpenAPI shows a bare array, production clients read `{messages:[…]}`: both are taken. */
export const messagePageSchema = z
	.union([z.array(z.unknown()), z.looseObject({ messages: list(z.unknown()), meta })])
	.transform((answer) => (Array.isArray(answer) ? { messages: answer, meta: null } : answer));
