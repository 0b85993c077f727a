import { z } from '#lib/zod';
import { invalidParameter } from '../../../contract';
import { asJson, type AvitoAccount } from '../account';
import { sendImage } from '../api/messages';
import { uploadFrom } from '../media-in';
import type { Outgoing } from '../send/deliver';
import { deliverParts, markedRead } from './message-send';
import { command, opaqueId, requestContext, SEND_TIMEOUT_MS } from './shared';

/** Images from files, URLs, references or an uploaded id; each is a message of its own, Avito has no captions. */
export const messageSendImage = command({
	permission: 'send',
	effect: 'send',
	timeoutMs: SEND_TIMEOUT_MS,
	input: z.strictObject({
		chatId: opaqueId,
		imageId: opaqueId.optional(),
		markRead: z.boolean().default(false),
	}),
	chats: ({ chatId }) => [chatId],
	async run(account, input, context) {
		const { chatId, imageId } = input;
		const parts: Outgoing[] = context.media.map((source) =>
			imageMessage(account, chatId, () => uploadFrom(account, source, requestContext(context))),
		);
		if (imageId !== undefined) parts.push(imageMessage(account, chatId, () => Promise.resolve(imageId)));
		if (parts.length === 0)
			throw invalidParameter('media', 'no image was given', 'Give a binary field, a URL or an image ID.');
		const items = await deliverParts(account, parts, context);
		return { items: items.map(asJson), ...(await markedRead(account, input, context)) };
	},
});

/** The upload is part of the post, but nothing visible: it is done once, and not at all when an earlier try turns out to be sent. */
function imageMessage(account: AvitoAccount, chatId: string, upload: () => Promise<string>): Outgoing {
	let uploaded: Promise<string> | undefined;
	return {
		chatId,
		print: null,
		async post(context) {
			uploaded ??= upload();
			return sendImage(account, chatId, await uploaded, context);
		},
	};
}
