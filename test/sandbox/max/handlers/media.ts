import type { Call, HandlerTable } from '../core/call';
import type { Outgoing } from '../codec/wire';
import { openSlot } from '../media/slots';
import { mediaUrl } from '../media/urls';
import { badPayload, Refusal } from '../refusal';
import { chatFor } from '../state/chats';
import { findMessage } from '../state/messages';
import type { Media, MediaKind } from '../state/model';

function count({ body }: Call): number {
	const wanted = body.number('count');
	if (wanted < 1 || wanted > 20) throw badPayload("'count' out of range");
	return wanted;
}

/** PHOTO_UPLOAD: one address for `count` photos. */
function photoSlot(call: Call): Outgoing {
	const { world, me, body, conn } = call;
	body.maybeBoolean('profile');
	const slot = openSlot(world, me.id, 'photo', count(call));
	// Clients look their token up under this id in the answer of the upload.
	const ids = slot.media.map((media) => media.id).join(',');
	return { url: `${conn.mediaBase}/image?apiToken=${slot.ticket}&photoIds=${ids}` };
}

/** VIDEO_UPLOAD: `type` 0 video, 1 video note, 2 voice. */
function videoSlot(call: Call): Outgoing {
	const type = call.body.maybeNumber('type') ?? 0;
	const kind = (['video', 'note', 'audio'] as const)[type];
	if (kind === undefined) throw badPayload("'type' out of range");
	call.body.maybeNumber('uploaderType');
	return slots(call, kind, 'video', 'videoId');
}

function slots(call: Call, kind: MediaKind, path: string, idName: string): Outgoing {
	const info = Array.from({ length: count(call) }, () => {
		const slot = openSlot(call.world, call.me.id, kind, 1);
		const media = slot.media[0] as Media;
		return {
			url: `${call.conn.mediaBase}/${path}?ticket=${slot.ticket}`,
			[idName]: media.id,
			token: media.token,
		};
	});
	return { info };
}

/** A media of a message the caller can see. */
function attached(call: Call, idName: string, kinds: readonly MediaKind[]): Media {
	const { world, me, body } = call;
	const id = body.int(idName);
	const chat = chatFor(world, me, body.int('chatId'));
	const message = findMessage(chat, me, body.messageId('messageId'));
	const within = [message, ...(message.link === undefined ? [] : [message.link.message])];
	const present = within.some((one) =>
		one.attaches.some((attach) => 'mediaId' in attach && attach.mediaId === id),
	);
	const media = world.media.get(id);
	if (!present || media === undefined || !kinds.includes(media.kind)) throw new Refusal('not.found');
	return media;
}

function fileDownload(call: Call): Outgoing {
	const media = attached(call, 'fileId', ['file']);
	return { url: mediaUrl(call.conn, media), unsafe: /\.(exe|bat|cmd|scr|apk|msi)$/i.test(media.name) };
}

function videoPlay(call: Call): Outgoing {
	const media = attached(call, 'videoId', ['video', 'note']);
	call.body.maybeString('token');
	return {
		MP4_480: mediaUrl(call.conn, media, '480'),
		MP4_720: mediaUrl(call.conn, media, '720'),
		EXTERNAL: `https://max.ru/video/${media.id}`,
		cache: true,
	};
}

function audioPlay(call: Call): Outgoing {
	const media = attached(call, 'audioId', ['audio']);
	call.body.maybeString('token');
	return { OGG: mediaUrl(call.conn, media) };
}

/** PHOTO_URL_REFRESH; choice: the payload is taken to name photos and the reply to map them to addresses. */
function refreshPhotos(call: Call): Outgoing {
	const ids = call.body.ints('photoIds');
	const found = ids.map((id) => call.world.media.get(id)).filter((media) => media?.kind === 'photo');
	return { urls: new Map(found.map((media) => [(media as Media).id, mediaUrl(call.conn, media as Media)])) };
}

export const mediaHandlers: HandlerTable = {
	80: photoSlot,
	82: videoSlot,
	83: videoPlay,
	87: (call) => slots(call, 'file', 'file', 'fileId'),
	88: fileDownload,
	203: refreshPhotos,
	301: audioPlay,
};
