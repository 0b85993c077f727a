import { ChannelError, invalidParameter, type CommandContext, type JsonObject } from '../../../contract';
import type { MaxAccount } from '../account';
import { getMessages } from '../api/history';
import { refOf } from '../events/media';
import { parseRef, type MediaRef } from '../events/media-ref';
import { id, number, object, objects } from '../json';
import type { Attachment } from './attachment';
import { outgoingOf } from './outgoing';

/** The outgoing form of an attachment received earlier, read from its message: not downloaded again. */
export async function attachmentOfRef(
	account: MaxAccount,
	reference: string,
	context: CommandContext,
): Promise<Attachment> {
	const ref = parseRef(reference);
	if (ref === null) throw invalidParameter('media', 'is not a reference to a file of MAX');
	const { attach: received } = await findAttach(account, ref, context.signal);
	const attach = outgoingOf(received);
	if (attach === null) throw invalidParameter('media', 'is a file that cannot be sent on');
	return { kind: kindOf(ref, received), attach };
}

/** An album takes photos and videos; a sticker stands where a photo would. */
function kindOf({ kind }: MediaRef, attach: JsonObject): Attachment['kind'] {
	switch (kind) {
		case 'photo':
		case 'sticker':
			return 'photo';
		case 'video':
			return number(attach['videoType']) === 1 ? 'note' : 'video';
		case 'audio':
			return 'voice';
		case 'file':
			return 'file';
	}
}

export interface Received {
	attach: JsonObject;
	/** the same file in the message it was forwarded from, as far as that is told */
	origin: MediaRef | null;
}

/** The attachment a reference names, in its message or in the one that message forwards. @throws ChannelError `message_not_found` */
export async function findAttach(account: MaxAccount, ref: MediaRef, signal: AbortSignal): Promise<Received> {
	const isIt = (attach: JsonObject): boolean =>
		refOf(attach, ref.chatId, ref.messageId)?.mediaId === ref.mediaId;
	for (const message of objects(
		await getMessages(account.session, ref.chatId, [ref.messageId], { signal }),
	)) {
		const own = objects(message['attaches']).find(isIt);
		if (own !== undefined) return { attach: own, origin: null };
		const link = object(message['link']);
		const original = object(link?.['message']);
		const forwarded = objects(original?.['attaches']).find(isIt);
		if (forwarded === undefined) continue;
		const [chatId, messageId] = [id(link?.['chatId']), id(original?.['id'])];
		const told = chatId !== null && messageId !== null;
		return { attach: forwarded, origin: told ? { ...ref, chatId, messageId } : null };
	}
	throw new ChannelError('message_not_found', 'The message of this file is no longer there', {
		channel: 'max',
		hint: 'It was deleted, or the account has left the chat.',
	});
}
