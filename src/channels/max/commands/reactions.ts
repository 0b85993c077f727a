import { z } from '#lib/zod';
import type { CommandContext, JsonObject } from '../../../contract';
import type { MaxAccount } from '../account';
import { getReactions, getReactors, react, unreact } from '../api/messages';
import { chatIdField, idField, idsField, textField } from '../input-fields';
import { id, text } from '../json';
import { inChat } from './one-chat';
import { command, requestOptions } from './shared';
import { reactionFields } from './shapes';

const place = { chatId: chatIdField, messageId: idField };

/** One per user and message: a new one replaces the old. */
export const messageReact = command({
	...inChat,
	permission: 'send',
	effect: 'change',
	input: z.strictObject({ ...place, emoji: textField }),
	async run(account, { chatId, messageId, emoji }, context) {
		const info = await react(account.session, chatId, messageId, emoji, requestOptions(context));
		// Public clients expect replies without the counters; what was asked for is known anyway.
		const known = reactionFields(info ?? { yourReaction: emoji });
		return { items: [{ reacted: true, chat_id: chatId, message_id: messageId, ...known }] };
	},
});

/** Takes the own reaction back. */
export const messageUnreact = command({
	...inChat,
	permission: 'send',
	effect: 'change',
	input: z.strictObject(place),
	async run(account, { chatId, messageId }, context) {
		return {
			items: [
				{
					reacted: false,
					chat_id: chatId,
					message_id: messageId,
					...reactionFields(await unreact(account.session, chatId, messageId, requestOptions(context))),
				},
			],
		};
	},
});

/** How many gave which reaction, per message; on request also who. */
export const messageGetReactions = command({
	...inChat,
	permission: 'read',
	effect: 'read',
	input: z.strictObject({
		chatId: chatIdField,
		messageId: idField.optional(),
		messageIds: idsField.optional(),
		/** who reacted with what: one more request per message */
		includePeople: z.boolean().default(false),
	}),
	async run(account, { chatId, includePeople, ...which }, context) {
		const messageIds = [
			...(which.messageIds ?? []),
			...(which.messageId === undefined ? [] : [which.messageId]),
		];
		const infos = await getReactions(account.session, chatId, messageIds, requestOptions(context));
		const items: JsonObject[] = [];
		for (const messageId of messageIds) {
			const item = {
				external_chat_id: chatId,
				message_id: messageId,
				...reactionFields(infos[messageId] ?? null),
			};
			if (!includePeople) items.push(item);
			else items.push({ ...item, people: await reactorsOf(account, chatId, messageId, context) });
		}
		return { items };
	},
});

/** people per message asked for; the service's own client asks for 40 */
const MAX_REACTORS = 100;

async function reactorsOf(
	account: MaxAccount,
	chatId: string,
	messageId: string,
	context: CommandContext,
): Promise<JsonObject[]> {
	const found = await getReactors(account.session, chatId, messageId, MAX_REACTORS, requestOptions(context));
	const reactors = found.flatMap((one) => {
		const userId = id(one['userId']);
		return userId === null ? [] : [{ userId, reaction: text(one['reaction']) }];
	});
	await account.directory.meet(
		reactors.map(({ userId }) => userId),
		context.signal,
	);
	return reactors.map(({ userId, reaction }) => ({
		external_user_id: userId,
		client_name: account.directory.knownContact(userId)?.name ?? '',
		reaction,
	}));
}
