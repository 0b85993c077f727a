import type { z } from '#lib/zod';
import {
	invalidParameter,
	type ChannelEvent,
	type CommandContext,
	type CommandSpec,
	type JsonObject,
} from '../../../contract';
import { asJson, type MaxAccount } from '../account';
import type { RequestOptions } from '../session/port';

/** A command on a MAX account; the table holds these. */
export type MaxCommand<Schema extends z.ZodType> = CommandSpec<MaxAccount, z.output<Schema>>;

/** Keeps the type of each command's own input while it is written down. */
export function command<Schema extends z.ZodType>(
	spec: Omit<MaxCommand<Schema>, 'input'> & { input: Schema },
): MaxCommand<Schema> {
	return { ...spec, input: { parse: (value) => spec.input.parse(value) } };
}

/** A request ends with its command. */
export function requestOptions({ signal }: CommandContext): RequestOptions {
	return { signal };
}

/** A message as an item: the unified message, with the provider's object only when asked for. */
export function messageItem(event: ChannelEvent, raw: boolean): JsonObject {
	const { raw: provider, ...rest } = event;
	return asJson(raw && provider !== undefined ? { ...rest, raw: provider } : rest);
}

/** ms for commands that walk many pages */
export const LONG_TIMEOUT_MS = 15 * 60_000;
/** ms for one send with its retries; media: also the upload */
export const SEND_TIMEOUT_MS = 3 * 60_000;
/** ms; with the up- or download of a file */
export const MEDIA_TIMEOUT_MS = 60 * 60_000;

/** *Allowed chats* for commands that learn their chat only while they run. */
export function only<T>(list: readonly T[], field: string, what: string): T {
	const [first] = list;
	if (first === undefined) throw invalidParameter(field, what);
	return first;
}
