import type { AccountConfig, AccountId, AccountStateChange, ChannelEvent, Clock, Random } from '../../contract';

/** An `account_state` event: something about the whole account that a workflow may want to act on. */
export function accountStateEvent(
	config: AccountConfig,
	account: AccountId,
	change: AccountStateChange,
	clock: Clock,
	random: Random,
): ChannelEvent {
	return {
		channel: config.channel,
		event_id: `${account}:account_state:${change.state}:${random.hex(6)}`,
		event_type: 'account_state',
		account: { id: account, label: config.label, phone_hash: null },
		external_user_id: '',
		external_chat_id: '',
		text: change.reason,
		timestamp: new Date(clock.now()).toISOString(),
		client_name: '',
		client_phone: '',
		media: {
			has_voice: false,
			voice_url: null,
			has_images: false,
			images: [],
			has_video: false,
			videos: [],
			has_document: false,
			documents: [],
		},
		meta: {
			external_message_id: null,
			ad_id: null,
			ad_title: null,
			direction: 'in',
			sent_by: 'client',
			original_media_type: 'account_state',
			chat_type: '',
			chat_title: null,
			sender_username: null,
			reply_to: null,
			thread_id: null,
			album_id: null,
			mentions_me: false,
			attempt: 1,
		},
		data: { state: change.state, reason: change.reason, hint: change.hint ?? null, code: change.error?.code ?? null },
	};
}

/** Lets one kind of news through at most once in a while. */
export class NewsLimiter {
	readonly #last = new Map<string, number>();

	allows(kind: string, now: number, everyMs: number): boolean {
		const last = this.#last.get(kind);
		if (last !== undefined && now - last < everyMs) return false;
		this.#last.set(kind, now);
		return true;
	}

	forget(): void {
		this.#last.clear();
	}
}
