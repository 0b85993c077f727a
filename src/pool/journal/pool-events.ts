import {
	NO_MEDIA,
	plainMeta,
	type AccountId,
	type Channel,
	type ChannelEvent,
	type Clock,
	type JsonObject,
} from '../../contract';
import type { Gap } from '../consumer';

/** The account as its own events name it. */
export interface AboutAccount {
	account: AccountId;
	label: string;
}

/** An event the pool tells itself, about the account or one of its chats. */
export function poolEvent(
	about: AboutAccount,
	clock: Pick<Clock, 'now'>,
	event: { id: string; type: 'gap' | 'account_state'; chatId: string; text: string; data: JsonObject },
): ChannelEvent {
	return {
		// AccountId is prefixed by its channel.
		channel: about.account.slice(0, about.account.indexOf(':')) as Channel,
		event_id: event.id,
		event_type: event.type,
		account: { id: about.account, label: about.label, phone_hash: null },
		external_user_id: '',
		external_chat_id: event.chatId,
		text: event.text,
		timestamp: new Date(clock.now()).toISOString(),
		client_name: '',
		client_phone: '',
		media: { ...NO_MEDIA },
		meta: plainMeta({ original_media_type: event.type }),
		data: event.data,
	};
}

/** The rest of a catch-up, for one consumer; the same rest gives the same id, so a crash does not tell it twice. */
export function catchUpGap(
	about: AboutAccount,
	clock: Pick<Clock, 'now'>,
	gap: Gap,
	consumer: string,
): ChannelEvent {
	const [first, last] = [gap.seqs[0] ?? 0, gap.seqs[gap.seqs.length - 1] ?? 0];
	return poolEvent(about, clock, {
		id: `${about.account}:gap:${consumer}:${gap.chatId}:${first}-${last}`,
		type: 'gap',
		chatId: gap.chatId,
		text: `${gap.seqs.length} events were left out: more than "Catch up at most"`,
		data: {
			consumer,
			reason: 'catch_up',
			count: gap.seqs.length,
			from: new Date(gap.from).toISOString(),
			to: new Date(gap.to).toISOString(),
		},
	});
}

/**
 * What a retention limit removed unread, for one consumer (from a store's sweep). A count of 0: nobody can know how many,
 * because the store lost its data and could not be filled again in time.
 */
export function retentionGap(
	about: AboutAccount,
	clock: Pick<Clock, 'now'>,
	gap: { consumer: string; from: number; to: number; count: number },
): ChannelEvent {
	const reason = gap.count === 0 ? 'store_lost' : 'retention';
	return poolEvent(about, clock, {
		id: `${about.account}:gap:${gap.consumer}:${reason}:${gap.from}-${gap.to}`,
		type: 'gap',
		chatId: '',
		text:
			gap.count === 0
				? 'Events may be missing: Redis came back without its data'
				: `${gap.count} events were removed unread: older or more than the journal keeps`,
		data: {
			consumer: gap.consumer,
			reason,
			count: gap.count,
			// Journal numbers: the removed entries' times are gone with them.
			from_seq: gap.from,
			to_seq: gap.to,
		},
	});
}

/** *When the execution succeeds* gave an event up. */
export function gaveUpState(
	about: AboutAccount,
	clock: Pick<Clock, 'now'>,
	event: ChannelEvent,
	consumer: string,
): ChannelEvent {
	return poolEvent(about, clock, {
		id: `${about.account}:account_state:gave_up:${consumer}:${event.event_id}`,
		type: 'account_state',
		chatId: '',
		text: 'An event failed in every attempt and is not tried again',
		data: {
			state: 'degraded',
			reason: 'execution_failed',
			event_id: event.event_id,
			chat_id: event.external_chat_id,
			hint: 'Look at the failed executions of the workflow, then run them again by hand.',
		},
	});
}
