import type { Random } from '../../../contract';
import type { TlObject } from '../tl';
import { ChannelBoxes } from './channel-boxes';
import { Channels } from './channels';
import { CommonBox } from './common-box';
import { Fills } from './fills';
import { Output } from './output';
import type { EngineState } from './state';
import { Tasks } from './tasks';
import type { Applied, EngineInput, EngineRequest, Failure } from './types';
import { channelOf, place, unpack } from './unpack';
import { Walks } from './walks';

/** Without any update for this long something may be wrong that nobody told (core.telegram.org/api/updates). */
const IDLE_MS = 900_000;
/** What cannot be read is asked for in another form, but not more often than this: a server may send it with every answer. */
const UNREADABLE_MS = 5_000;
/** A channel whose difference fails this often waits for its next update. */
const CHANNEL_TRIES = 10;
/** Failures after which an account counts as caught up in spite of one channel. */
const PATIENCE = 3;

export interface EngineOptions {
	/** own user id */
	self: string;
	/** hash of the session, see `EngineState.session` */
	session: string;
	/** null = start at now */
	state: EngineState | null;
	/** unix seconds: without a state, what was written since then is read from the histories; default: nothing is */
	startAt?: number;
	/** unix seconds below which nothing is read from history */
	recoverSince: number;
	/** bare ids of channels to be asked regularly: the server does not push all of a large channel */
	watched: readonly string[];
	random: Random;
	/** has this user or group (marked id) been seen? */
	knows(marked: string): boolean;
}

/** What came of the last inputs. */
export interface EngineOutput {
	/** in this order into the journal */
	apply: Applied[];
	/** to be asked now */
	requests: EngineRequest[];
	/** the stored position may have moved */
	moved: boolean;
}

/**
 * The order of updates of one account: which may be applied, which must wait, what has to be asked for
 * (core.telegram.org/api/updates). No IO and no clock: updates, answers and the time go in; what to apply and the
 * requests to make come out. Boxes: *common* (private chats and basic groups) with *qts*, one per channel. This file
 * brings inputs to the box they belong to.
 *
 * What it cannot guarantee: the server pushes large channels lazily (see `watched`), a *too long* difference shows no
 * deletions and no edits of messages older than what it left out, and a channel the account lost access to shows nothing.
 */
export class UpdateEngine {
	readonly #options: EngineOptions;
	readonly #channels: Channels;
	readonly #tasks: Tasks;
	readonly #fills: Fills;
	readonly #output: Output;
	readonly #common: CommonBox;
	readonly #boxes: ChannelBoxes;
	readonly #walks: Walks;
	#lastUpdateAt = 0;
	/** when something unreadable was last asked for in another form, and is to be next; ms */
	#unreadable: { askedAt: number; askAt: number | null } = { askedAt: -Infinity, askAt: null };

	constructor(options: EngineOptions) {
		const { state, session } = options;
		this.#options = options;
		const channels = new Channels(state);
		const tasks = new Tasks(options.random);
		const fills = new Fills(state?.fills ?? [], options.recoverSince, tasks);
		const output = new Output(channels, state?.top ?? 0);
		this.#channels = channels;
		this.#tasks = tasks;
		this.#fills = fills;
		this.#output = output;
		this.#common = new CommonBox(state, {
			tasks,
			output,
			session,
			recover: (update, now) => this.#recover(update, null, now),
			walk: (sweep) => this.#walks.begin(sweep),
			filling: () => this.#walks.filling,
		});
		this.#boxes = new ChannelBoxes(state, options.watched, {
			tasks,
			fills,
			output,
			channels,
			fresh: state === null,
			recovering: () => this.#common.recovering,
			seen: () => this.#common.seen,
			recover: (update, channel, now) => this.#recover(update, channel, now),
		});
		this.#walks = new Walks(state, {
			startAt: options.startAt ?? Infinity,
			tasks,
			fills,
			output,
			channels,
			boxes: this.#boxes,
			commonIsFilled: () => this.#common.release(),
		});
	}

	start(now: number): void {
		this.#lastUpdateAt = now;
		this.#common.start();
		this.#walks.start();
		this.#boxes.start();
	}

	receive(input: EngineInput, now: number): void {
		if (input.kind === 'interrupted') {
			this.#common.askAgain();
			return;
		}
		if (input.kind === 'unreadable') {
			this.#unreadable.askAt ??= Math.max(now, this.#unreadable.askedAt + UNREADABLE_MS);
			this.tick(now);
			return;
		}
		this.#lastUpdateAt = now;
		if (input.kind === 'affected') {
			const { pts, ptsCount: pts_count, channel } = input;
			this.#take(
				{ _: 'affected', pts, pts_count, ...(channel === null ? {} : { channel_id: channel }) },
				now,
				true,
			);
			return;
		}
		const unpacked = unpack(input.payload, this.#options.self, this.#options.knows);
		if (unpacked.kind !== 'list') {
			// An unknown constructor may have held anything: the difference brings it in a form we know. One that is under way
			// may have been put together before this happened.
			this.#common.askAgain();
			return;
		}
		const { start, seq, date, updates } = unpacked;
		const placed = this.#common.placeOf(start);
		// Numbered updates find their place by their own box, whatever became of the seq.
		for (const update of updates) this.#take(update, now, placed === 'next');
		if (placed === 'gap') this.#common.askAgain();
		if (placed === 'next') this.#common.took(start, seq, date);
		else this.#common.tookAt(date);
		this.#output.moved = true;
	}

	/** The answer to a request; one to a question no longer asked is ignored. */
	answer(request: EngineRequest, result: TlObject, now: number): void {
		if (this.#tasks.get(request.key) !== request) return;
		switch (request.kind) {
			case 'state':
				this.#common.onState(result, now);
				break;
			case 'difference':
				this.#common.onDifference(result, now);
				break;
			case 'channelDifference':
				this.#boxes.onDifference(request, result, now);
				break;
			case 'channelDialog':
				this.#boxes.onDialog(request.channel, result, now);
				break;
			case 'dialogs':
				this.#walks.onDialogs(request, result, now);
				break;
			case 'historyAfter':
			case 'historyBefore':
				this.#walks.onHistory(request, result);
				break;
		}
		this.#output.moved = true;
	}

	fail(request: EngineRequest, failure: Failure, now: number): void {
		const tasks = this.#tasks;
		if (tasks.get(request.key) !== request) return;
		if (failure.kind === 'badPosition' && request.kind === 'difference') {
			tasks.done(request.key);
			this.#common.askState();
		} else if (failure.kind !== 'retry' && 'channel' in request) {
			tasks.done(request.key);
			this.#boxes.lose(request.channel);
		} else if (failure.kind !== 'retry' && 'chat' in request) {
			this.#walks.endFill(request.chat, { at: now / 1000, reason: 'not_readable' });
		} else {
			const after = failure.kind === 'retry' ? failure.afterMs : undefined;
			const failures = tasks.failed(request.key, now, after);
			if (request.kind === 'channelDifference' && failures >= CHANNEL_TRIES) tasks.done(request.key);
		}
		this.#output.moved = true;
	}

	/** Time has passed: holes that were not filled, idle accounts, watched channels. */
	tick(now: number): void {
		if (this.#common.deadlines.some((deadline) => deadline !== null && deadline <= now)) this.#common.ask();
		if (now - this.#lastUpdateAt >= IDLE_MS) {
			this.#lastUpdateAt = now;
			this.#common.ask();
		}
		if (this.#unreadable.askAt !== null && this.#unreadable.askAt <= now) {
			this.#unreadable = { askedAt: now, askAt: null };
			this.#common.askAgain();
		}
		this.#boxes.tick(now);
	}

	/** ms at which `tick` is to be called */
	nextAt(now: number): number {
		const times = [
			...this.#common.deadlines,
			this.#tasks.nextAt(now),
			this.#boxes.nextAt(),
			this.#unreadable.askAt,
		];
		return times.reduce<number>(
			(next, time) => (time === null ? next : Math.min(next, time)),
			this.#lastUpdateAt + IDLE_MS,
		);
	}

	take(now: number): EngineOutput {
		return { ...this.#output.take(), requests: this.#tasks.due(now) };
	}

	/** Has everything that was missed been asked for and applied? */
	get caughtUp(): boolean {
		return this.#common.caughtUp && this.#tasks.settled(PATIENCE);
	}

	/** A channel (bare id) whose name was looked up meanwhile is to be asked regularly, too. */
	watch(channel: string): void {
		this.#boxes.watch(channel);
	}

	/** null until the first position is known */
	state(): EngineState | null {
		const common = this.#common.format();
		if (common === null) return null;
		const { channels, ahead } = this.#channels.format();
		return {
			...common,
			top: this.#output.top,
			channels,
			ahead: { common: this.#common.ahead, channels: ahead },
			fills: this.#fills.format(),
			sweep: this.#walks.sweep,
			...this.#boxes.format(),
		};
	}

	/** One update into its box. `inTime`: unnumbered ones are applied, too. */
	#take(update: TlObject, now: number, inTime: boolean): void {
		if (update._ === 'updateChannelTooLong') {
			this.#boxes.onTooLong(update);
			return;
		}
		if (update._ === 'updatePtsChanged') {
			this.#common.askState();
			return;
		}
		const placed = place(update);
		if (placed.box === null) {
			if (update._ === 'updateChannel') this.#boxes.onChanged(channelOf(update));
			if (inTime) this.#output.emit(update, false);
		} else if (placed.box === 'channel') {
			this.#boxes.offer(placed.channel, placed.pts, placed.count, update, now);
		} else {
			this.#common.offer(placed.box, placed.pts, placed.count, update, now);
		}
	}

	/** An update out of a difference of `channel` (null = common): those of its own box are in order already. */
	#recover(update: TlObject, channel: string | null, now: number): void {
		const placed = place(update);
		const foreign =
			update._ === 'updateChannelTooLong' ||
			update._ === 'updateChannel' ||
			update._ === 'updatePtsChanged' ||
			(placed.box === 'channel' && placed.channel !== channel);
		if (foreign) this.#take(update, now, true);
		else this.#output.emit(update, true);
	}
}
