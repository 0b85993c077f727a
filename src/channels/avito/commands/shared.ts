import { z } from '#lib/zod';
import type { CommandContext, CommandSpec, Json } from '../../../contract';
import type { AvitoAccount } from '../account';
import type { RequestContext } from '../api/caller';
import { outcomeUnknown } from '../send/read-back';

/** A command on an Avito account; the table holds these. */
export type AvitoCommand<Schema extends z.ZodType> = CommandSpec<AvitoAccount, z.output<Schema>>;

/** Keeps the type of each command's own input while it is written down. */
export function command<Schema extends z.ZodType>(
	spec: Omit<AvitoCommand<Schema>, 'input'> & { input: Schema },
): AvitoCommand<Schema> {
	return { ...spec, input: { parse: (value) => spec.input.parse(value) } };
}

export function requestContext({ signal, options }: CommandContext): RequestContext {
	return { signal, budgetWaitMs: options.budgetWaitMs };
}

export const nothing = z.strictObject({});
/** chat, message and voice ids are opaque */
export const opaqueId = z.string().trim().min(1, 'is missing');
/** ids of people, ads and reviews are numbers */
export const numericId = z
	.union([z.string().trim(), z.number().int()])
	.transform(String)
	.pipe(z.string().regex(/^\d+$/, 'must be a number'));
/** absent = all */
export const limit = z.number().int().min(1).optional();
export const text = z.string().refine((value) => value.trim() !== '', 'is empty');

/** The unified item (default), the same with the provider's object as `raw`, or the provider's object instead. */
export const detail = { simplify: z.boolean().default(true), includeRaw: z.boolean().default(false) };
export interface Detail {
	simplify: boolean;
	includeRaw: boolean;
}

/** Text of an id that the provider writes as a number; '' for anything that is no id. */
export function idText(value: Json | undefined): string {
	return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/** For what Avito can neither be asked about nor do twice safely: at most one try, also over a restart. */
export async function postOnce<T>(
	context: CommandContext,
	post: (request: RequestContext) => Promise<T>,
): Promise<T> {
	if (context.intent?.state === 'sent') throw outcomeUnknown();
	return post({ ...requestContext(context), beforeFirstByte: async () => context.intent?.sent() });
}

/** ms for commands that walk many pages at the pace of the budget */
export const LONG_TIMEOUT_MS = 15 * 60_000;
/** ms for one send with its read-back */
export const SEND_TIMEOUT_MS = 3 * 60_000;
/** chats read at once; the budget is the real limit */
export const CHATS_AT_ONCE = 4;

export const CEILING_HINT =
	'Avito shows at most 1,100 chats for one question, and there are more: ask by listing or for unread chats only.';
export function composed(what: string): string {
	return `Avito has no operation for this: ${what}.`;
}
