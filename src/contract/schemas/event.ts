import { z } from '#lib/zod';
import { CHANNELS } from '../channel';

/** The published, closed list of event types. Live only (never stored): see `LIVE_ONLY_EVENT_TYPES`. */
export const EVENT_TYPES = [
	'message',
	'message_edited',
	'message_deleted',
	'reaction',
	'read',
	'typing',
	'presence',
	'chat_changed',
	'member_changed',
	'contact_changed',
	'profile_changed',
	'file_ready',
	'scheduled',
	'call',
	'account_state',
	'gap',
	'unknown',
] as const;

/** Reactions, reads, typing and presence go to attached consumers from memory and are never journalled. */
export const LIVE_ONLY_EVENT_TYPES = ['reaction', 'read', 'typing', 'presence'] as const;

/** One attachment. `ref` is opaque and lets any process download the file later; `url` only where the provider has one. */
export const mediaItemSchema = z.object({
	ref: z.string(),
	url: z.string().optional(),
	file_name: z.string().optional(),
	mime_type: z.string().optional(),
	/** bytes */
	size: z.number().optional(),
	/** seconds */
	duration: z.number().optional(),
	/** pixels */
	width: z.number().optional(),
	height: z.number().optional(),
	/** the messenger's own word, e.g. `video_note`, `sticker`, `animation` */
	kind: z.string().optional(),
});

export const mediaSchema = z.object({
	has_voice: z.boolean(),
	voice_url: z.string().nullable(),
	/** reference of the voice message, for *Download* */
	voice_ref: z.string().optional(),
	has_images: z.boolean(),
	images: z.array(mediaItemSchema),
	has_video: z.boolean(),
	videos: z.array(mediaItemSchema),
	has_document: z.boolean(),
	documents: z.array(mediaItemSchema),
});

export const accountRefSchema = z.object({
	/** AccountId, e.g. `avito:94000001` */
	id: z.string(),
	label: z.string(),
	/** 16 hex digits of SHA-256 over the E.164 digits, or the value the user entered; null when no number is known */
	phone_hash: z.string().nullable(),
});

export const metaSchema = z.object({
	external_message_id: z.string().nullable(),
	ad_id: z.string().nullable(),
	ad_title: z.string().nullable(),
	ad_url: z.string().nullable().optional(),
	ad_price: z.string().nullable().optional(),
	direction: z.enum(['in', 'out']),
	/** client: the other side; device: the owner on the phone or in the official app; node: this package */
	sent_by: z.enum(['client', 'device', 'node']),
	/** the provider's word for the message type */
	original_media_type: z.string(),
	chat_type: z.string(),
	chat_title: z.string().nullable(),
	sender_username: z.string().nullable(),
	/** text: the part that is quoted, or the message itself where the provider sends it along */
	reply_to: z
		.object({
			id: z.string(),
			text: z.string().nullable(),
			/** where that message is, when it is in another chat than the reply */
			chat_id: z.string().optional(),
		})
		.nullable(),
	thread_id: z.string().nullable(),
	album_id: z.string().nullable(),
	mentions_me: z.boolean(),
	/** 1 for the first execution of this event, counted up when it knowingly runs again */
	attempt: z.number().int().min(1),
	/** recovered after a newer message of the same chat was already delivered */
	late: z.boolean().optional(),
	is_service: z.boolean().optional(),
	is_bot: z.boolean().optional(),
	is_muted: z.boolean().optional(),
	is_archived: z.boolean().optional(),
});

/** The unified message: what triggers, get, get many, history, search and get since all emit. */
export const channelEventSchema = z.object({
	channel: z.enum(CHANNELS),
	event_id: z.string().min(1),
	event_type: z.enum(EVENT_TYPES),
	account: accountRefSchema,
	external_user_id: z.string(),
	external_chat_id: z.string(),
	text: z.string(),
	/** ISO 8601 with zone */
	timestamp: z.string(),
	client_name: z.string(),
	client_phone: z.string(),
	media: mediaSchema,
	meta: metaSchema,
	/** details of events that are not messages (gap: from/to/reason; account_state: state/reason/hint; reaction …) */
	data: z.record(z.string(), z.json()).optional(),
	/** the provider's object, on request */
	raw: z.json().optional(),
});

export type EventType = (typeof EVENT_TYPES)[number];
export type MediaItem = z.infer<typeof mediaItemSchema>;
export type Media = z.infer<typeof mediaSchema>;
export type EventAccount = z.infer<typeof accountRefSchema>;
export type EventMeta = z.infer<typeof metaSchema>;
export type ChannelEvent = z.infer<typeof channelEventSchema>;

export function isLiveOnly(type: EventType): boolean {
	return (LIVE_ONLY_EVENT_TYPES as readonly string[]).includes(type);
}
