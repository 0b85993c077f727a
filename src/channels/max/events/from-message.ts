import { abortable } from '../../../runtime';
import type { ChannelEvent, Json } from '../../../contract';
import type { MaxAccount } from '../account';
import { partnerOf } from '../ids';
import { normaliseMessage, readMessage, type MessageFacts } from './normalise';
import { ownerOf } from './owner';

/** A message as the event a trigger would have given. Asks the pool who sent it; people are looked up when unknown. */
export async function eventFromMessage(
	account: MaxAccount,
	facts: MessageFacts,
	options: { kind?: 'message' | 'edited' | 'deleted'; sentByNode?: boolean; signal?: AbortSignal } = {},
): Promise<ChannelEvent> {
	const { directory, userId } = account;
	const partnerId = partnerOf(facts.chatId, userId);
	await directory.meet(
		[facts.senderId, partnerId].filter((one) => one !== null && one !== userId) as string[],
		options.signal,
	);
	const chat = await directory.chat(facts.chatId, options.signal);
	const own = facts.senderId === userId;
	return normaliseMessage(
		facts,
		options.kind ?? 'message',
		{
			chat,
			sender: facts.senderId === null ? null : directory.knownContact(facts.senderId),
			partner: partnerId === null ? null : directory.knownContact(partnerId),
			muted: directory.isMuted(facts.chatId),
			sentByNode: own && (options.sentByNode ?? (await wasSentByNode(account, facts, options.signal))),
		},
		ownerOf(account),
	);
}

/** May wait for a send under way; whoever gives up waiting is let go. */
function wasSentByNode(
	{ services }: MaxAccount,
	{ chatId, id }: MessageFacts,
	signal: AbortSignal | undefined,
): Promise<boolean> {
	const asking = services.sentByNode(chatId, id);
	return signal === undefined ? asking : abortable(asking, signal);
}

/** Messages of one chat in the order they came; what is no message is left out. Their people are met in one request. */
export async function readMessages(
	account: MaxAccount,
	chatId: string,
	messages: readonly Json[],
	signal?: AbortSignal,
): Promise<MessageFacts[]> {
	const facts = messages.flatMap((message) => readMessage(chatId, message) ?? []);
	await account.directory.meet(
		facts.flatMap(({ senderId }) => (senderId === null || senderId === account.userId ? [] : [senderId])),
		signal,
	);
	return facts;
}
