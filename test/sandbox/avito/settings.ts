import { z } from '#lib/zod';

/**
 * Everything about Avito that its public documents leave open, as switches. Each line says what is known:
 * SPEC = stated by Avito's OpenAPI files; SEEN = present in real captures or relied on by several clients;
 * ONE = a single source; DISPUTED = sources disagree; GUESS = nobody knows. Defaults take what is best supported.
 */
export const settingsSchema = z.strictObject({
	/** SPEC: 24 hours. Other products of Avito issue shorter ones, so clients must obey `expires_in`. */
	token_ttl_seconds: z.number().int().positive().default(86_400),
	/** DISPUTED: the auth guide says 403 (with the gateway's body), the user section and six clients say 401. */
	expired_token: z.enum(['gateway_403', 'unauthorized_401']).default('gateway_403'),
	/** GUESS: whether a new token of the same key ends the earlier ones is not documented. */
	new_token_revokes_old: z.boolean().default(false),
	/** SEEN (two clients): client id and secret in an HTTP Basic header; undocumented. */
	token_basic_auth: z.boolean().default(true),
	/** SEEN with a 4xx and also with 200, recognisable only by the `error` member. */
	token_error_status: z.union([z.literal(200), z.literal(400), z.literal(401)]).default(400),
	/** GUESS: a refresh token works once. SPEC only says that a new one replaces it. */
	refresh_token_single_use: z.boolean().default(true),

	/** DISPUTED: the OpenAPI writes some paths with a closing slash; one client saw 404 without, three did not. */
	trailing_slash: z.enum(['strict', 'lenient']).default('strict'),
	/** DISPUTED: the OpenAPI shows a bare array for message lists, production clients read `{messages: […]}`. */
	messages_shape: z.enum(['object', 'array']).default('object'),
	/** GUESS by analogy with the chat list: `meta.has_more` beside `messages`. */
	messages_meta: z.boolean().default(true),
	/** SEEN: fields that arrive although no document names them (meta.has_more, location, delivered, read …). */
	observed_fields: z.boolean().default(true),
	/** GUESS: POST bodies must say `application/json`. */
	require_json_content_type: z.boolean().default(true),

	/** GUESS: what the 1,000 characters of a text are counted in. UTF-16 units are the narrower reading. */
	text_unit: z.enum(['utf16', 'code_points']).default('utf16'),
	/** SPEC names `author_id` in the answer for images only. */
	text_answer_has_author: z.boolean().default(false),
	/** GUESS: whether sending marks the chat read. */
	send_marks_read: z.boolean().default(false),
	/** GUESS: a text that is only a URL comes back as `type: "link"`. */
	url_text_becomes_link: z.boolean().default(false),
	/** GUESS: the refusal of a deletion after the documented hour. */
	delete_too_late_status: z.union([z.literal(400), z.literal(403)]).default(400),
	/** GUESS: the refusal to delete somebody else's message. */
	delete_foreign_status: z.union([z.literal(400), z.literal(403), z.literal(404)]).default(403),
	/** GUESS: a deletion arrives as a webhook with the same message id and `type: "deleted"`. */
	delete_sends_webhook: z.boolean().default(true),
	/** GUESS: the refusal of an `image_id` that was never uploaded. */
	unknown_image_status: z.union([z.literal(400), z.literal(404)]).default(400),
	/** SPEC does not list WEBP; some clients send it, with unknown result. */
	accept_webp: z.boolean().default(false),
	/** DISPUTED: several `voice_ids` as repeated keys or comma-separated. */
	voice_ids_encoding: z.enum(['both', 'repeated', 'csv']).default('both'),
	/** GUESS: an id that is unknown or from a foreign chat is left out, or the whole call is refused. */
	unknown_voice: z.enum(['omit', 'not_found']).default('omit'),
	/** ONE: the voice URL redirects before it gives the file. */
	voice_redirect: z.boolean().default(false),
	/** SPEC documents no body for 200 of blacklist. */
	blacklist_answer: z.enum(['empty', 'object']).default('empty'),
	/** GUESS: a blocked person's further messages do not arrive at all. */
	blacklist_silences: z.boolean().default(true),

	/** GUESS: subscribing a URL again; one client prepares for a 409. */
	subscribe_twice_status: z.union([z.literal(200), z.literal(409)]).default(200),
	/** GUESS: ending a subscription that is not there. */
	unsubscribe_unknown_status: z.union([z.literal(200), z.literal(404)]).default(200),
	/** GUESS: a probe `{}` to the URL before it is accepted (the Jobs webhook does check). */
	subscribe_probes: z.boolean().default(false),
	/** ONE: plain http is refused. Off, since tests listen on plain http. */
	subscribe_requires_https: z.boolean().default(false),
	/** GUESS: how many URLs one account may have; null = no limit. */
	subscribe_limit: z.number().int().positive().nullable().default(null),

	/** SEEN (five sources): 200 with a Russian notice in the place of the text. ONE saw 402 on chats too. */
	no_subscription_chats: z.enum(['placeholder', 'payment_required']).default('placeholder'),
	/** ONE guards against the same notice arriving by webhook. */
	no_subscription_webhook: z.enum(['none', 'placeholder']).default('none'),

	/** SPEC: the limits published for items (25 and 500 per minute) are enforced. */
	rate_limits: z.boolean().default(true),
	/** SPEC is silent: requests per minute and account over all messenger operations; null = none. */
	messenger_per_minute: z.number().int().positive().nullable().default(null),
	/** SEEN (three clients read it): X-RateLimit-* on ordinary answers too, where a limit is known. */
	rate_headers_on_success: z.boolean().default(true),
	/** Not in any document; clients honour it when present. */
	retry_after: z.boolean().default(false),

	/** GUESS: `context` of chats that are not about an ad is missing, or of another type. */
	non_item_context: z.enum(['absent', 'other_type']).default('absent'),
	/** SEEN: `item_id` of such chats in webhooks may be null, 0 or absent. */
	non_item_id: z.enum(['null', 'zero', 'absent']).default('null'),
	/** SPEC: published_at is there; captures of 2023-24 lack it. */
	webhook_published_at: z.boolean().default(true),
	/** SPEC: `read` is there, null; optional in captures. */
	webhook_read: z.boolean().default(true),
	/** SEEN: v3.0.0 on real deliveries; the OpenAPI sample says v1.1. */
	webhook_version: z.string().default('v3.0.0'),
	/** GUESS: which kinds of chat are delivered (the chat list hides all but u2i by default). */
	webhook_chat_types: z.array(z.enum(['u2i', 'u2u', 'a2u'])).default(['u2i', 'u2u', 'a2u']),
	/** SEEN (five sources): messages written by the account itself are delivered too. */
	webhook_own_messages: z.boolean().default(true),
});

export type Settings = z.output<typeof settingsSchema>;

/** The members to change; the whole is parsed after they replaced the old ones. */
export const settingsPatchSchema = z.custom<Partial<z.input<typeof settingsSchema>>>(
	isObject,
	'must be an object',
);

export function isObject(value: unknown): boolean {
	return typeof value === 'object' && value !== null;
}
