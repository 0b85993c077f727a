import { z } from '#lib/zod';
import { ChannelError, invalidParameter, type JsonObject } from '../../../contract';
import type { TelegramAccount } from '../account';
import { bytes, child, children, flag, text, type TlObject } from '../tl';
import { fetchMessages } from './message-read';
import { chatRef, command, messageId, messageNotFound, peerOf } from './shared';

/** A bot has about ten seconds to answer; Telegram says BOT_RESPONSE_TIMEOUT then, which is no failure. */
const ANSWER_MS = 20_000;

/** Presses a button below a message of a bot, and tells what the bot answered. */
export const messagePressButton = command({
	permission: 'send',
	effect: 'change',
	input: z.strictObject({
		chatId: chatRef,
		messageId,
		/** its words, or its number counted from 1 in reading order */
		button: z
			.union([z.string().trim(), z.number().int().transform(String)])
			.pipe(z.string().min(1, 'is missing')),
	}),
	chats: ({ chatId }) => [chatId],
	async run(account, input, context) {
		const { peer, input: inputPeer } = await peerOf(account, input.chatId, context);
		const [message] = await fetchMessages(account, peer, [input.messageId], context.signal);
		if (message === undefined) throw messageNotFound(input.messageId);
		const button = choose(buttonsOf(message), input.button);
		const item = { external_chat_id: peer.id, message_id: String(input.messageId), button: button.text };
		if (button.does !== 'callback') return { items: [{ ...item, ...button.shows }] };
		const request = {
			_: 'messages.getBotCallbackAnswer',
			peer: inputPeer,
			msg_id: input.messageId,
			data: button.data,
		};
		return { items: [{ ...item, ...(await answerTo(account, request, context.signal)) }] };
	},
});

async function answerTo(
	account: TelegramAccount,
	request: TlObject,
	signal: AbortSignal,
): Promise<JsonObject> {
	try {
		const answer = await account.connection.object(request, { signal, timeoutMs: ANSWER_MS });
		return {
			pressed: true,
			answered: true,
			text: text(answer, 'message'),
			alert: flag(answer, 'alert'),
			url: text(answer, 'url') || null,
		};
	} catch (error) {
		const silent =
			ChannelError.is(error) &&
			(/^(BOT_RESPONSE_TIMEOUT|Timeout)$/i.test(error.providerCode ?? '') || error.code === 'timeout');
		if (!silent) throw error;
		return { pressed: true, answered: false, text: '', alert: false, url: null };
	}
}

type Button =
	| { text: string; does: 'callback'; data: Buffer }
	/** nothing is sent: what the button holds is the result */
	| { text: string; does: 'shows'; shows: JsonObject }
	| { text: string; does: 'other'; shows: JsonObject };

function choose(buttons: readonly Button[], wanted: string): Button {
	const number = /^\d{1,3}$/.test(wanted) ? Number(wanted) - 1 : -1;
	const found = buttons.find((one) => one.text.trim() === wanted) ?? buttons[number];
	if (found === undefined) {
		throw invalidParameter(
			'button',
			buttons.length === 0 ? 'the message has no buttons' : `no button is called "${wanted}"`,
			`Buttons of the message: ${buttons.map((one) => one.text).join(', ') || 'none'}.`,
		);
	}
	if (found.does === 'other') {
		throw new ChannelError('not_supported', `The button "${found.text}" needs Telegram's own app`, {
			channel: 'telegram',
			field: 'button',
		});
	}
	return found;
}

/** In reading order. Newer layers put what a button does into `type`, older ones into the button's own name. */
function buttonsOf(message: TlObject): Button[] {
	const markup = child(message, 'reply_markup');
	const keyboard = markup?._ === 'replyKeyboardMarkup';
	return children(markup, 'rows')
		.flatMap((row) => children(row, 'buttons'))
		.map((button) => readButton(button, keyboard));
}

function readButton(button: TlObject, keyboard: boolean): Button {
	const words = text(button, 'text');
	const what = child(button, 'type') ?? button;
	const kind = what._.replace(/^(keyboardButton|inlineButtonType|buttonType)/, '');
	if (keyboard) {
		throw invalidParameter(
			'button',
			'the message offers answers to send, no buttons to press',
			`Send the words with Message: Send, for example "${words}".`,
		);
	}
	const data = bytes(what, 'data');
	if (kind === 'Callback' && data !== null && !flag(what, 'requires_password'))
		return { text: words, does: 'callback', data };
	if (kind === 'Url' || kind === 'WebView' || kind === 'SimpleWebView')
		return { text: words, does: 'shows', shows: { pressed: false, url: text(what, 'url') } };
	if (kind === 'Copy')
		return { text: words, does: 'shows', shows: { pressed: false, text: text(what, 'copy_text') } };
	return { text: words, does: 'other', shows: {} };
}
