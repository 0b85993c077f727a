import type { EventMeta, Media } from './schemas';

export const NO_MEDIA: Readonly<Media> = Object.freeze({
	has_voice: false,
	voice_url: null,
	has_images: false,
	images: [],
	has_video: false,
	videos: [],
	has_document: false,
	documents: [],
});

/** `meta` of an event that is no message: nobody's in particular, about no message, chat or advert unless told. */
export function plainMeta(told: Partial<EventMeta> & Pick<EventMeta, 'original_media_type'>): EventMeta {
	return {
		external_message_id: null,
		ad_id: null,
		ad_title: null,
		direction: 'in',
		sent_by: 'client',
		chat_type: '',
		chat_title: null,
		sender_username: null,
		reply_to: null,
		thread_id: null,
		album_id: null,
		mentions_me: false,
		attempt: 1,
		...told,
	};
}
