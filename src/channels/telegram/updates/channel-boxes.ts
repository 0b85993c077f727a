import { child, children, flag, int, type TlObject } from '../tl';
import type { Box } from './box';
import type { ChannelBox, Channels } from './channels';
import { readDialogsPage } from './dialogs-page';
import type { Fills } from './fills';
import type { Output } from './output';
import type { EngineState } from './state';
import type { Tasks } from './tasks';
import type { EngineRequest } from './types';
import { asNewMessage, channelOf, markChannel, newMessagesOf } from './unpack';
import { Watch } from './watch';

/** What the channels need of the rest of the engine. */
export interface ChannelNeeds {
	tasks: Tasks;
	fills: Fills;
	output: Output;
	channels: Channels;
	/** Nothing was stored: everything begins now, and what is not known yet is not missing. */
	fresh: boolean;
	/** Is the first difference after a start not there yet? */
	recovering(): boolean;
	/** unix seconds from which histories are read */
	seen(): number;
	/** An update out of a difference of a channel, which may belong to another box. */
	recover(update: TlObject, channel: string, now: number): void;
}

/** Channels and supergroups: a pts each, asked for by `updates.getChannelDifference`, learned by their dialogs. */
export class ChannelBoxes {
	readonly #needs: ChannelNeeds;
	readonly #holed = new Map<string, Box<TlObject>>();
	readonly #watch: Watch;
	/** said to have news whose difference is not there yet: nobody names them a second time */
	readonly #behind: Set<string>;
	/** said to have news while their difference was under way, which may have been put together before that */
	readonly #again = new Set<string>();
	/** whose position is being asked for → since when they are to be filled; null = from now */
	readonly #joins: Map<string, number | null>;

	constructor(state: EngineState | null, watched: readonly string[], needs: ChannelNeeds) {
		this.#needs = needs;
		this.#watch = new Watch(watched);
		this.#behind = new Set(state?.behind ?? []);
		this.#joins = new Map(Object.entries(state?.joins ?? {}));
	}

	start(): void {
		for (const [channel] of this.#joins) this.#askDialog(channel);
		for (const channel of this.#behind) this.ask(channel);
	}

	/** Asks this channel regularly, too. */
	watch(id: string): void {
		this.#watch.add(id);
	}

	offer(id: string, pts: number, count: number, update: TlObject, now: number): void {
		const { tasks, channels, output, fresh, recovering, seen } = this.#needs;
		const busy = tasks.has(channelKey(id));
		const unknown = channels.get(id)?.box.pts == null && !this.#joins.has(id);
		// Not in the stored state: what it said before this update is read from its history.
		if (!busy && !fresh && unknown && recovering()) this.#join(id, seen());
		const { box } = channels.getOrAdd(id);
		output.emitAll(box.offer(pts, count, update, now, busy));
		this.#noteHoles(id, box);
	}

	ask(id: string): void {
		const { tasks, channels } = this.#needs;
		const channel = channels.get(id);
		if (channel === undefined || channel.box.pts === null) return;
		channel.box.suspend();
		this.#behind.add(id);
		if (!tasks.has(channelKey(id))) tasks.add(channelRequest(id, channel.box.pts));
	}

	/** Holes that were not filled in time, watched channels whose turn it is. */
	tick(now: number): void {
		for (const [id, box] of this.#holed) if (box.deadline !== null && box.deadline <= now) this.ask(id);
		for (const id of this.#watch.due(now)) this.#askWatched(id);
	}

	/** ms at which `tick` has something to do; null = at no time */
	nextAt(): number | null {
		let next = this.#watch.nextAt();
		for (const { deadline } of this.#holed.values()) {
			if (deadline !== null && (next === null || deadline < next)) next = deadline;
		}
		return next;
	}

	onTooLong(update: TlObject): void {
		const { channels, fresh, recovering, seen } = this.#needs;
		const id = channelOf(update);
		if (id === null) return;
		const pts = int(update, 'pts');
		const known = channels.get(id);
		if (known?.box.pts == null) {
			// At the very first start the dialog list brings it.
			if (!this.#joins.has(id) && !(fresh && recovering())) this.#join(id, seen());
		} else if (pts === null || pts > known.box.pts) {
			if (this.#needs.tasks.has(channelKey(id))) this.#again.add(id);
			this.ask(id);
		}
	}

	onDifference(
		request: Extract<EngineRequest, { kind: 'channelDifference' }>,
		difference: TlObject,
		now: number,
	): void {
		const { tasks, channels, output, recover } = this.#needs;
		const id = request.channel;
		const channel = channels.get(id);
		if (channel === undefined) {
			tasks.done(request.key);
			return;
		}
		this.#watch.answered(id, now, int(difference, 'timeout'));
		if (difference._ === 'updates.channelDifferenceTooLong') this.#leaveBehind(id, channel, difference);
		else {
			for (const message of newMessagesOf(difference)) output.emit(asNewMessage(message), true);
			for (const update of children(difference, 'other_updates')) recover(update, id, now);
			channel.box.pts = int(difference, 'pts') ?? channel.box.pts;
		}
		const more = !flag(difference, 'final') && channel.box.pts !== request.pts;
		if ((more || this.#again.delete(id)) && channel.box.pts !== null) {
			tasks.again(channelRequest(id, channel.box.pts));
			return;
		}
		tasks.done(request.key);
		this.#behind.delete(id);
		this.settle(id, now);
	}

	/** Joined, left, restricted, deleted: an unknown one is learned, a known one that is gone tells so when asked. */
	onChanged(id: string | null): void {
		const { channels, fresh, recovering, seen } = this.#needs;
		if (id === null || channels.get(id)?.box.pts != null || this.#joins.has(id)) return;
		this.#join(id, recovering() && !fresh ? seen() : null);
	}

	onDialog(id: string, result: TlObject, now: number): void {
		const { tasks, channels, fills } = this.#needs;
		tasks.done(dialogKey(id));
		const since = this.#joins.get(id) ?? null;
		this.#joins.delete(id);
		const dialog = readDialogsPage(result).dialogs.find(({ channel }) => channel === id);
		if (dialog?.pts == null) return;
		const isNew = channels.learn(id, dialog.pts, dialog.topMessage);
		this.#watch.answered(id, now, null);
		if (since !== null) {
			fills.begin({ chat: markChannel(id), afterId: null, toId: dialog.topMessage, since });
		}
		if (isNew) this.settle(id, now);
	}

	/** The account has no access to it (any more). */
	lose(id: string): void {
		const { tasks, channels, fills } = this.#needs;
		this.#joins.delete(id);
		channels.forget(id);
		this.#holed.delete(id);
		this.#behind.delete(id);
		this.#again.delete(id);
		this.#watch.refused(id);
		tasks.done(channelKey(id));
		fills.end(markChannel(id));
	}

	/** Its position is known now: applies what waited for it. */
	settle(id: string, now: number): void {
		const { box } = this.#needs.channels.getOrAdd(id);
		this.#needs.output.emitAll(box.settle(now));
		this.#noteHoles(id, box);
	}

	format(): Pick<EngineState, 'behind' | 'joins'> {
		return { behind: [...this.#behind], joins: Object.fromEntries(this.#joins) };
	}

	/** Few of many channels have holes at a time: only those are looked at when time passes. */
	#noteHoles(id: string, box: Box<TlObject>): void {
		if (box.waiting > 0) this.#holed.set(id, box);
		else this.#holed.delete(id);
	}

	#leaveBehind(id: string, channel: ChannelBox, difference: TlObject): void {
		const dialog = child(difference, 'dialog');
		const toId = dialog === null ? null : int(dialog, 'top_message');
		channel.stable ??= channel.box.pts;
		channel.box.pts = (dialog === null ? null : int(dialog, 'pts')) ?? channel.box.pts;
		this.#needs.fills.begin({
			chat: markChannel(id),
			afterId: channel.top > 0 ? channel.top : null,
			toId,
			since: this.#needs.seen(),
		});
		channel.top = Math.max(channel.top, toId ?? 0);
	}

	/** `since`: unix seconds from which its history is read; null = it begins now */
	#join(id: string, since: number | null): void {
		this.#joins.set(id, since);
		this.#askDialog(id);
	}

	#askDialog(channel: string): void {
		this.#needs.tasks.add({ key: dialogKey(channel), kind: 'channelDialog', channel });
	}

	#askWatched(id: string): void {
		if (this.#needs.channels.get(id)?.box.pts != null) this.ask(id);
		else if (!this.#joins.has(id)) this.#join(id, null);
	}
}

function dialogKey(id: string): string {
	return `dialog:${id}`;
}

function channelKey(id: string): string {
	return `channel:${id}`;
}

function channelRequest(id: string, pts: number): EngineRequest {
	return { key: channelKey(id), kind: 'channelDifference', channel: id, pts };
}
