import type { JsonObject } from '../../../contract';
import { Decimal, wireId, type OutgoingMap, type WireId } from '../codec';
import { typeOf } from '../events/media';
import { id, number, text } from '../json';
import { flatWave } from './attachment';

/**
 * A received attachment in the form a client sends it: by the ids and tokens it came with, not uploaded again. null for
 * what has none: previews the service makes itself, keyboards, polls (sent again it would be another poll), calls.
 */
export function outgoingOf(attach: JsonObject): OutgoingMap | null {
	const _type = typeOf(attach);
	switch (_type) {
		case 'PHOTO':
			return { _type, photoToken: text(attach['photoToken']) ?? '' };
		case 'VIDEO':
			return withId(attach, 'videoId', (videoId) => ({
				_type,
				videoId,
				token: text(attach['token']) ?? '',
				videoType: number(attach['videoType']) ?? 0,
			}));
		case 'AUDIO': {
			const wave = text(attach['wave']);
			return withId(attach, 'audioId', (audioId) => ({
				_type,
				audioId,
				token: text(attach['token']) ?? '',
				duration: number(attach['duration']) ?? 0,
				wave: wave === null ? flatWave() : Buffer.from(wave, 'base64'),
			}));
		}
		case 'FILE':
			return withId(attach, 'fileId', (fileId) => ({ _type, fileId }));
		case 'STICKER':
			return withId(attach, 'stickerId', (stickerId) => ({ _type, stickerId }));
		case 'CONTACT':
			return withId(attach, 'contactId', (contactId) => ({ _type, contactId }));
		case 'LOCATION': {
			const { latitude, longitude } = attach;
			if (typeof latitude !== 'number' || typeof longitude !== 'number') return null;
			return { _type, latitude: new Decimal(latitude), longitude: new Decimal(longitude) };
		}
		default:
			return null;
	}
}

function withId(attach: JsonObject, name: string, form: (id: WireId) => OutgoingMap): OutgoingMap | null {
	const mediaId = id(attach[name]);
	return mediaId === null ? null : form(wireId(mediaId));
}
