import { z } from '#lib/zod';
import { ok, refuse, refuseFields, type Answer } from '../answer';
import { sizesOf } from '../content';
import { chatOf, jsonBody, type AuthorisedExchange, type Operation } from '../operation';
import { sentShape } from '../shapes';
import type { Chat, Message } from '../world';

/** SPEC: characters of a text. */
const maxText = 1000;

/** SPEC: a message can be deleted for one hour after it was sent. */
const deletableSeconds = 3600;

const textSchema = z.object({ type: z.literal('text'), message: z.object({ text: z.string().min(1) }) });
const imageSchema = z.object({ image_id: z.string().min(1) });

function addOwn(
	{ core, account }: AuthorisedExchange,
	chat: Chat,
	content: Pick<Message, 'type' | 'content'>,
	image_id: string | null,
): Message {
	const message = core.world.addMessage(chat, { author_id: account.id, ...content });
	if (core.settings.send_marks_read) core.world.markRead(chat, 'account');
	const text = typeof content.content['text'] === 'string' ? content.content['text'] : null;
	const at = core.clock.now();
	core.journal.addSent({
		at,
		user_id: account.id,
		chat_id: chat.id,
		message_id: message.id,
		type: message.type,
		text,
		image_id,
	});
	core.publish(chat, message);
	return message;
}

function postSendMessage(exchange: AuthorisedExchange): Answer {
	const { text } = jsonBody(exchange, textSchema).message;
	const { settings } = exchange.core;
	const length = settings.text_unit === 'utf16' ? text.length : [...text].length;
	if (length > maxText) refuseFields({ 'message.text': `must be at most ${maxText} characters` });
	const chat = chatOf(exchange);
	const isLink = settings.url_text_becomes_link && /^https?:\/\/\S+$/.test(text);
	const content = isLink
		? { type: 'link', content: { link: { text, url: text, preview: null } } }
		: { type: 'text', content: { text } };
	return ok(sentShape(addOwn(exchange, chat, content, null), settings.text_answer_has_author));
}

function postSendImageMessage(exchange: AuthorisedExchange): Answer {
	const { core, account } = exchange;
	const { image_id } = jsonBody(exchange, imageSchema);
	const chat = chatOf(exchange);
	const upload = core.world.uploads.get(image_id);
	if (upload?.user_id !== account.id) refuse(core.settings.unknown_image_status, 'image not found');
	const content = { image: { sizes: sizesOf(core.origin, upload.name) } };
	return ok(sentShape(addOwn(exchange, chat, { type: 'image', content }, image_id), true));
}

function deleteMessage(exchange: AuthorisedExchange): Answer {
	const { core, account, params } = exchange;
	const chat = chatOf(exchange);
	const message = chat.messages.find(({ id }) => id === params['message_id']);
	if (message === undefined) refuse(404);
	if (message.author_id !== account.id) refuse(core.settings.delete_foreign_status);
	if (core.world.seconds() - message.created > deletableSeconds) {
		refuse(core.settings.delete_too_late_status, 'message can not be deleted');
	}
	message.type = 'deleted';
	message.content = {};
	if (core.settings.delete_sends_webhook) core.publish(chat, message);
	return ok({});
}

const messages = '/messenger/v1/accounts/{user_id}/chats/{chat_id}/messages';
const shared = { method: 'POST', scope: 'messenger:write', paid: true } as const;

export const sendOperations: readonly Operation[] = [
	{ ...shared, id: 'postSendMessage', path: messages, run: postSendMessage },
	{ ...shared, id: 'postSendImageMessage', path: `${messages}/image`, run: postSendImageMessage },
	{ ...shared, id: 'deleteMessage', path: `${messages}/{message_id}`, run: deleteMessage },
];
