import { z } from '#lib/zod';
import { ChannelError, invalidParameter, type CallResult, type CommandContext } from '../../../contract';
import type { AvitoAccount } from '../account';
import { formatRef, parseRef } from '../events/media-ref';
import { command, opaqueId, requestContext } from './shared';

/** The URL of a voice message (Opus in MP4, valid for an hour), on request with the file. */
export const messageGetVoice = command({
	permission: 'read',
	effect: 'read',
	input: z.strictObject({
		/** the id, or the reference in `media.voice_ref` */
		voiceId: opaqueId.transform((value) => {
			const ref = parseRef(value);
			return ref?.kind === 'voice' ? ref.voiceId : value;
		}),
		download: z.boolean().default(false),
	}),
	async run(account, { voiceId, download }, context) {
		const url = await voiceUrlOf(account, voiceId, context);
		const item = { voice_id: voiceId, url, ref: formatRef({ kind: 'voice', voiceId }) };
		return download ? fetchVoice(account, item, context) : { items: [item] };
	},
});

/** A file by its reference (`media.images[].ref`, `media.voice_ref`) or address. */
export const mediaDownload = command({
	permission: 'read',
	effect: 'read',
	input: z
		.strictObject({ ref: opaqueId.optional(), url: z.url({ protocol: /^https?$/ }).optional() })
		.refine(({ ref, url }) => (ref === undefined) !== (url === undefined), 'give either ref or url'),
	async run(account, input, context) {
		const ref = input.ref === undefined ? null : parseRef(input.ref);
		if (input.ref !== undefined && ref === null)
			throw invalidParameter('ref', 'is not a reference to a file of Avito');
		if (ref?.kind === 'voice') {
			const { voiceId } = ref;
			return fetchVoice(
				account,
				{ voice_id: voiceId, url: await voiceUrlOf(account, voiceId, context), ref: formatRef(ref) },
				context,
			);
		}
		const url = ref?.url ?? input.url ?? '';
		const file = await account.session.download(url, context.signal);
		return {
			items: [{ url, file_name: file.fileName, mime_type: file.mimeType, size: file.size ?? null }],
			media: [file],
		};
	},
});

async function fetchVoice(
	account: AvitoAccount,
	item: { voice_id: string; url: string; ref: string },
	context: CommandContext,
): Promise<CallResult> {
	const file = await account.session.download(item.url, context.signal);
	const named = {
		...file,
		fileName: `voice-${item.voice_id}.mp4`,
		mimeType: file.mimeType.startsWith('audio/') ? file.mimeType : 'audio/mp4',
	};
	return {
		items: [{ ...item, mime_type: named.mimeType, file_name: named.fileName, size: file.size ?? null }],
		media: [named],
	};
}

async function voiceUrlOf(account: AvitoAccount, voiceId: string, context: CommandContext): Promise<string> {
	const url = await account.enrichment.voice(voiceId, requestContext(context));
	if (url !== null) return url;
	throw new ChannelError('message_not_found', `Avito gives no file for voice message ${voiceId}`, {
		channel: 'avito',
		hint: 'Only participants of the chat get it. Check the id: it is in media.voice_ref of the message.',
	});
}
