import { z } from '#lib/zod';
import {
	ChannelError,
	type ChannelEvent,
	type CommandContext,
	type CommandSpec,
	type JsonObject,
} from '../../../contract';
import { asJson, type TelegramAccount } from '../account';
import { unmarkId } from '../peers/marked-id';
import type { Peer } from '../peers/peer';
import { parseReference } from '../peers/reference';
import { tellLimit } from '../send/limited';
import type { TlObject } from '../tl';

/** A command on a Telegram account; the table holds these. */
export type TelegramCommand<Schema extends z.ZodType> = CommandSpec<TelegramAccount, z.output<Schema>>;

/** Keeps the type of each command's own input while it is written down, and tells the account's limit when it meets it. */
export function command<Schema extends z.ZodType>(
	spec: Omit<TelegramCommand<Schema>, 'input'> & { input: Schema },
): TelegramCommand<Schema> {
	return {
		...spec,
		input: { parse: (value) => spec.input.parse(value) },
		async run(account, input, context) {
			try {
				return await spec.run(account, input, context);
			} catch (error) {
				// Whatever was asked: a send, an import, an invitation.
				throw await tellLimit(account, error);
			}
		},
	};
}

export const nothing = z.strictObject({});
/** a chat or user in any form a person writes it: `me`, id, @username, link, phone number */
export const chatRef = z
	.union([z.string().trim(), z.number().int().transform(String)])
	.pipe(z.string().min(1, 'is missing'));
export const messageId = z
	.union([z.string().trim(), z.number().int()])
	.transform(Number)
	.pipe(z.number('must be the number of a message').int().positive());
export const messageIds = z.array(messageId).min(1, 'is empty').max(100, 'at most 100 at a time');
/** absent = all */
export const limit = z.number().int().min(1).optional();
export const text = z.string().refine((value) => value.trim() !== '', 'is empty');
/** ISO 8601, unix seconds or ms → unix seconds */
export const time = z.union([z.string().trim(), z.number()]).transform((value, context) => {
	const number = Number(value);
	// Ten digits are seconds until the year 2286, thirteen are milliseconds.
	const ms = Number.isFinite(number) ? (number < 1e11 ? number * 1000 : number) : Date.parse(String(value));
	if (Number.isFinite(ms)) return Math.floor(ms / 1000);
	context.addIssue({ code: 'custom', message: 'is not a time' });
	return z.NEVER;
});

/** The unified item (default), the same with the provider's object as `raw`, or the provider's object instead. */
export const detail = { simplify: z.boolean().default(true), includeRaw: z.boolean().default(false) };
export interface Detail {
	simplify: boolean;
	includeRaw: boolean;
}

/** ms for commands that walk many pages */
export const LONG_TIMEOUT_MS = 15 * 60_000;
export const SEND_TIMEOUT_MS = 3 * 60_000;
export const MEDIA_TIMEOUT_MS = 60 * 60_000;

/** A message as an item: the unified message, with the provider's object only when asked for. */
export function messageItem(event: ChannelEvent, { simplify, includeRaw }: Detail): JsonObject {
	const { raw, ...rest } = event;
	if (!simplify && raw !== undefined) {
		return { ...(raw as JsonObject), event_id: rest.event_id, external_chat_id: rest.external_chat_id };
	}
	return asJson(includeRaw && raw !== undefined ? { ...rest, raw } : rest);
}

export async function peerOf(
	account: TelegramAccount,
	chatId: string,
	context: Pick<CommandContext, 'signal'>,
	options: { field?: string; importContact?: boolean } = {},
): Promise<{ peer: Peer; input: TlObject; looked: boolean; imported: boolean }> {
	const { peer, looked, imported } = await account.resolver.resolve(chatId, {
		signal: context.signal,
		...options,
	});
	return { peer, input: account.resolver.inputOf(peer.id), looked, imported: imported === true };
}

/** A number nobody has talked to counts as a first contact. */
export function phoneContacts(chatId: string): number {
	return parseReference(chatId)?.kind === 'phone' ? 1 : 0;
}

export function isChannel(peer: Peer): boolean {
	return unmarkId(peer.id)?.type === 'channel';
}

export function messageNotFound(id: number): ChannelError {
	return new ChannelError('message_not_found', `Message ${String(id)} is not in this chat`, {
		channel: 'telegram',
	});
}
