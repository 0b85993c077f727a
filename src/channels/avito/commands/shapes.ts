import type { ChannelEvent, JsonObject } from '../../../contract';
import { asJson, type AvitoAccount } from '../account';
import { readChatFacts } from '../events/chat-facts';
import { isOut } from '../events/filters';
import { isPlaceholderMessage } from '../events/from-list';
import { textOf } from '../events/normalise';
import type { AvitoChat } from '../schemas/chat';
import type { WithRaw } from '../schemas/parse';
import type { Detail } from './shared';

/** A chat as an item: the unified names where there are any. */
export function chatItem(account: AvitoAccount, chat: WithRaw<AvitoChat>, detail: Detail): JsonObject {
	if (!detail.simplify) return { ...(chat.raw as JsonObject), external_chat_id: chat.value.id };
	const facts = account.enrichment.learn(chat.value);
	const last = chat.value.last_message;
	return {
		channel: 'avito',
		external_chat_id: facts.chatId,
		external_user_id: facts.client?.id ?? '',
		client_name: facts.client?.name ?? '',
		chat_type: facts.chatType,
		ad_id: facts.ad?.id ?? null,
		ad_title: facts.ad?.title ?? null,
		ad_url: facts.ad?.url ?? null,
		ad_price: facts.ad?.price ?? null,
		created: isoOrNull(chat.value.created),
		updated: isoOrNull(chat.value.updated),
		last_message:
			last == null || isPlaceholderMessage(last)
				? null
				: {
						id: last.id,
						text: textOf(last.content),
						type: last.type,
						direction: isOut(last, account.userId) ? 'out' : 'in',
						timestamp: new Date(last.created * 1000).toISOString(),
					},
		...(detail.includeRaw ? { raw: chat.raw } : {}),
	};
}

/** A message as an item: the unified message, with the provider's object only when asked for. */
export function messageItem(event: ChannelEvent, detail: Detail): JsonObject {
	const { raw, ...rest } = event;
	const { event_id, external_chat_id } = rest;
	if (!detail.simplify && raw !== undefined) return { ...(raw as JsonObject), event_id, external_chat_id };
	return asJson(detail.includeRaw && raw !== undefined ? { ...rest, raw } : rest);
}

/** An item without a unified shape of its own kind: what we picked, or the provider's object. */
export function plainItem(picked: JsonObject, provider: JsonObject, detail: Detail): JsonObject {
	if (!detail.simplify) return provider;
	return detail.includeRaw ? { ...picked, raw: provider } : picked;
}

/** A person reads it in a list: who, and about what. */
export function chatName(account: AvitoAccount, chat: AvitoChat): string {
	const { client, ad, chatId } = readChatFacts(chat, account.userId);
	const name = client === null || client.name === '' ? chatId : client.name;
	return ad?.title == null ? name : `${name} – ${ad.title}`;
}

function isoOrNull(seconds: number | null | undefined): string | null {
	return seconds == null ? null : new Date(seconds * 1000).toISOString();
}
