import { z } from '#lib/zod';
import { listField } from './settings-fields';

/** What a credential allows. Enforced by the pool, below the node: an AI agent cannot step over it. */
export const PERMISSIONS = ['read', 'send', 'delete', 'account'] as const;

/**
 * *Permissions* of a credential: those chosen, or all of them where none is. n8n's window for credentials shows a list
 * field empty whatever its default is, and stores it empty when it is saved: that is nobody's wish to forbid everything.
 */
export const permissionsField = listField
	.default([])
	.pipe(z.array(z.enum(PERMISSIONS)))
	.transform((chosen) => (chosen.length === 0 ? [...PERMISSIONS] : chosen));

/** Per-account rules that every credential carries, parsed by the channel's driver from the credential's fields. */
export const accountPolicySchema = z.object({
	permissions: z.array(z.enum(PERMISSIONS)),
	/** external chat ids; empty = all */
	allowedChats: z.array(z.string()),
	budget: z.object({
		/** requests (Avito) or sends (MAX, Telegram) per window */
		points: z.number().int().positive(),
		windowMs: z.number().int().positive(),
		/** least time between two sends to one chat, ms */
		chatGapMs: z.number().int().nonnegative(),
	}),
	/** new chats, phone checks, joins, invites per day */
	firstContactsPerDay: z.number().int().nonnegative(),
	/** automatic answers per chat within `loopWindowMs` before `loop_suspected`; 0 = off */
	loopLimit: z.number().int().nonnegative(),
	loopWindowMs: z.number().int().positive(),
	allowDangerousRaw: z.boolean(),
});
export type AccountPolicy = z.infer<typeof accountPolicySchema>;
export type Permission = (typeof PERMISSIONS)[number];
