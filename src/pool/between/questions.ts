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

const interestSchema = z.object({ pollEveryMs: z.number().nullable(), live: z.boolean(), all: z.boolean() });

/** What pools ask each other. A door: what another process (perhaps of another version) sends is parsed. */
const questionSchema = z.discriminatedUnion('ask', [
	/** to the owner of a session: keep this question pending and the account open */
	z.object({ ask: z.literal('addWait'), session: z.string(), wait: newWaitSchema }),
	/** to the reader of an account: its stored waits have changed */
	z.object({ ask: z.literal('reloadWaits'), account: z.string() }),
	/** to the reader of an account: this process listens too, for a while; answers `{ live }` */
	z.object({ ask: z.literal('follow'), account: z.string(), interest: interestSchema }),
	z.object({ ask: z.literal('unfollow'), account: z.string() }),
	/** to the owner of a session: somebody wants to follow, so read for its account */
	z.object({ ask: z.literal('attend'), session: z.string() }),
	/** to the reader of an account: journal an event the pool itself tells */
	z.object({ ask: z.literal('announce'), account: z.string(), event: channelEventSchema }),
	/** to the reader of an account: the provider's latest events; answers `{ events }` */
	z.object({ ask: z.literal('latest'), account: z.string(), limit: z.number() }),
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

/** What the reader of an account tells those who listen to it in other processes. */
const newsSchema = z.intersection(
	z.object({ account: z.string() }),
	z.discriminatedUnion('news', [
		z.object({ news: z.literal('grown') }),
		z.object({ news: z.literal('left') }),
		z.object({ news: z.literal('live'), event: channelEventSchema }),
		z.object({
			news: z.literal('seen'),
			event: channelEventSchema,
			at: z.number(),
			recovered: z.boolean(),
		}),
	]),
);

export type PoolNews = z.infer<typeof newsSchema>;

export function parseNews(news: JsonObject): PoolNews | null {
	return newsSchema.safeParse(news).data ?? null;
}

/** As it goes over the wire: JSON, without what is undefined. */
export function toWire(message: PoolQuestion | PoolNews): JsonObject {
	return JSON.parse(JSON.stringify(message)) as JsonObject;
}

export const resumeOutcomes = ['resumed', 'retry', 'gone', 'not_an_answer'] as const;

export function parseOutcome(answer: JsonObject | null): (typeof resumeOutcomes)[number] | null {
	return resumeOutcomes.find((outcome) => outcome === answer?.['outcome']) ?? null;
}
