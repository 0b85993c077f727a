import { messagePageSchema } from '../schemas/chat';
import { messageSchema, sentSchema, type AvitoMessage, type SentMessage } from '../schemas/message';
import { parseAnswer, parseMembers, type WithRaw } from '../schemas/parse';
import { messengerPath, PAGE, segment, type Caller, type RequestContext } from './caller';

export interface MessagePage {
	messages: WithRaw<AvitoMessage>[];
	/** how many Avito gave, odd ones included */
	size: number;
	hasMore: boolean;
}

/**
 * getMessagesV3: newest first (three clients); reading does not mark the chat read. The closing slash is in the OpenAPI
 * and one client saw 404 without it.
 * @throws `peer_not_found`, `subscription_missing` (402 without the paid access, although the chat list answers)
 */
export async function listMessages(
	caller: Caller,
	chatId: string,
	page: { limit?: number; offset?: number },
	context: RequestContext,
): Promise<MessagePage> {
	const limit = page.limit ?? PAGE;
	const json = await caller.session.requestJson(
		{
			method: 'GET',
			path: messengerPath(caller, 'v3', `chats/${segment(chatId)}/messages/`),
			query: { limit, offset: page.offset ?? 0 },
			repeatable: true,
			notFound: 'peer_not_found',
		},
		context,
	);
	const answer = parseAnswer(messagePageSchema, json, 'list of messages');
	return {
		messages: parseMembers(messageSchema, answer.messages),
		size: answer.messages.length,
		hasMore: answer.meta?.has_more ?? answer.messages.length >= limit,
	};
}

/** postSendMessage: only `type: "text"`, 1…1000 characters. Not repeatable: Avito has no idempotency key. */
export async function sendText(
	caller: Caller,
	chatId: string,
	text: string,
	context: RequestContext,
): Promise<SentMessage> {
	return send(caller, `chats/${segment(chatId)}/messages`, { type: 'text', message: { text } }, context);
}

/** postSendImageMessage: an image uploaded before; no caption. */
export async function sendImage(
	caller: Caller,
	chatId: string,
	imageId: string,
	context: RequestContext,
): Promise<SentMessage> {
	return send(caller, `chats/${segment(chatId)}/messages/image`, { image_id: imageId }, context);
}

async function send(
	caller: Caller,
	rest: string,
	json: { type: 'text'; message: { text: string } } | { image_id: string },
	context: RequestContext,
): Promise<SentMessage> {
	const answer = await caller.session.requestJson(
		{
			method: 'POST',
			path: messengerPath(caller, 'v1', rest),
			json,
			repeatable: false,
			notFound: 'peer_not_found',
		},
		context,
	);
	return parseAnswer(sentSchema, answer, 'sent message');
}

/**
 * deleteMessage: POST without a body, own messages, within one hour of sending; the message stays in the history with
 * type `deleted`. The code of a refusal is not documented.
 */
export async function deleteMessage(
	caller: Caller,
	chatId: string,
	messageId: string,
	context: RequestContext,
): Promise<void> {
	await caller.session.request(
		{
			method: 'POST',
			path: messengerPath(caller, 'v1', `chats/${segment(chatId)}/messages/${segment(messageId)}`),
			repeatable: false,
			notFound: 'message_not_found',
		},
		context,
	);
}
