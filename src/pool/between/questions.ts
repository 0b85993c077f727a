import { z } from '#lib/zod';
import type { JsonObject } from '../../contract';
import { channelEventSchema } from '../../contract/schemas';

const jsonObject = z.record(z.string(), z.json());

const newWaitSchema = z.object({
	id: z.string(),
	chatId: z.string(),
	messageId: z.string().nullable(),
	responders: z.array(z.string()),
	resume: jsonObject,
	expiresAt: z.number(),
});

const waitSchema = newWaitSchema.extend({ accountId: z.string(), createdAt: z.number() });

/** What pools ask each other. A door: what another process (perhaps of another version) sends is parsed. */
const questionSchema = z.discriminatedUnion('ask', [
	/** to the owner of a session: keep this question pending and the account open */
	z.object({ ask: z.literal('addWait'), session: z.string(), wait: newWaitSchema }),
	/** to the reader of an account: its stored waits have changed */
	z.object({ ask: z.literal('reloadWaits'), account: z.string() }),
	/** to a process that serves n8n's webhooks: resume this execution there */
	z.object({ ask: z.literal('resume'), wait: waitSchema, event: channelEventSchema }),
	/** to everybody: which accounts are there? */
	z.object({ ask: z.literal('statuses') }),
]);

export type PoolQuestion = z.infer<typeof questionSchema>;

/** @returns null for what this version does not know */
export function parseQuestion(question: JsonObject): PoolQuestion | null {
	return questionSchema.safeParse(question).data ?? null;
}

/** A question as it goes over the wire: JSON, without what is undefined. */
export function toWire(question: PoolQuestion): JsonObject {
	return JSON.parse(JSON.stringify(question)) as JsonObject;
}

export const resumeOutcomes = ['resumed', 'retry', 'gone', 'not_an_answer'] as const;

export function parseOutcome(answer: JsonObject | null): (typeof resumeOutcomes)[number] | null {
	return resumeOutcomes.find((outcome) => outcome === answer?.['outcome']) ?? null;
}
