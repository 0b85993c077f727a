import { unmarkId } from '../peers/marked-id';
import type { TlObject } from '../tl';
import type { ChannelBoxes } from './channel-boxes';
import type { Channels } from './channels';
import { readDialogsPage } from './dialogs-page';
import type { Fills } from './fills';
import type { Output } from './output';
import type { EngineState, Sweep } from './state';
import { nextPage, resumeSweep } from './sweep';
import type { Tasks } from './tasks';
import type { EngineRequest, GapReason } from './types';
import { asNewMessage, chatOfMessage, markChannel } from './unpack';

/** What the walks need of the rest of the engine. */
export interface WalkNeeds {
	/** unix seconds: the walk at the very start fills what was written since then */
	startAt: number;
	tasks: Tasks;
	fills: Fills;
	output: Output;
	channels: Channels;
	boxes: ChannelBoxes;
	/** No private chat is left to be read. */
	commonIsFilled(): void;
}

/** The walk over all dialogs, to learn where every channel is and to find what a *too long* difference left out, and the histories that bring it. */
export class Walks {
	readonly #needs: WalkNeeds;
	#sweep: Sweep | null;

	constructor(state: EngineState | null, needs: WalkNeeds) {
		this.#needs = needs;
		this.#sweep = state === null ? null : resumeSweep(state);
	}

	start(): void {
		if (this.#sweep !== null) this.#ask(this.#sweep);
	}

	begin(sweep: Sweep): void {
		this.#needs.tasks.done('dialogs');
		this.#sweep = sweep;
		this.#ask(sweep);
	}

	get sweep(): Sweep | null {
		return this.#sweep;
	}

	/** the walk that fills, while there is one */
	get filling(): Sweep | null {
		return this.#sweep?.purpose === 'fill' ? this.#sweep : null;
	}

	onDialogs(request: Extract<EngineRequest, { kind: 'dialogs' }>, result: TlObject, now: number): void {
		const sweep = this.#sweep;
		const { tasks } = this.#needs;
		if (sweep === null || sweep.folder !== request.folder) {
			tasks.done(request.key);
			return;
		}
		const { dialogs, next } = readDialogsPage(result);
		for (const { chat, channel, pts, topMessage, date } of dialogs) {
			if (channel === null) this.#passChat(sweep, chat, topMessage);
			else if (pts !== null) this.#passChannel(sweep, channel, pts, topMessage, now);
			// Written after somebody began to wait for it, before this session was told where the updates stand.
			if (sweep.purpose === 'baseline' && date >= this.#needs.startAt)
				this.#needs.fills.begin({ chat, afterId: null, toId: topMessage, since: this.#needs.startAt });
		}
		this.#sweep = nextPage(sweep, dialogs, next);
		if (this.#sweep === null) tasks.done(request.key);
		else this.#ask(this.#sweep);
		this.#release();
	}

	onHistory(
		request: Extract<EngineRequest, { kind: 'historyAfter' | 'historyBefore' }>,
		result: TlObject,
	): void {
		const { fills, output } = this.#needs;
		const { messages, cut, finished } = fills.answer(request, result);
		if (cut !== null) output.gap(request.chat, cut.from, cut.to, 'catch_up_limit');
		for (const message of messages) {
			if (chatOfMessage(message) === request.chat) output.filled(asNewMessage(message));
		}
		if (finished) this.endFill(request.chat, null);
	}

	/** @param gap what cannot be read any more, up to `at` (unix seconds) */
	endFill(chat: string, gap: { at: number; reason: GapReason } | null): void {
		const { fills, output, channels } = this.#needs;
		const fill = fills.end(chat);
		if (fill !== undefined && gap !== null) output.gap(chat, fill.since, Math.floor(gap.at), gap.reason);
		const peer = unmarkId(chat);
		const channel = peer?.type === 'channel' ? channels.get(peer.id) : undefined;
		if (channel !== undefined) channel.stable = null;
		this.#release();
	}

	#ask({ folder, offset }: Sweep): void {
		this.#needs.tasks.again({ key: 'dialogs', kind: 'dialogs', folder, offset });
	}

	#passChat(sweep: Sweep, chat: string, topMessage: number): void {
		const { fills, output } = this.#needs;
		if (sweep.purpose === 'fill' && topMessage > sweep.afterId) {
			fills.begin({ chat, afterId: sweep.afterId, toId: topMessage, since: sweep.since });
		}
		// The first page of the first walk is one moment, its highest id the account's. Later pages, and walks that fill,
		// would raise it above messages not seen yet.
		const first = sweep.purpose === 'baseline' && sweep.folder === 0 && sweep.offset === null;
		if (first) output.top = Math.max(output.top, topMessage);
	}

	#passChannel(sweep: Sweep, id: string, pts: number, topMessage: number, now: number): void {
		const { fills, channels, boxes } = this.#needs;
		const known = channels.get(id)?.box.pts;
		if (known == null) {
			channels.learn(id, pts, topMessage);
			if (sweep.purpose === 'fill') {
				fills.begin({ chat: markChannel(id), afterId: null, toId: topMessage, since: sweep.since });
			}
			boxes.settle(id, now);
		} else if (pts > known) boxes.ask(id);
	}

	#release(): void {
		if (this.filling === null && !this.#needs.fills.ofCommon) this.#needs.commonIsFilled();
	}
}
