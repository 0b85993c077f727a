import type {
	AccountConfig,
	AccountId,
	AccountStateChange,
	ChannelEvent,
	Clock,
	Random,
} from '../../contract';
import { poolEvent } from '../journal';

/** An `account_state` event: something about the whole account that a workflow may want to act on. */
export function accountStateEvent(
	config: AccountConfig,
	account: AccountId,
	change: AccountStateChange,
	clock: Clock,
	random: Random,
): ChannelEvent {
	return poolEvent({ account, label: config.label }, clock, {
		id: `${account}:account_state:${change.state}:${random.hex(6)}`,
		type: 'account_state',
		chatId: '',
		text: change.reason,
		data: {
			state: change.state,
			reason: change.reason,
			hint: change.hint ?? null,
			code: change.error?.code ?? null,
		},
	});
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
