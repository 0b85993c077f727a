import { ChannelError, invalidParameter, type CommandContext, type JsonObject } from '../../../contract';
import type { MaxAccount } from '../account';
import { getMessages } from '../api/history';
import { wireId } from '../codec';
import { refOf } from '../events/media';
import { parseRef, type MediaRef } from '../events/media-ref';
import { number, object, objects, text } from '../json';
import { flatWave, type Attachment } from './attachment';

/** The outgoing form of an attachment received earlier, read from its message: not downloaded again. */
export async function attachmentOfRef(
	account: MaxAccount,
	reference: string,
	context: CommandContext,
): Promise<Attachment> {
	const ref = parseRef(reference);
	if (ref === null) throw invalidParameter('media', 'is not a reference to a file of MAX');
	const attach = await findAttach(account, ref, context.signal);
	switch (ref.kind) {
		case 'photo':
			return { kind: 'photo', attach: { _type: 'PHOTO', photoToken: text(attach['photoToken']) ?? '' } };
		case 'video': {
			const videoType = number(attach['videoType']) ?? 0;
			return {
				kind: videoType === 1 ? 'note' : 'video',
				attach: {
					_type: 'VIDEO',
					videoId: wireId(ref.mediaId),
					token: text(attach['token']) ?? '',
					videoType,
				},
			};
		}
		case 'audio': {
			const wave = text(attach['wave']);
			return {
				kind: 'voice',
				attach: {
					_type: 'AUDIO',
					audioId: wireId(ref.mediaId),
					token: text(attach['token']) ?? '',
					duration: number(attach['duration']) ?? 0,
					wave: wave === null ? flatWave() : Buffer.from(wave, 'base64'),
				},
			};
		}
		case 'file':
			return { kind: 'file', attach: { _type: 'FILE', fileId: wireId(ref.mediaId) } };
		case 'sticker':
			return { kind: 'photo', attach: { _type: 'STICKER', stickerId: wireId(ref.mediaId) } };
	}
}

/** The attachment a reference names, in its message or in the one that message forwards. @throws ChannelError `message_not_found` */
export async function findAttach(
	account: MaxAccount,
	ref: MediaRef,
	signal: AbortSignal,
): Promise<JsonObject> {
	for (const message of objects(
		await getMessages(account.session, ref.chatId, [ref.messageId], { signal }),
	)) {
		const inner = object(object(message['link'])?.['message']);
		for (const attach of [...objects(message['attaches']), ...objects(inner?.['attaches'])]) {
			if (refOf(attach, ref.chatId, ref.messageId)?.mediaId === ref.mediaId) return attach;
		}
	}
	throw new ChannelError('message_not_found', 'The message of this file is no longer there', {
		channel: 'max',
		hint: 'It was deleted, or the account has left the chat.',
	});
}
