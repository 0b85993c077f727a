import { ChannelError, invalidParameter, type CommandContext, type MediaSource } from '../../../contract';
import type { MaxAccount } from '../account';
import { fileSlot, videoSlot } from '../api/media';
import { wireId, type OutgoingMap } from '../codec';
import { flatWave, type Attachment, type SendAs, type UploadKind } from './attachment';
import { attachmentOfRef } from './received';
import { openSource, type OpenSource } from './source';
import { inMemory, photoToken, pushBytes } from './transfer';

export interface UploadOptions {
	as: SendAs;
	/** a voice that is no OGG with Opus goes as a file instead of being refused */
	otherwiseFile?: boolean;
	/** voice: ms */
	durationMs?: number;
}

/** Any source of a file → an attachment. References are sent again without a download. */
export async function attachmentFrom(
	account: MaxAccount,
	source: MediaSource,
	options: UploadOptions,
	context: CommandContext,
): Promise<Attachment> {
	if (source.kind === 'ref') return attachmentOfRef(account, source.ref, context);
	const file = await openSource(account, source, context.signal);
	try {
		const kind = options.as === 'auto' ? kindOf(file) : options.as;
		if (kind !== 'voice') return { kind, attach: await uploaded(account, kind, file, options, context) };
		const { file: whole, bytes } = await inMemory(file);
		if (isVoice(bytes)) return { kind, attach: await uploaded(account, kind, whole, options, context) };
		if (options.as === 'voice' && options.otherwiseFile !== true) throw notVoice();
		return { kind: 'file', attach: await uploaded(account, 'file', whole, options, context) };
	} finally {
		file.stream.destroy();
	}
}

/** An image as the avatar of the account (`profile`) or of a chat. @returns its photoToken */
export async function uploadPhoto(
	account: MaxAccount,
	source: MediaSource,
	profile: boolean,
	context: CommandContext,
): Promise<string> {
	if (source.kind === 'ref') throw invalidParameter('media', 'an avatar needs a file or a URL');
	const file = await openSource(account, source, context.signal);
	try {
		return await photoToken(account, file, profile, context);
	} finally {
		file.stream.destroy();
	}
}

function kindOf({ mimeType, fileName }: OpenSource): UploadKind {
	if (/^image\/(jpeg|png|webp|gif|bmp|heic|heif)$/.test(mimeType)) return 'photo';
	if (/^video\/(mp4|quicktime|webm|x-matroska)$/.test(mimeType)) return 'video';
	if (/^audio\/(ogg|opus)/.test(mimeType) && /\.(ogg|oga|opus)$/i.test(fileName)) return 'voice';
	return 'file';
}

async function uploaded(
	account: MaxAccount,
	kind: UploadKind,
	file: OpenSource,
	options: UploadOptions,
	context: CommandContext,
): Promise<OutgoingMap> {
	const { session } = account;
	const request = { signal: context.signal };
	switch (kind) {
		case 'photo':
			return { _type: 'PHOTO', photoToken: await photoToken(account, file, false, context) };
		case 'file': {
			const slot = await fileSlot(session, request);
			await pushBytes(account, slot, file, context);
			return { _type: 'FILE', fileId: wireId(slot.mediaId) };
		}
		case 'video':
		case 'note': {
			const slot = await videoSlot(session, kind, request);
			await pushBytes(account, slot, file, context);
			return {
				_type: 'VIDEO',
				videoId: wireId(slot.mediaId),
				token: slot.token,
				videoType: kind === 'note' ? 1 : 0,
			};
		}
		case 'voice': {
			const slot = await videoSlot(session, kind, request);
			await pushBytes(account, slot, file, context);
			return {
				_type: 'AUDIO',
				audioId: wireId(slot.mediaId),
				token: slot.token,
				duration: options.durationMs ?? 0,
				wave: flatWave(),
			};
		}
	}
}

/** A voice message must be OGG with Opus, or the service accepts what no phone can play. */
function isVoice(bytes: Buffer): boolean {
	return bytes.toString('latin1', 0, 4) === 'OggS' && bytes.toString('latin1', 0, 200).includes('OpusHead');
}

function notVoice(): ChannelError {
	return new ChannelError('media_not_supported', 'A voice message must be OGG with Opus', {
		channel: 'max',
		field: 'media',
		hint: 'Convert it first (for example with ffmpeg -c:a libopus), or send it as a file.',
	});
}
