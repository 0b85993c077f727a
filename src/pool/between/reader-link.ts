import {
	readerLeaseName,
	sessionLeaseName,
	type AccountId,
	type ChannelEvent,
	type JsonObject,
	type RemoteCalls,
	type SessionKey,
} from '../../contract';
import type { ReaderLink } from '../journal';
import { toWire, type PoolQuestion } from './questions';

/** The reader need only look into its memory. ms */
const ASK_MS = 5_000;
/** It asks its provider, ms. */
const LATEST_MS = 20_000;

/** @param sessions of this account that another process may own without reading for it yet */
export function readerLink(
	remote: RemoteCalls,
	account: AccountId,
	sessions: readonly SessionKey[],
): ReaderLink {
	const lease = readerLeaseName(account);
	const ask = (question: PoolQuestion, timeoutMs = ASK_MS): Promise<JsonObject | null> =>
		remote.ask({ lease }, toWire(question), timeoutMs);

	async function attend(): Promise<boolean> {
		for (const session of sessions) {
			const asked = { lease: sessionLeaseName(session) };
			if ((await remote.ask(asked, toWire({ ask: 'attend', session }), ASK_MS)) !== null) return true;
		}
		return false;
	}

	return {
		async follow(interest) {
			const question: PoolQuestion = { ask: 'follow', account, interest };
			const answer = (await ask(question)) ?? ((await attend()) ? await ask(question) : null);
			return answer === null ? null : answer['live'] === true;
		},
		leave() {
			ask({ ask: 'unfollow', account }).catch(() => null);
		},
		async announce(event) {
			await ask({ ask: 'announce', account, event });
		},
		async latest(limit) {
			const events = (await ask({ ask: 'latest', account, limit }, LATEST_MS))?.['events'];
			// Made by the reader's own channel, as those in the journal are.
			return Array.isArray(events) ? (events as unknown as ChannelEvent[]) : [];
		},
	};
}
