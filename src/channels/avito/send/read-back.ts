import { ChannelError } from '../../../contract';
import type { AvitoAccount } from '../account';
import { isOut } from '../events/filters';
import type { AvitoMessage } from '../schemas/message';
import { newestFirst, walkMessages } from '../walk';
import { isSameMessage } from './fingerprint';

/** What is noted before the first byte leaves, so that a read-back knows what to look for and where to stop. */
export interface SendMark {
	/** newest message of the chat before the send; '' = the chat was empty */
	last_message_id: string;
	/** see `fingerprint`; null = an image */
	sent_text_hash: string | null;
	/** our clock, ms */
	started_at: number;
}

/**
 * Looks for an own message with the same content after the mark.
 * @returns null when it is certainly not in the chat
 * @throws ChannelError `outcome_unknown` when the chat cannot be read back that far
 */
export async function readBack(
	account: AvitoAccount,
	chatId: string,
	mark: SendMark,
	signal: AbortSignal,
): Promise<AvitoMessage | null> {
	const found: AvitoMessage[] = [];
	try {
		const pages = newestFirst(walkMessages(account, chatId, { signal }), ({ created }) => created);
		for await (const page of pages) {
			for (const { value } of page.members) {
				if (value.id === mark.last_message_id) return found.at(-1) ?? null;
				if (isOut(value, account.userId) && isSameMessage(value, mark.sent_text_hash)) found.push(value);
			}
			if (page.ceiling) throw outcomeUnknown();
		}
	} catch (error) {
		if (signal.aborted || isOutcomeUnknown(error)) throw error;
		throw outcomeUnknown(error);
	}
	// The whole chat was read. If the noted message is not in it, nothing tells old messages from new ones.
	if (mark.last_message_id !== '') throw outcomeUnknown();
	return found.at(-1) ?? null;
}

export function outcomeUnknown(cause?: unknown): ChannelError {
	return new ChannelError(
		'outcome_unknown',
		'Avito did not confirm the message, and the chat cannot be read back',
		{
			channel: 'avito',
			hint: 'The message may have been sent: look at the chat before you send it again. A repeat of this same execution looks first by itself.',
			...(cause === undefined ? {} : { cause }),
		},
	);
}

function isOutcomeUnknown(error: unknown): boolean {
	return ChannelError.is(error) && error.code === 'outcome_unknown';
}
