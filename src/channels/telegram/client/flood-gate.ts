import { ChannelError, type Clock } from '../../../contract';

/** Requests that share one of Telegram's limits: one of these words, or the method itself, which shares it with none. */
export type Family = string;

const FAMILIES: readonly (readonly [RegExp, Family])[] = [
	[/^messages\.(send(Message|Media|MultiMedia|InlineBotResult)|forwardMessages|startBot)$/, 'send'],
	[/^contacts\.resolve/, 'resolve'],
	[/^contacts\./, 'contacts'],
	[/^messages\.(getHistory|search|searchGlobal|getReplies|getDialogs|getPeerDialogs)$/, 'history'],
	[
		/^(channels\.(joinChannel|inviteToChannel|createChannel)|messages\.(importChatInvite|addChatUser|createChat))$/,
		'join',
	],
	[/^auth\./, 'login'],
	[/^upload\./, 'files'],
	[/^updates\./, 'updates'],
];

export function familyOf(method: string): Family {
	return FAMILIES.find(([pattern]) => pattern.test(method))?.[1] ?? method;
}

/** How long a wait is sat out before it is told, ms, and how often for one request. */
export interface Patience {
	ms: number;
	times: number;
}

/**
 * Short waits are a matter of course, and nobody wants to be told of them. Parts of files and pages of a history are asked
 * for by the hundred: there a longer one is, too, and what was read before it would be lost.
 */
export function patienceWith(family: Family): Patience {
	if (family === 'files') return { ms: 60_000, times: 20 };
	return family === 'history' ? { ms: 60_000, times: 5 } : { ms: 10_000, times: 3 };
}

/** After a flood wait, requests of the same account and family wait at our door instead of making it worse. */
export class FloodGate {
	readonly #clock: Clock;
	readonly #openAt = new Map<Family, number>();

	constructor(clock: Clock) {
		this.#clock = clock;
	}

	close(family: Family, ms: number): void {
		this.#openAt.set(family, Math.max(this.#openAt.get(family) ?? 0, this.#clock.now() + ms));
	}

	/** @throws ChannelError `flood_wait` with the rest of the wait when it is longer than the caller has time */
	async pass(family: Family, signal: AbortSignal | undefined, maxMs: number): Promise<void> {
		const wait = (this.#openAt.get(family) ?? 0) - this.#clock.now();
		if (wait <= 0) return;
		if (wait > maxMs) {
			throw new ChannelError('flood_wait', `Telegram asks to wait ${String(Math.ceil(wait / 1000))} s`, {
				channel: 'telegram',
				retry: { afterMs: wait },
				hint: 'Spread the work over time; only this account and this kind of request wait.',
			});
		}
		await this.#clock.sleep(wait, signal);
	}
}
