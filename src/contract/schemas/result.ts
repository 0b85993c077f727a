import { z } from '#lib/zod';
import { CHANNELS } from '../channel';

/** What every send returns. */
export const sendResultSchema = z.object({
	channel: z.enum(CHANNELS),
	/** AccountId */
	account: z.string(),
	chat_id: z.string(),
	message_id: z.string(),
	/** ISO 8601 with zone */
	date: z.string(),
	/** true when the recipient had to be resolved (phone, username, link) before the send */
	peer_resolved: z.boolean(),
	/** true when this is the remembered result of an earlier, identical send */
	duplicate: z.boolean(),
});
export type SendResult = z.infer<typeof sendResultSchema>;

export const deleteResultSchema = z.object({ deleted: z.literal(true) });
export type DeleteResult = z.infer<typeof deleteResultSchema>;
