import { z } from '#lib/zod';
import { flag, long, text } from '../tl';
import { chatRef, command, messageId, peerOf } from './shared';

/** ms to wait for the text of a voice */
const TRANSCRIPTION_MS = 60_000;

/** Telegram turns a voice or video note into text (Premium, or a few a week without). */
export const messageTranscribe = command({
	permission: 'read',
	effect: 'change',
	timeoutMs: 2 * TRANSCRIPTION_MS,
	input: z.strictObject({ chatId: chatRef, messageId }),
	chats: ({ chatId }) => [chatId],
	async run(account, { chatId, messageId: id }, { signal }) {
		const { peer, input } = await peerOf(account, chatId, { signal });
		const answer = await account.connection.object(
			{ _: 'messages.transcribeAudio', peer: input, msg_id: id },
			{ signal },
		);
		const item = { external_chat_id: peer.id, message_id: String(id) };
		if (!flag(answer, 'pending')) return { items: [{ ...item, pending: false, text: text(answer, 'text') }] };
		const words = await account.transcriptions.wait(
			long(answer, 'transcription_id') ?? '',
			TRANSCRIPTION_MS,
			signal,
		);
		if (words !== null) return { items: [{ ...item, pending: false, text: words }] };
		return {
			items: [{ ...item, pending: true, text: text(answer, 'text') }],
			hints: ['Telegram has not finished yet: ask again later.'],
		};
	},
});
