import type { Random } from '../../../contract';
import { unmarkId } from '../peers/marked-id';
import { child, children, flag, int, type TlObject } from '../tl';
import { Box } from './box';
import { Channels, type ChannelBox } from './channels';
import { readDialogsPage } from './dialogs-page';
import { Fills } from './fills';
import type { EngineState, Sweep } from './state';
import { nextPage, resumeSweep, TOP_OF_LIST } from './sweep';
import { Tasks } from './tasks';
import type { Applied, EngineInput, EngineRequest, Failure, GapReason } from './types';
import { asNewMessage, channelOf, chatOfMessage, markChannel, newMessageOf, place, unpack } from './unpack';
import { Watch } from './watch';

/** Without any update for this long something may be wrong that nobody told (core.telegram.org/api/updates). */
const IDLE_MS = 900_000;
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
 * requests to make come out. Boxes: *common* (private chats and basic groups), *qts*, one per channel.
 *
 * What it cannot guarantee: the server pushes large channels lazily (see `watched`), a *too long* difference shows no
 * deletions and no edits of messages older than what it left out, and a channel the account lost access to shows nothing.
 */
export class UpdateEngine {
	readonly #options: EngineOptions;
	readonly #common: Box<TlObject>;
	readonly #qts: Box<TlObject>;
	readonly #channels: Channels;
	readonly #holed = new Map<string, Box<TlObject>>();
	readonly #tasks: Tasks;
	readonly #fills: Fills;
	readonly #watch: Watch;
	readonly #behind: Set<string>;
	readonly #joins: Map<string, number | null>;
	/** the common position to store while it is filled */
	#stable: number | null;
	#sweep: Sweep | null;
	#seq: number;
	/**
	 * When the last difference was complete. The server tells by it which channels have news: a push in between must not
	 * move it, or a channel whose last push was lost would never be named.
	 */
	#date: number;
	/** server time of the newest update while nothing was missing: from here on histories are read */
	#seen: number;
	#top: number;
	#session: string;
	/** until the first difference after a start is complete */
	#recovering = true;
	/** nothing was stored: everything begins now, and what is not known yet is not missing */
	readonly #fresh: boolean;
	/** messages of the first difference that are older than the start are not news */
	#startedAt: number | null = null;
	#repeatDifference = false;
	#lastUpdateAt = 0;
	#apply: Applied[] = [];
	#moved = false;

	constructor(options: EngineOptions) {
		const { state } = options;
		this.#options = options;
		this.#common = new Box(state === null ? null : (state.ahead.common ?? state.pts));
		this.#stable = state !== null && state.ahead.common !== null ? state.pts : null;
		this.#qts = new Box(state?.session === options.session ? state.qts : null);
		this.#channels = new Channels(state);
		this.#tasks = new Tasks(options.random);
		this.#fills = new Fills(state?.fills ?? [], options.recoverSince, this.#tasks);
		this.#watch = new Watch(options.watched);
		this.#behind = new Set(state?.behind ?? []);
		this.#joins = new Map(Object.entries(state?.joins ?? {}));
		this.#fresh = state === null;
		this.#sweep = state === null ? null : resumeSweep(state);
		this.#seq = state?.session === options.session ? state.seq : 0;
		this.#date = state?.date ?? 0;
		this.#seen = state?.seen ?? 0;
		this.#top = state?.top ?? 0;
		this.#session = state?.session ?? '';
	}

	start(now: number): void {
		this.#lastUpdateAt = now;
		if (this.#common.pts === null || this.#session !== this.#options.session) this.#askState();
		else this.#askDifference();
		if (this.#sweep !== null) this.#askSweep(this.#sweep);
		for (const [channel] of this.#joins) this.#askDialog(channel);
		for (const channel of this.#behind) this.#askChannel(channel);
	}

	receive(input: EngineInput, now: number): void {
		if (input.kind === 'interrupted') {
			if (this.#tasks.has('difference')) this.#repeatDifference = true;
			this.#askDifference();
			return;
		}
		this.#lastUpdateAt = now;
		if (input.kind === 'affected') {
			const update: TlObject = {
				_: 'affected',
				pts: input.pts,
				pts_count: input.ptsCount,
				...(input.channel === null ? {} : { channel_id: input.channel }),
			};
			this.#take(update, now, true);
			return;
		}
		const unpacked = unpack(input.payload, this.#options.self, this.#options.knows);
		if (unpacked.kind !== 'list') {
			// An unknown constructor may have held anything: the difference brings it in a form we know.
			this.#askDifference();
			return;
		}
		const { start, seq, date, updates } = unpacked;
		const gap = start !== 0 && this.#seq + 1 < start;
		const old = start !== 0 && this.#seq + 1 > start;
		// Numbered updates find their place by their own box, whatever became of the seq.
		for (const update of updates) this.#take(update, now, !gap && !old);
		if (gap) this.#askDifference();
		else if (!old && start !== 0) this.#seq = seq;
		if (this.#quiet && date > this.#seen) this.#seen = date;
		this.#moved = true;
	}

	/** The answer to a request; one to a question no longer asked is ignored. */
	answer(request: EngineRequest, result: TlObject, now: number): void {
		if (this.#tasks.get(request.key) !== request) return;
		switch (request.kind) {
			case 'state':
				this.#onState(result, now);
				break;
			case 'difference':
				this.#onDifference(result, now);
				break;
			case 'channelDifference':
				this.#onChannelDifference(request, result, now);
				break;
			case 'channelDialog':
				this.#onChannelDialog(request.channel, result, now);
				break;
			case 'dialogs':
				this.#onDialogs(request, result, now);
				break;
			case 'historyAfter':
			case 'historyBefore':
				this.#onHistory(request, result);
				break;
		}
		this.#moved = true;
	}

	fail(request: EngineRequest, failure: Failure, now: number): void {
		if (this.#tasks.get(request.key) !== request) return;
		if (failure.kind === 'badPosition' && request.kind === 'difference') {
			this.#tasks.done(request.key);
			this.#askState();
		} else if (failure.kind !== 'retry' && 'channel' in request) {
			this.#tasks.done(request.key);
			this.#loseChannel(request.channel);
		} else if (failure.kind !== 'retry' && 'chat' in request) {
			this.#endFill(request.chat, { at: now / 1000, reason: 'not_readable' });
		} else {
			const failures = this.#tasks.failed(
				request.key,
				now,
				failure.kind === 'retry' ? failure.afterMs : undefined,
			);
			if (request.kind === 'channelDifference' && failures >= CHANNEL_TRIES) this.#tasks.done(request.key);
		}
		this.#moved = true;
	}

	/** Time has passed: holes that were not filled, idle accounts, watched channels. */
	tick(now: number): void {
		if (isDue(this.#common.deadline, now) || isDue(this.#qts.deadline, now)) this.#askDifference();
		for (const [id, box] of this.#holed) if (isDue(box.deadline, now)) this.#askChannel(id);
		if (now - this.#lastUpdateAt >= IDLE_MS) {
			this.#lastUpdateAt = now;
			this.#askDifference();
		}
		for (const id of this.#watch.due(now)) this.#askWatched(id);
	}

	/** ms at which `tick` is to be called */
	nextAt(now: number): number {
		const times = [this.#common.deadline, this.#qts.deadline, this.#tasks.nextAt(now), this.#watch.nextAt()];
		for (const box of this.#holed.values()) times.push(box.deadline);
		return times.reduce<number>(
			(next, time) => (time === null ? next : Math.min(next, time)),
			this.#lastUpdateAt + IDLE_MS,
		);
	}

	take(now: number): EngineOutput {
		const output = { apply: this.#apply, requests: this.#tasks.due(now), moved: this.#moved };
		this.#apply = [];
		this.#moved = false;
		return output;
	}

	/** Has everything that was missed been asked for and applied? */
	get caughtUp(): boolean {
		return this.#common.pts !== null && !this.#recovering && this.#tasks.settled(PATIENCE);
	}

	/** null until the first position is known */
	state(): EngineState | null {
		const pts = this.#stable ?? this.#common.pts;
		if (pts === null || this.#session === '') return null;
		const { channels, ahead } = this.#channels.format();
		return {
			session: this.#session,
			pts,
			date: this.#date,
			seen: this.#seen,
			seq: this.#seq,
			qts: this.#qts.pts ?? 0,
			top: this.#top,
			channels,
			behind: [...this.#behind],
			ahead: { common: this.#stable === null ? null : this.#common.pts, channels: ahead },
			fills: this.#fills.format(),
			sweep: this.#sweep,
			joins: Object.fromEntries(this.#joins),
		};
	}

	/** Nothing of the common box is missing as far as we know. */
	get #quiet(): boolean {
		return !this.#tasks.has('difference') && !this.#tasks.has('state') && this.#common.waiting === 0;
	}

	/** One update into its box. `inTime`: unnumbered ones are applied, too. */
	#take(update: TlObject, now: number, inTime: boolean): void {
		if (update._ === 'updateChannelTooLong') {
			this.#onTooLong(update);
			return;
		}
		if (update._ === 'updatePtsChanged') {
			this.#askState();
			return;
		}
		const placed = place(update);
		if (placed.box === null) {
			if (update._ === 'updateChannel') this.#onChannelChanged(channelOf(update));
			if (inTime) this.#emit(update, false);
			return;
		}
		if (placed.box === 'channel') {
			this.#takeChannel(placed.channel, placed.pts, placed.count, update, now);
			return;
		}
		const box = placed.box === 'qts' ? this.#qts : this.#common;
		const busy = this.#tasks.has('difference') || this.#tasks.has('state');
		this.#emitAll(box.offer(placed.pts, placed.count, update, now, busy));
	}

	#takeChannel(id: string, pts: number, count: number, update: TlObject, now: number): void {
		const busy = this.#tasks.has(channelKey(id));
		if (
			!busy &&
			this.#recovering &&
			!this.#fresh &&
			this.#channels.get(id)?.box.pts == null &&
			!this.#joins.has(id)
		) {
			// Not in the stored state: what it said before this update is read from its history.
			this.#join(id, this.#seen);
		}
		const { box } = this.#channels.getOrAdd(id);
		this.#emitAll(box.offer(pts, count, update, now, busy));
		this.#noteHoles(id, box);
	}

	/** Few of many channels have holes at a time: only those are looked at when time passes. */
	#noteHoles(id: string, box: Box<TlObject>): void {
		if (box.waiting > 0) this.#holed.set(id, box);
		else this.#holed.delete(id);
	}

	#settleChannel(id: string, now: number): void {
		const { box } = this.#channels.getOrAdd(id);
		this.#emitAll(box.settle(now));
		this.#noteHoles(id, box);
	}

	#emitAll(updates: readonly TlObject[]): void {
		for (const update of updates) this.#emit(update, false);
	}

	#emit(update: TlObject, recovered: boolean): void {
		if (update._ === 'affected') return;
		const message = newMessageOf(update);
		if (message !== null) this.#noteTop(message);
		this.#apply.push({ kind: 'update', update, recovered });
	}

	#noteTop(message: TlObject): void {
		const id = int(message, 'id') ?? 0;
		const channel = channelOf({ _: '', message });
		if (channel === null) this.#top = Math.max(this.#top, id);
		else {
			const known = this.#channels.get(channel);
			if (known !== undefined) known.top = Math.max(known.top, id);
		}
	}

	#gap(chat: string | null, from: number, to: number, reason: GapReason): void {
		this.#apply.push({ kind: 'gap', chat, from, to, reason });
	}

	// -- common ---------------------------------------------------------------------------------------------------

	#askState(): void {
		this.#tasks.add({ key: 'state', kind: 'state' });
	}

	#askDifference(): void {
		this.#common.suspend();
		this.#qts.suspend();
		if (this.#tasks.has('state') || this.#tasks.has('difference')) return;
		if (this.#common.pts === null) {
			this.#askState();
			return;
		}
		this.#tasks.add(this.#differenceRequest(this.#common.pts));
	}

	#differenceRequest(pts: number): EngineRequest {
		return { key: 'difference', kind: 'difference', pts, date: this.#date, qts: this.#qts.pts ?? 0 };
	}

	#onState(state: TlObject, now: number): void {
		this.#tasks.done('state');
		const pts = int(state, 'pts') ?? 0;
		const first = this.#common.pts === null;
		const newSession = this.#session !== this.#options.session;
		this.#qts.pts = int(state, 'qts') ?? 0;
		this.#seq = int(state, 'seq') ?? 0;
		if (first) {
			this.#common.pts = pts;
			this.#date = int(state, 'date') ?? Math.floor(now / 1000);
			this.#seen = this.#date;
			this.#startedAt = this.#date;
			this.#beginSweep({ purpose: 'baseline', ...TOP_OF_LIST, afterId: 0, since: this.#date });
		} else if (!newSession) {
			// The server has lost our place: what lies between is looked for in the chats themselves.
			this.#leaveBehind(pts);
			this.#date = int(state, 'date') ?? this.#date;
		}
		this.#session = this.#options.session;
		this.#askDifference();
	}

	/** The common box moves on without what lies between; the chats' histories bring it. */
	#leaveBehind(pts: number): void {
		const before = this.#sweep?.purpose === 'fill' ? this.#sweep : null;
		this.#stable ??= this.#common.pts;
		this.#common.pts = pts;
		this.#beginSweep({
			purpose: 'fill',
			...TOP_OF_LIST,
			afterId: Math.min(this.#top, before?.afterId ?? Infinity),
			since: Math.min(this.#seen, before?.since ?? Infinity),
		});
	}

	#onDifference(difference: TlObject, now: number): void {
		if (difference._ === 'updates.differenceTooLong') {
			this.#leaveBehind(int(difference, 'pts') ?? 0);
			this.#tasks.again(this.#differenceRequest(this.#common.pts ?? 0));
			return;
		}
		const slice = difference._ === 'updates.differenceSlice';
		const state = child(difference, slice ? 'intermediate_state' : 'state');
		for (const message of children(difference, 'new_messages')) this.#recoverMessage(message);
		for (const update of children(difference, 'other_updates')) this.#recover(update, null, now);
		const before = this.#common.pts;
		const qtsBefore = this.#qts.pts;
		this.#common.pts = (state === null ? null : int(state, 'pts')) ?? before;
		this.#qts.pts = (state === null ? null : int(state, 'qts')) ?? qtsBefore;
		this.#seq = int(state ?? difference, 'seq') ?? this.#seq;
		this.#date = Math.max(this.#date, int(state ?? difference, 'date') ?? 0);
		if (slice && this.#common.pts === before && this.#qts.pts === qtsBefore) {
			// A slice that moves nothing would be asked for ever.
			this.#tasks.failed('difference', now, undefined);
			return;
		}
		if (slice || this.#repeatDifference) {
			if (!slice) this.#repeatDifference = false;
			this.#tasks.again(this.#differenceRequest(this.#common.pts ?? 0));
			return;
		}
		this.#tasks.done('difference');
		this.#recovering = false;
		this.#startedAt = null;
		this.#seen = Math.max(this.#seen, this.#date);
		this.#emitAll(this.#common.settle(now));
		this.#emitAll(this.#qts.settle(now));
	}

	#recoverMessage(message: TlObject): void {
		const old = this.#startedAt !== null && (int(message, 'date') ?? 0) < this.#startedAt;
		if (old) this.#noteTop(message);
		else this.#emit(asNewMessage(message), true);
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
		else this.#emit(update, true);
	}

	// -- channels -------------------------------------------------------------------------------------------------

	#askChannel(id: string): void {
		const channel = this.#channels.get(id);
		if (channel === undefined || channel.box.pts === null) return;
		channel.box.suspend();
		this.#behind.add(id);
		if (this.#tasks.has(channelKey(id))) return;
		this.#tasks.add(channelRequest(id, channel.box.pts));
	}

	#onTooLong(update: TlObject): void {
		const id = channelOf(update);
		if (id === null) return;
		const pts = int(update, 'pts');
		const known = this.#channels.get(id);
		if (known?.box.pts == null) {
			// At the very first start the dialog list brings it.
			if (!this.#joins.has(id) && !(this.#fresh && this.#recovering)) this.#join(id, this.#seen);
		} else if (pts === null || pts > known.box.pts) this.#askChannel(id);
	}

	#onChannelDifference(
		request: Extract<EngineRequest, { kind: 'channelDifference' }>,
		difference: TlObject,
		now: number,
	): void {
		const id = request.channel;
		const channel = this.#channels.get(id);
		if (channel === undefined) {
			this.#tasks.done(request.key);
			return;
		}
		this.#watch.answered(id, now, int(difference, 'timeout'));
		if (difference._ === 'updates.channelDifferenceTooLong')
			this.#leaveChannelBehind(id, channel, difference);
		else {
			for (const message of children(difference, 'new_messages')) this.#emit(asNewMessage(message), true);
			for (const update of children(difference, 'other_updates')) this.#recover(update, id, now);
			channel.box.pts = int(difference, 'pts') ?? channel.box.pts;
		}
		if (!flag(difference, 'final') && channel.box.pts !== request.pts && channel.box.pts !== null) {
			this.#tasks.again(channelRequest(id, channel.box.pts));
			return;
		}
		this.#tasks.done(request.key);
		this.#behind.delete(id);
		this.#settleChannel(id, now);
	}

	#leaveChannelBehind(id: string, channel: ChannelBox, difference: TlObject): void {
		const dialog = child(difference, 'dialog');
		const toId = dialog === null ? null : int(dialog, 'top_message');
		channel.stable ??= channel.box.pts;
		channel.box.pts = (dialog === null ? null : int(dialog, 'pts')) ?? channel.box.pts;
		this.#fills.begin({
			chat: markChannel(id),
			afterId: channel.top > 0 ? channel.top : null,
			toId,
			since: this.#seen,
		});
		channel.top = Math.max(channel.top, toId ?? 0);
	}

	/** `since`: unix seconds from which its history is read; null = it begins now */
	#join(id: string, since: number | null): void {
		this.#joins.set(id, since);
		this.#askDialog(id);
	}

	#askDialog(channel: string): void {
		this.#tasks.add({ key: `dialog:${channel}`, kind: 'channelDialog', channel });
	}

	/** Joined, left, restricted, deleted: an unknown one is learned, a known one that is gone tells so when asked. */
	#onChannelChanged(id: string | null): void {
		if (id === null || this.#channels.get(id)?.box.pts != null || this.#joins.has(id)) return;
		this.#join(id, this.#recovering && !this.#fresh ? this.#seen : null);
	}

	#onChannelDialog(id: string, result: TlObject, now: number): void {
		this.#tasks.done(`dialog:${id}`);
		const since = this.#joins.get(id) ?? null;
		this.#joins.delete(id);
		const dialog = readDialogsPage(result).dialogs.find(({ channel }) => channel === id);
		if (dialog?.pts == null) return;
		const isNew = this.#channels.learn(id, dialog.pts, dialog.topMessage);
		if (since !== null) {
			this.#fills.begin({ chat: markChannel(id), afterId: null, toId: dialog.topMessage, since });
		}
		if (isNew) this.#settleChannel(id, now);
	}

	#loseChannel(id: string): void {
		this.#joins.delete(id);
		this.#channels.forget(id);
		this.#holed.delete(id);
		this.#behind.delete(id);
		this.#watch.refused(id);
		this.#tasks.done(channelKey(id));
		this.#fills.end(markChannel(id));
	}

	#askWatched(id: string): void {
		if (this.#channels.get(id)?.box.pts == null) {
			if (!this.#joins.has(id)) this.#join(id, null);
		} else this.#askChannel(id);
	}

	// -- dialogs and histories ------------------------------------------------------------------------------------

	#beginSweep(sweep: Sweep): void {
		this.#tasks.done('dialogs');
		this.#sweep = sweep;
		this.#askSweep(sweep);
	}

	#askSweep({ folder, offset }: Sweep): void {
		this.#tasks.again({ key: 'dialogs', kind: 'dialogs', folder, offset });
	}

	#onDialogs(request: Extract<EngineRequest, { kind: 'dialogs' }>, result: TlObject, now: number): void {
		const sweep = this.#sweep;
		if (sweep === null || sweep.folder !== request.folder) {
			this.#tasks.done(request.key);
			return;
		}
		const { dialogs, next } = readDialogsPage(result);
		for (const { chat, channel, pts, topMessage } of dialogs) {
			if (channel === null) this.#sweepChat(sweep, chat, topMessage);
			else if (pts !== null) this.#sweepChannel(sweep, channel, pts, topMessage, now);
		}
		this.#sweep = nextPage(sweep, dialogs, next);
		if (this.#sweep === null) this.#tasks.done(request.key);
		else this.#askSweep(this.#sweep);
		this.#releaseCommon();
	}

	#sweepChat(sweep: Sweep, chat: string, topMessage: number): void {
		if (sweep.purpose === 'fill' && topMessage > sweep.afterId) {
			this.#fills.begin({ chat, afterId: sweep.afterId, toId: topMessage, since: sweep.since });
		}
		// The first page of the first walk is one moment, its highest id the account's. Later pages, and walks that fill,
		// would raise it above messages not seen yet.
		const first = sweep.purpose === 'baseline' && sweep.folder === 0 && sweep.offset === null;
		if (first) this.#top = Math.max(this.#top, topMessage);
	}

	#sweepChannel(sweep: Sweep, id: string, pts: number, topMessage: number, now: number): void {
		const known = this.#channels.get(id)?.box.pts;
		if (known == null) {
			this.#channels.learn(id, pts, topMessage);
			if (sweep.purpose === 'fill') {
				this.#fills.begin({ chat: markChannel(id), afterId: null, toId: topMessage, since: sweep.since });
			}
			this.#settleChannel(id, now);
		} else if (pts > known) this.#askChannel(id);
	}

	#onHistory(
		request: Extract<EngineRequest, { kind: 'historyAfter' | 'historyBefore' }>,
		result: TlObject,
	): void {
		const { messages, cut, finished } = this.#fills.answer(request, children(result, 'messages'));
		if (cut !== null) this.#gap(request.chat, cut.from, cut.to, 'catch_up_limit');
		for (const message of messages) {
			const update = asNewMessage(message);
			// Not by `#emit`: what is filled says nothing about what else is complete up to its id.
			if (chatOfMessage(message) === request.chat)
				this.#apply.push({ kind: 'update', update, recovered: true });
		}
		if (finished) this.#endFill(request.chat, null);
	}

	#endFill(chat: string, gap: { at: number; reason: GapReason } | null): void {
		const fill = this.#fills.end(chat);
		if (fill !== undefined && gap !== null) this.#gap(chat, fill.since, Math.floor(gap.at), gap.reason);
		const peer = unmarkId(chat);
		const channel = peer?.type === 'channel' ? this.#channels.get(peer.id) : undefined;
		if (channel !== undefined) channel.stable = null;
		this.#releaseCommon();
	}

	/** Once all chats a too long difference concerned are read, the stored position follows the live one. */
	#releaseCommon(): void {
		if (this.#sweep?.purpose !== 'fill' && !this.#fills.ofCommon) this.#stable = null;
	}
}

function channelKey(id: string): string {
	return `channel:${id}`;
}

function channelRequest(id: string, pts: number): EngineRequest {
	return { key: channelKey(id), kind: 'channelDifference', channel: id, pts };
}

function isDue(deadline: number | null, now: number): boolean {
	return deadline !== null && deadline <= now;
}
