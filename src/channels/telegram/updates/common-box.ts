import { child, children, int, type TlObject } from '../tl';
import { Box } from './box';
import type { Output } from './output';
import type { EngineState, Sweep } from './state';
import { TOP_OF_LIST } from './sweep';
import type { Tasks } from './tasks';
import type { EngineRequest } from './types';
import { asNewMessage, newMessagesOf } from './unpack';

/** What the common box needs of the rest of the engine. */
export interface CommonNeeds {
	tasks: Tasks;
	output: Output;
	/** hash of the session that is open */
	session: string;
	/** An update out of a difference, which may belong to another box. */
	recover(update: TlObject, now: number): void;
	/** Starts a walk over all dialogs. */
	walk(sweep: Sweep): void;
	/** The walk that fills, while there is one. */
	filling(): Sweep | null;
}

/**
 * Private chats and basic groups: pts and qts, the seq of containers, the date by which the server tells which channels
 * have news. Everything asked for by `updates.getState` and `updates.getDifference`.
 */
export class CommonBox {
	readonly #needs: CommonNeeds;
	readonly #pts: Box<TlObject>;
	readonly #qts: Box<TlObject>;
	/** the position to store while it is filled; null = the box's own */
	#stable: number | null;
	#seq: number;
	/**
	 * When the last difference was complete. The server tells by it which channels have news: a push in between must not
	 * move it, or a channel whose last push was lost would never be named.
	 */
	#date: number;
	/** server time of the newest update while nothing was missing: from here on histories are read */
	#seen: number;
	#session: string;
	/** until the first difference after a start is complete */
	#recovering = true;
	/** messages of the first difference that are older than the start are not news */
	#startedAt: number | null = null;
	#repeatDifference = false;

	constructor(state: EngineState | null, needs: CommonNeeds) {
		const known = state?.session === needs.session ? state : null;
		this.#needs = needs;
		this.#pts = new Box(state === null ? null : (state.ahead.common ?? state.pts));
		this.#qts = new Box(known?.qts ?? null);
		this.#stable = state !== null && state.ahead.common !== null ? state.pts : null;
		this.#seq = known?.seq ?? 0;
		this.#date = state?.date ?? 0;
		this.#seen = state?.seen ?? 0;
		this.#session = state?.session ?? '';
	}

	start(): void {
		if (this.#pts.pts === null || this.#session !== this.#needs.session) this.askState();
		else this.ask();
	}

	get recovering(): boolean {
		return this.#recovering;
	}
	get seen(): number {
		return this.#seen;
	}
	/** Is the position known, and is nothing of the time before the start missing any more? */
	get caughtUp(): boolean {
		return this.#pts.pts !== null && !this.#recovering;
	}
	/** ms at which a hole must be filled by a difference; null = none */
	get deadlines(): readonly (number | null)[] {
		return [this.#pts.deadline, this.#qts.deadline];
	}

	offer(box: 'common' | 'qts', pts: number, count: number, update: TlObject, now: number): void {
		const { tasks, output } = this.#needs;
		const busy = tasks.has('difference') || tasks.has('state');
		output.emitAll((box === 'qts' ? this.#qts : this.#pts).offer(pts, count, update, now, busy));
	}

	/** Where a numbered container stands. `start` 0 = outside of the order. */
	placeOf(start: number): 'next' | 'old' | 'gap' {
		if (start === 0 || this.#seq + 1 === start) return 'next';
		return this.#seq + 1 < start ? 'gap' : 'old';
	}

	/** A container was taken in its place. */
	took(start: number, seq: number, date: number): void {
		if (start !== 0) this.#seq = seq;
		this.tookAt(date);
	}

	tookAt(date: number): void {
		const { tasks } = this.#needs;
		const quiet = !tasks.has('difference') && !tasks.has('state') && this.#pts.waiting === 0;
		if (quiet && date > this.#seen) this.#seen = date;
	}

	askState(): void {
		this.#needs.tasks.add({ key: 'state', kind: 'state' });
	}

	ask(): void {
		const { tasks } = this.#needs;
		this.#pts.suspend();
		this.#qts.suspend();
		if (tasks.has('state') || tasks.has('difference')) return;
		if (this.#pts.pts === null) this.askState();
		else tasks.add(this.#request(this.#pts.pts));
	}

	/** The connection was interrupted: also a difference under way may have been asked before that. */
	askAgain(): void {
		if (this.#needs.tasks.has('difference')) this.#repeatDifference = true;
		this.ask();
	}

	onState(state: TlObject, now: number): void {
		this.#needs.tasks.done('state');
		const pts = int(state, 'pts') ?? 0;
		const first = this.#pts.pts === null;
		const newSession = this.#session !== this.#needs.session;
		this.#qts.pts = int(state, 'qts') ?? 0;
		this.#seq = int(state, 'seq') ?? 0;
		if (first) {
			this.#pts.pts = pts;
			this.#date = int(state, 'date') ?? Math.floor(now / 1000);
			this.#seen = this.#date;
			this.#startedAt = this.#date;
			this.#needs.walk({ purpose: 'baseline', ...TOP_OF_LIST, afterId: 0, since: this.#date });
		} else if (!newSession) {
			// The server has lost our place: what lies between is looked for in the chats themselves.
			this.#leaveBehind(pts);
			this.#date = int(state, 'date') ?? this.#date;
		}
		this.#session = this.#needs.session;
		this.ask();
	}

	onDifference(difference: TlObject, now: number): void {
		const { tasks, output, recover } = this.#needs;
		if (difference._ === 'updates.differenceTooLong') {
			this.#leaveBehind(int(difference, 'pts') ?? 0);
			tasks.again(this.#request(this.#pts.pts ?? 0));
			return;
		}
		const slice = difference._ === 'updates.differenceSlice';
		const state = child(difference, slice ? 'intermediate_state' : 'state');
		for (const message of newMessagesOf(difference)) this.#recoverMessage(message);
		for (const update of children(difference, 'other_updates')) recover(update, now);
		const before = this.#pts.pts;
		const qtsBefore = this.#qts.pts;
		this.#pts.pts = (state === null ? null : int(state, 'pts')) ?? before;
		this.#qts.pts = (state === null ? null : int(state, 'qts')) ?? qtsBefore;
		this.#seq = int(state ?? difference, 'seq') ?? this.#seq;
		this.#date = Math.max(this.#date, int(state ?? difference, 'date') ?? 0);
		if (slice && this.#pts.pts === before && this.#qts.pts === qtsBefore) {
			// A slice that moves nothing would be asked for ever.
			tasks.failed('difference', now, undefined);
			return;
		}
		if (slice || this.#repeatDifference) {
			if (!slice) this.#repeatDifference = false;
			tasks.again(this.#request(this.#pts.pts ?? 0));
			return;
		}
		tasks.done('difference');
		this.#recovering = false;
		this.#startedAt = null;
		this.#seen = Math.max(this.#seen, this.#date);
		output.emitAll(this.#pts.settle(now));
		output.emitAll(this.#qts.settle(now));
	}

	/** Once all chats a too long difference concerned are read, the stored position follows the live one. */
	release(): void {
		this.#stable = null;
	}

	/** null until the first position is known */
	format(): Pick<EngineState, 'session' | 'pts' | 'date' | 'seen' | 'seq' | 'qts'> | null {
		const pts = this.#stable ?? this.#pts.pts;
		if (pts === null || this.#session === '') return null;
		return {
			session: this.#session,
			pts,
			date: this.#date,
			seen: this.#seen,
			seq: this.#seq,
			qts: this.#qts.pts ?? 0,
		};
	}

	/** where its live updates are while its stored position stays behind; null = it does not */
	get ahead(): number | null {
		return this.#stable === null ? null : this.#pts.pts;
	}

	/** It moves on without what lies between; the chats' histories bring it. */
	#leaveBehind(pts: number): void {
		const before = this.#needs.filling();
		this.#stable ??= this.#pts.pts;
		this.#pts.pts = pts;
		this.#needs.walk({
			purpose: 'fill',
			...TOP_OF_LIST,
			afterId: Math.min(this.#needs.output.top, before?.afterId ?? Infinity),
			since: Math.min(this.#seen, before?.since ?? Infinity),
		});
	}

	#recoverMessage(message: TlObject): void {
		const { output } = this.#needs;
		const old = this.#startedAt !== null && (int(message, 'date') ?? 0) < this.#startedAt;
		if (old) output.noteTop(message);
		else output.emit(asNewMessage(message), true);
	}

	#request(pts: number): EngineRequest {
		return { key: 'difference', kind: 'difference', pts, date: this.#date, qts: this.#qts.pts ?? 0 };
	}
}
