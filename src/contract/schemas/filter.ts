import { z } from '#lib/zod';
import { EVENT_TYPES } from './event';

/**
 * Which events a trigger wants. Declarative and stored with its consumer, because an event that no remembered
 * consumer accepts is journalled as its id only.
 */
export const eventFilterSchema = z.object({
	eventTypes: z.array(z.enum(EVENT_TYPES)).default(['message']),
	directions: z.array(z.enum(['in', 'out'])).default(['in']),
	/** include own sends made by this package (`sent_by: node`) when `out` is chosen */
	includeNodeSends: z.boolean().default(false),
	chatTypes: z.array(z.string()).default([]),
	includeChats: z.array(z.string()).default([]),
	excludeChats: z.array(z.string()).default([]),
	includeSenders: z.array(z.string()).default([]),
	excludeSenders: z.array(z.string()).default([]),
	/** text, image, voice, video, document, other; empty = all */
	messageKinds: z.array(z.enum(['text', 'image', 'voice', 'video', 'document', 'other'])).default([]),
	/** case-insensitive */
	textContains: z.string().default(''),
	/** JavaScript regular expression, flags `iu` */
	textPattern: z.string().default(''),
	onlyMentionsOrReplies: z.boolean().default(false),
	ignoreBots: z.boolean().default(true),
	includeService: z.boolean().default(false),
	includeMuted: z.boolean().default(false),
	includeArchived: z.boolean().default(false),
});
export type EventFilter = z.infer<typeof eventFilterSchema>;
