import { z } from '#lib/zod';
import { ChannelError, invalidParameter, type CallResult, type JsonObject } from '../../../contract';
import type { MaxAccount } from '../account';
import { mediaUrl, type MediaAddress } from '../api/media';
import { messageId, wireId } from '../codec';
import { formatRef, parseRef, type MediaRef } from '../events/media-ref';
import type { AddressOf } from '../http/files';
import { chatIdField, idField } from '../input-fields';
import { text } from '../json';
import { findAttach, type Received } from '../media/received';
import { OP } from '../opcodes';
import { command, MEDIA_TIMEOUT_MS, requestOptions } from './shared';

/** A file by its reference (`media.images[].ref`, `media.voice_ref` …) or address; addresses are asked for anew, since they expire. */
export const mediaDownload = command({
	permission: 'read',
	effect: 'read',
	timeoutMs: MEDIA_TIMEOUT_MS,
	input: z
		.strictObject({
			ref: z.string().trim().min(1).optional(),
			url: z.url({ protocol: /^https?$/ }).optional(),
		})
		.refine(({ ref, url }) => (ref === undefined) !== (url === undefined), 'give either ref or url'),
	chats: ({ ref }) => {
		const parsed = ref === undefined ? null : parseRef(ref);
		return parsed === null ? [] : [parsed.chatId];
	},
	async run(account, { ref: reference, url }, context) {
		if (reference === undefined)
			return fetch(account, { url: url ?? '', of: 'user' }, { url: url ?? '' }, undefined, context.signal);
		const ref = parseRef(reference);
		if (ref === null) throw invalidParameter('ref', 'is not a reference to a file of MAX');
		const received = await findAttach(account, ref, context.signal);
		const { url: address, unsafe } = await addressOf(account, ref, received, context.signal);
		return fetch(
			account,
			{ url: address, of: 'service' },
			{ ref: formatRef(ref), kind: ref.kind, ...(unsafe === undefined ? {} : { unsafe }) },
			nameOf(ref, received.attach),
			context.signal,
		);
	},
});

async function addressOf(
	account: MaxAccount,
	ref: MediaRef,
	{ attach, origin }: Received,
	signal: AbortSignal,
): Promise<{ url: string; unsafe?: boolean }> {
	const known = text(attach['baseUrl']) ?? text(attach['url']);
	// No source tells whether a forwarded file is known by where it stands or by where it comes from.
	const places = origin === null ? [ref] : [ref, origin];
	const asked = await firstAddress(account, places, text(attach['token']), signal).catch(
		(error: unknown): MediaAddress => {
			// A voice has its address in the message too, which was read a moment ago.
			if (known === null || !isRefusal(error)) throw error;
			return { url: null };
		},
	);
	const url = asked.url ?? known;
	if (url === null || url === '')
		throw new ChannelError('media_expired', 'MAX gives no address for this file', {
			channel: 'max',
			hint: 'The file may have been removed.',
		});
	return { ...asked, url };
}

/** Of the first place the service knows the file by. @throws what the first one said */
async function firstAddress(
	account: MaxAccount,
	places: readonly MediaRef[],
	token: string | null,
	signal: AbortSignal,
): Promise<MediaAddress> {
	let refusal: unknown;
	for (const place of places) {
		try {
			return await mediaUrl(account.session, place, token, { signal });
		} catch (error) {
			if (!isRefusal(error)) throw error;
			refusal ??= error;
		}
	}
	throw refusal;
}

function isRefusal(error: unknown): boolean {
	return ChannelError.is(error) && error.providerCode !== undefined;
}

/** Photos are WEBP (measured), voices OGG, videos MP4. */
function nameOf({ kind, mediaId }: MediaRef, attach: JsonObject): string | undefined {
	if (kind === 'file') return text(attach['name']) ?? undefined;
	const endings = { photo: 'webp', sticker: 'webp', video: 'mp4', audio: 'ogg' } as const;
	return `${kind}-${mediaId}.${endings[kind]}`;
}

async function fetch(
	account: MaxAccount,
	from: { url: string; of: AddressOf },
	item: JsonObject,
	fileName: string | undefined,
	signal: AbortSignal,
): Promise<CallResult> {
	const file = await account.files.download(from.url, signal, from.of);
	const named = { ...file, fileName: fileName ?? file.fileName };
	return {
		items: [{ ...item, file_name: named.fileName, mime_type: file.mimeType, size: file.size ?? null }],
		media: [named],
	};
}

/** TRANSCRIBE_MEDIA (202): MAX turns a voice into text; the text comes later, as an event. */
export const messageTranscribe = command({
	permission: 'read',
	effect: 'change',
	input: z.strictObject({ chatId: chatIdField, messageId: idField }),
	chats: ({ chatId }) => [chatId],
	async run(account, input, context) {
		const waiting = account.transcriptions.expect(`${input.chatId}/${input.messageId}`);
		try {
			await account.session.request(
				OP.transcribe,
				{ chatId: wireId(input.chatId), messageId: messageId(input.messageId) },
				requestOptions(context),
			);
			const payload = await within(account, waiting.ready, context.signal);
			if (payload === null)
				return {
					items: [{ external_chat_id: input.chatId, message_id: input.messageId, pending: true, text: null }],
					hints: ['MAX has not finished yet: the text comes as a file_ready event.'],
				};
			return {
				items: [
					{
						external_chat_id: input.chatId,
						message_id: input.messageId,
						pending: false,
						text: text(payload['transcription']),
					},
				],
			};
		} finally {
			waiting.forget();
		}
	},
});

/** ms to wait for the text of a voice */
const TRANSCRIPTION_MS = 60_000;

async function within(
	account: MaxAccount,
	ready: Promise<JsonObject>,
	signal: AbortSignal,
): Promise<JsonObject | null> {
	const done = new AbortController();
	const late = account.services.clock.sleep(TRANSCRIPTION_MS, AbortSignal.any([signal, done.signal])).then(
		() => null,
		() => null,
	);
	const payload = await Promise.race([ready, late]);
	done.abort();
	signal.throwIfAborted();
	return payload;
}
