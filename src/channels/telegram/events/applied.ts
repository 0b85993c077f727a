import type { ChannelEvent, EngineEvent } from '../../../contract';
import type { TelegramAccount } from '../account';
import { child, flag, int, type TlObject } from '../tl';
import type { Applied } from '../updates/types';
import { newMessageOf } from '../updates/unpack';
import { albumOf } from './album';
import { chatTypeOf, plainEvent, sentAt } from './base';
import { messageEvent } from './normalise';
import { otherEvents } from './other';
import type { SeenTexts } from './seen-texts';

/** One event, or the promise of one; which chat's order it keeps, and of which album it is. */
export interface Draft {
	chat: string;
	album: string | null;
	told: EngineEvent | Promise<EngineEvent>;
}

/**
 * What an applied update tells. Never throws: what cannot be read becomes *unknown*, since the next update must not
 * suffer for it.
 * @param now ms
 */
export function draftsOf(
	applied: Applied,
	account: TelegramAccount,
	seen: SeenTexts,
	now: number,
): readonly Draft[] {
	try {
		return drafts(applied, account, seen, now);
	} catch (error) {
		const update = applied.kind === 'update' ? applied.update : { _: applied.kind };
		account.services.logger.error('telegram: an update could not be read', {
			update: update._,
			error: String(error),
		});
		const event = plainEvent('unknown', '', update, account, now, {});
		return [single({ event, at: now, recovered: false })];
	}
}

function drafts(applied: Applied, account: TelegramAccount, seen: SeenTexts, now: number): readonly Draft[] {
	if (applied.kind === 'gap') {
		const at = applied.to * 1000;
		return otherEvents(applied, account, now).map((event) => single({ event, at, recovered: true }));
	}
	const { update, recovered } = applied;
	const made = newMessageOf(update);
	const edited = /^updateEdit(Channel)?Message$/.test(update._) ? child(update, 'message') : null;
	const message = made ?? edited;
	if (message === null) {
		return otherEvents(applied, account, now).map((event) => {
			const told = { event, at: now, recovered };
			return event.event_type === 'message_deleted' && seen.enabled
				? { ...single(told), told: withText(told, account, seen) }
				: single(told);
		});
	}
	// `edit_hide`: reactions, views, previews. Nothing a reader would call an edit.
	if (message._ === 'messageEmpty' || (edited !== null && flag(edited, 'edit_hide'))) return [];
	return [messageDraft(message, edited !== null, recovered, account, seen)];
}

function single(told: EngineEvent): Draft {
	return { chat: told.event.external_chat_id, album: null, told };
}

function messageDraft(
	message: TlObject,
	edited: boolean,
	recovered: boolean,
	account: TelegramAccount,
	seen: SeenTexts,
): Draft {
	const { services, messageChats } = account;
	const event = messageEvent(message, edited, false, account);
	const id = int(message, 'id') ?? 0;
	const chat = event.external_chat_id;
	if (!chat.startsWith('-100')) messageChats.note(id, chat);
	seen.note(event);
	const at = edited ? (int(message, 'edit_date') ?? 0) * 1000 : sentAt(message);
	const draft = { chat, album: albumOf(event) };
	if (event.meta.direction === 'in') return { ...draft, told: { event, at, recovered } };
	const told = services.sentByNode(chat, String(id)).then(
		(own) => ({ event: own ? ofNode(event) : event, at, recovered }),
		(): EngineEvent => ({ event, at, recovered }),
	);
	return { ...draft, told };
}

function ofNode(event: ChannelEvent): ChannelEvent {
	return { ...event, meta: { ...event.meta, sent_by: 'node' } };
}

/** A deletion with what was seen of the message. */
async function withText(told: EngineEvent, account: TelegramAccount, seen: SeenTexts): Promise<EngineEvent> {
	const { event } = told;
	const found = await seen.find(event.external_chat_id, event.meta.external_message_id ?? '');
	if (found === null) return told;
	return {
		...told,
		event: {
			...event,
			external_chat_id: found.chat,
			external_user_id: found.user,
			client_name: found.name,
			text: found.text,
			meta: {
				...event.meta,
				direction: found.direction,
				chat_type: chatTypeOf(found.chat, account.book.get(found.chat), account),
			},
			data: { ...event.data, sent_at: found.timestamp },
		},
	};
}
