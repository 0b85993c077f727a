import type { ChannelEvent, EngineEvent } from '../../../contract';
import type { AvitoAccount } from '../account';
import type { AvitoMessage } from '../schemas/message';
import type { WithRaw } from '../schemas/parse';
import type { ChatFacts } from './chat-facts';
import { isOwn, isPlaceholder } from './filters';
import { factsFromMessage, normaliseMessage, type MessageFacts } from './normalise';

/** A listed message as the event a trigger would have given. Asks the pool who sent it, nobody else. */
export async function eventFromMessage(
	account: AvitoAccount,
	chatId: string,
	message: WithRaw<AvitoMessage>,
	chat: ChatFacts | null,
): Promise<ChannelEvent> {
	const facts = factsFromMessage(chatId, message.value, message.raw, account.userId);
	const known = account.enrichment.known(facts);
	return normaliseMessage(
		facts,
		{ chat: chat ?? known.chat, voiceUrl: known.voiceUrl, sentByNode: await wasSentByNode(account, facts) },
		account,
	);
}

export async function wasSentByNode(account: AvitoAccount, facts: MessageFacts): Promise<boolean> {
	const own = isOwn({
		userId: account.userId,
		authorId: facts.authorId,
		type: facts.type,
		content: facts.content,
	});
	return own && (await account.services.sentByNode(facts.chatId, facts.id));
}

/** For the journal: with its provider time. Placeholders are no message at all and are left out. */
export function recoveredEvent(event: ChannelEvent, createdSeconds: number): EngineEvent {
	return { event, at: createdSeconds * 1000, recovered: true };
}

export function isPlaceholderMessage(message: AvitoMessage): boolean {
	return message.type === 'text' && isPlaceholder(message.content.text);
}
