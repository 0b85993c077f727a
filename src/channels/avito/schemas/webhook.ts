import { z } from '#lib/zod';
import { id, maybeSeconds, maybeText, seconds } from './common';
import { content } from './message';

/**
 * `payload.value` of a v3 webhook. No author name, no direction, no ad title. `user_id` is always the account that
 * owns the webhook. `item_id` may be null, 0 or absent (OpenAPI: postWebhookV3, and captured bodies).
 */
export const webhookValueSchema = z.looseObject({
	id,
	chat_id: id,
	user_id: id,
	/** '' = not told; 0 or 1 is Avito itself */
	author_id: id
		.nullish()
		.catch(null)
		.transform((value) => value ?? ''),
	created: seconds,
	type: z.string().catch('unknown'),
	chat_type: maybeText,
	content,
	item_id: id.nullish().catch(null),
});
export type WebhookValue = z.output<typeof webhookValueSchema>;

/** The whole body; `version` is `v3.0.0` in captures, `v1.1` in the OpenAPI's sample, so it is not looked at. */
export const webhookEnvelopeSchema = z.looseObject({
	id: maybeText,
	timestamp: maybeSeconds,
	payload: z.looseObject({ type: z.string(), value: z.looseObject({}) }),
});
