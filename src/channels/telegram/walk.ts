import type { TelegramAccount } from './account';
import { isLastPage } from './messages-page';
import type { Peer } from './peers/peer';
import { children, int, type TlObject } from './tl';

/** the most Telegram gives at once */
const PAGE = 100;

/** Where a walk through a chat begins, and which way it goes: on from `after…`, else back, from `before…` or the newest. */
export interface Walk {
	/** a forum topic, or the comments below a post */
	topicId?: number | undefined;
	/** exclusive */
	beforeId?: number | undefined;
	/** unix seconds, exclusive */
	before?: number | undefined;
	/** exclusive */
	afterId?: number | undefined;
	/** unix seconds, inclusive */
	after?: number | undefined;
	pageSize?: number | undefined;
}

/** Pages of a chat's messages: newest first going back, oldest first going on. */
export async function* walkMessages(
	account: TelegramAccount,
	peer: Peer,
	walk: Walk,
	signal: AbortSignal,
): AsyncGenerator<TlObject[]> {
	const limit = Math.min(PAGE, walk.pageSize ?? PAGE);
	const page = async (place: Record<string, number>): Promise<TlObject> => {
		const common = {
			peer: account.resolver.inputOf(peer.id),
			...{ offset_id: 0, offset_date: 0, add_offset: 0, limit, max_id: 0, min_id: 0, hash: '0' },
			...place,
		};
		const request =
			walk.topicId === undefined
				? { _: 'messages.getHistory', ...common }
				: { _: 'messages.getReplies', ...common, msg_id: walk.topicId };
		return account.connection.object(request, { signal });
	};
	if (walk.after === undefined && walk.afterId === undefined) yield* back(page, walk, limit);
	else yield* on(page, walk, limit);
}

type Page = (place: Record<string, number>) => Promise<TlObject>;

async function* back(page: Page, { beforeId, before }: Walk, limit: number): AsyncGenerator<TlObject[]> {
	let offset = beforeId ?? 0;
	for (let first = true; ; first = false) {
		const answer = await page({
			offset_id: offset,
			...(first && before !== undefined ? { offset_date: before } : {}),
		});
		const messages = children(answer, 'messages');
		const last = idOf(messages.at(-1));
		yield messages.filter((message) => isThere(message) && within(message, before));
		if (last === null || last === offset || isLastPage(answer, limit)) return;
		offset = last;
	}
}

async function* on(
	page: Page,
	{ after, afterId, before, beforeId }: Walk,
	limit: number,
): AsyncGenerator<TlObject[]> {
	let from = afterId ?? 0;
	if (after !== undefined) {
		const [older] = children(await page({ offset_date: after, limit: 1 }), 'messages');
		from = Math.max(from, idOf(older) ?? 0);
	}
	for (;;) {
		// The place of the first newer one, moved back by a page (core.telegram.org/api/offsets).
		const answer = await page({ offset_id: from + 1, add_offset: -limit, min_id: from });
		const messages = children(answer, 'messages').toReversed();
		const last = idOf(messages.at(-1));
		const wanted = messages.filter(
			(message) => within(message, before) && (beforeId === undefined || (idOf(message) ?? 0) < beforeId),
		);
		yield wanted.filter(isThere);
		if (last === null || last <= from || isLastPage(answer, limit) || wanted.length < messages.length) return;
		from = last;
	}
}

function idOf(message: TlObject | undefined): number | null {
	return message === undefined ? null : int(message, 'id');
}

function isThere(message: TlObject): boolean {
	return message._ !== 'messageEmpty';
}

function within(message: TlObject, before: number | undefined): boolean {
	return before === undefined || (int(message, 'date') ?? 0) < before;
}
