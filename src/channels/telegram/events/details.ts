import type { JsonObject } from '../../../contract';
import { markPeer } from '../peers/marked-id';
import { child, children, int, long, text, type TlObject } from '../tl';
import type { Owner } from './base';

/** What a message holds that has no field of its own, in the words of MAX's events; null when there is nothing. */
export function detailsOf(message: TlObject, owner: Pick<Owner, 'book'>): JsonObject | null {
	const details: JsonObject = {
		...attached(child(message, 'media')),
		...keyboardOf(child(message, 'reply_markup')),
		...forwardOf(child(message, 'fwd_from'), owner),
	};
	return Object.keys(details).length === 0 ? null : details;
}

/** core.telegram.org/type/MessageMedia */
function attached(media: TlObject | null): JsonObject {
	switch (media?._) {
		case 'messageMediaGeo':
		case 'messageMediaGeoLive':
			return pointOf(child(media, 'geo'));
		case 'messageMediaVenue':
			return {
				...pointOf(child(media, 'geo')),
				title: text(media, 'title'),
				address: text(media, 'address'),
			};
		case 'messageMediaContact': {
			const userId = long(media, 'user_id');
			const phone = text(media, 'phone_number').replace(/^(?=\d)/, '+');
			return {
				contact_id: userId === '0' ? null : userId,
				contact_name: [text(media, 'first_name'), text(media, 'last_name')].join(' ').trim() || null,
				contact_phone: phone === '' ? null : phone,
			};
		}
		case 'messageMediaWebPage': {
			const page = child(media, 'webpage');
			const url = page === null ? '' : text(page, 'url');
			return page === null || url === '' ? {} : { share_url: url, share_title: text(page, 'title') || null };
		}
		case 'messageMediaPoll': {
			const poll = child(media, 'poll') ?? { _: '' };
			return {
				poll_id: long(poll, 'id'),
				title: wordsOf(poll, 'question'),
				answers: children(poll, 'answers').map((answer) => ({ text: wordsOf(answer, 'text') })),
			};
		}
		default:
			return {};
	}
}

function pointOf(geo: TlObject | null): JsonObject {
	const degrees = (name: string): number | null => {
		const value = geo?.[name];
		return typeof value === 'number' ? value : null;
	};
	return { latitude: degrees('lat'), longitude: degrees('long') };
}

function wordsOf(from: TlObject, field: string): string {
	return text(child(from, field) ?? { _: '' }, 'text');
}

/** The buttons below a message, row by row. */
function keyboardOf(markup: TlObject | null): JsonObject {
	const rows = children(markup, 'rows').map((row) =>
		children(row, 'buttons').map((button) => ({
			text: text(button, 'text'),
			...(text(button, 'url') === '' ? {} : { url: text(button, 'url') }),
		})),
	);
	return rows.length === 0 ? {} : { keyboard: rows };
}

/** Who hides behind a forward is a name only (core.telegram.org/constructor/messageFwdHeader). */
function forwardOf(header: TlObject | null, { book }: Pick<Owner, 'book'>): JsonObject {
	if (header === null) return {};
	const from = markPeer(child(header, 'from_id'));
	const peer = from === null ? undefined : book.get(from);
	const isChat = from?.startsWith('-') === true;
	const post = int(header, 'channel_post');
	return {
		forwarded_from: {
			chat_id: isChat ? from : null,
			chat_name: isChat ? (peer?.name ?? null) : null,
			user_id: isChat ? null : from,
			user_name: isChat ? null : (peer?.name ?? (text(header, 'from_name') || null)),
			message_id: post === null ? null : String(post),
		},
	};
}
