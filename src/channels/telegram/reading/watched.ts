import { ChannelError } from '../../../contract';
import type { TelegramAccount } from '../account';
import { unmarkId } from '../peers/marked-id';
import { parseReference } from '../peers/reference';

/** Between two tries to find somebody whom a passing trouble hides, ms. */
const AGAIN_MS = 600_000;

/** Watched channels named by their ids, bare: nothing has to be asked for them. */
export function watchedIds(watched: readonly string[]): string[] {
	return watched.flatMap((reference) => {
		const named = parseReference(reference);
		const peer = named !== null && 'id' in named ? unmarkId(named.id) : null;
		return peer?.type === 'channel' ? [peer.id] : [];
	});
}

/** Those named by a @username or link, which is the only way to name a public channel the account is not in. */
export function watchedNames(watched: readonly string[]): string[] {
	return watched.filter((reference) => parseReference(reference)?.kind === 'username');
}

/** The bare id of a watched channel; null when there is none of that name. Rejects only when reading ends. */
export async function findWatched(
	{ resolver, services }: Pick<TelegramAccount, 'resolver' | 'services'>,
	reference: string,
	signal: AbortSignal,
): Promise<string | null> {
	for (;;) {
		try {
			const { peer } = await resolver.resolve(reference, { signal });
			const found = unmarkId(peer.id);
			if (found?.type === 'channel') return found.id;
			services.logger.warn('telegram: a watched chat is no channel or supergroup', { chat: reference });
			return null;
		} catch (error) {
			signal.throwIfAborted();
			services.logger.warn('telegram: a watched channel was not found', {
				chat: reference,
				error: String(error),
			});
			if (ChannelError.is(error) && error.retry === 'never') return null;
			await services.clock.sleep(AGAIN_MS, signal);
		}
	}
}
