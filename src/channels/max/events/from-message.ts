import { abortable } from '../../../runtime';
import type { ChannelEvent, Json } from '../../../contract';
import type { MaxAccount } from '../account';
import type { ChatFacts } from '../facts';
import { isPerson, partnerOf } from '../ids';
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
	const sentByNode = own && (options.sentByNode ?? (await wasSentByNode(account, facts, options.signal)));
	return withKnown(account, facts, { kind: options.kind ?? 'message', chat, partnerId, sentByNode });
}

/**
 * The same for a message of somebody else whose people and chat are known; null when something must be asked for first.
 */
export function eventAtOnce(account: MaxAccount, facts: MessageFacts): ChannelEvent | null {
	const { directory, userId } = account;
	const { senderId } = facts;
	const chat = directory.knownChat(facts.chatId);
	if (chat === null || senderId === userId) return null;
	const { partnerId } = chat;
	for (const one of [senderId, partnerId])
		if (one !== null && one !== userId && isPerson(one) && directory.knownContact(one) === null) return null;
	return withKnown(account, facts, { kind: 'message', chat, partnerId, sentByNode: false });
}

function withKnown(
	account: MaxAccount,
	facts: MessageFacts,
	{
		kind,
		chat,
		partnerId,
		sentByNode,
	}: {
		kind: 'message' | 'edited' | 'deleted';
		chat: ChatFacts | null;
		partnerId: string | null;
		sentByNode: boolean;
	},
): ChannelEvent {
	const { directory } = account;
	const around = {
		chat,
		sender: facts.senderId === null ? null : directory.knownContact(facts.senderId),
		partner: partnerId === null ? null : directory.knownContact(partnerId),
		muted: directory.isMuted(facts.chatId),
		sentByNode,
	};
	return normaliseMessage(facts, kind, around, ownerOf(account));
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
