import type { CommandContext } from '../../../contract';
import type { TelegramAccount } from '../account';
import type { TlObject } from '../tl';
import { inputOf, type InputMedia } from './input-media';

/** Telegram's limit (core.telegram.org/api/files: albums) */
const ALBUM = 10;

/** Neighbours of one kind travel together, at most ten: Telegram does not mix pictures with files or music. Pure. */
export function albums(media: readonly InputMedia[], together: boolean): TlObject[][] {
	const groups: { group: InputMedia['group']; media: TlObject[] }[] = [];
	for (const { media: one, group } of media) {
		const last = groups.at(-1);
		const joins = together && group !== 'single' && last?.group === group && last.media.length < ALBUM;
		if (joins) last.media.push(one);
		else groups.push({ group, media: [one] });
	}
	return groups.map((group) => group.media);
}

/** In an album only what Telegram holds already may stand: an uploaded or foreign file is made one first. */
export async function settle(
	account: TelegramAccount,
	peer: TlObject,
	media: TlObject,
	{ signal }: CommandContext,
): Promise<TlObject> {
	if (!/Uploaded|External/.test(media._)) return media;
	const kept = await account.connection.object({ _: 'messages.uploadMedia', peer, media }, { signal });
	const spoiler = media['spoiler'] === true ? { spoiler: true } : {};
	return { ...inputOf(kept), ...spoiler };
}
