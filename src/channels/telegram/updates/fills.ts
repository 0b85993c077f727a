import { isLastPage } from '../messages-page';
import { unmarkId } from '../peers/marked-id';
import { children, int, type TlObject } from '../tl';
import type { Fill } from './state';
import type { Tasks } from './tasks';
import { HISTORY_PAGE, type EngineRequest } from './types';

export interface FillStep {
	/** oldest first */
	messages: TlObject[];
	/** lies before what may be read (`recoverSince`); unix seconds */
	cut: { from: number; to: number } | null;
	finished: boolean;
}

/** Chats whose missed messages are read from their history, oldest first, one page at a time. */
export class Fills {
	readonly #fills = new Map<string, Fill>();
	readonly #recoverSince: number;
	readonly #tasks: Tasks;

	constructor(stored: readonly Fill[], recoverSince: number, tasks: Tasks) {
		this.#recoverSince = recoverSince;
		this.#tasks = tasks;
		for (const fill of stored) this.#go(fill);
	}

	/** A chat that is being read already goes on from where it is, up to the new end. */
	begin(wanted: Omit<Fill, 'knownId'>): void {
		const running = this.#fills.get(wanted.chat);
		if (running !== undefined) {
			const toId = running.toId === null || wanted.toId === null ? null : Math.max(running.toId, wanted.toId);
			this.#fills.set(wanted.chat, { ...running, toId });
			return;
		}
		const tooFar = wanted.since < this.#recoverSince;
		this.#go({
			...wanted,
			afterId: tooFar ? null : wanted.afterId,
			knownId: wanted.afterId,
			since: Math.max(wanted.since, this.#recoverSince),
		});
	}

	end(chat: string): Fill | undefined {
		const fill = this.#fills.get(chat);
		this.#fills.delete(chat);
		this.#tasks.done(fillKey(chat));
		return fill;
	}

	/** Is a private chat or basic group among them? */
	get ofCommon(): boolean {
		for (const chat of this.#fills.keys()) if (unmarkId(chat)?.type !== 'channel') return true;
		return false;
	}

	answer(
		request: Extract<EngineRequest, { kind: 'historyAfter' | 'historyBefore' }>,
		result: TlObject,
	): FillStep {
		const fill = this.#fills.get(request.chat);
		const newestFirst = children(result, 'messages');
		if (fill === undefined) return { messages: [], cut: null, finished: true };
		if (request.kind === 'historyBefore') return this.#anchored(fill, newestFirst);
		const after = request.afterId;
		const page = newestFirst.filter((message) => (int(message, 'id') ?? 0) > after).reverse();
		const messages = page.filter(
			(message) =>
				message._ !== 'messageEmpty' && (fill.toId === null || (int(message, 'id') ?? 0) <= fill.toId),
		);
		const last = int(page.at(-1) ?? { _: '' }, 'id') ?? after;
		const finished =
			page.length === 0 || isLastPage(result, HISTORY_PAGE) || (fill.toId !== null && last >= fill.toId);
		if (!finished) this.#go({ ...fill, afterId: last });
		return { messages, cut: null, finished };
	}

	format(): Fill[] {
		return [...this.#fills.values()];
	}

	/** The message before the time to begin at is known: from it on. */
	#anchored(fill: Fill, [before]: readonly TlObject[]): FillStep {
		const id = before === undefined ? 0 : (int(before, 'id') ?? 0);
		const afterId = Math.max(id, fill.knownId ?? 0);
		const from = before === undefined ? 0 : (int(before, 'date') ?? 0);
		this.#go({ ...fill, afterId });
		const cut = fill.knownId !== null && id > fill.knownId ? { from, to: fill.since } : null;
		return { messages: [], cut, finished: false };
	}

	#go(fill: Fill): void {
		this.#fills.set(fill.chat, fill);
		const key = fillKey(fill.chat);
		this.#tasks.again(
			fill.afterId === null
				? { key, kind: 'historyBefore', chat: fill.chat, date: fill.since }
				: { key, kind: 'historyAfter', chat: fill.chat, afterId: fill.afterId, limit: HISTORY_PAGE },
		);
	}
}

function fillKey(chat: string): string {
	return `fill:${chat}`;
}
