import type { TlObject } from '../tl';
import { Box } from './box';
import type { EngineState } from './state';

/** One channel or supergroup the account is in. */
export interface ChannelBox {
	box: Box<TlObject>;
	/** highest message id seen */
	top: number;
	/** the position to store while its history is filled; null = the box's own */
	stable: number | null;
}

/** All channels, by bare id. No cap: a channel left out would lose what it says while we are away. */
export class Channels {
	readonly #channels = new Map<string, ChannelBox>();

	constructor(state: EngineState | null) {
		for (const [id, [pts, top]] of Object.entries(state?.channels ?? {})) {
			const ahead = state?.ahead.channels[id];
			this.#channels.set(id, { box: new Box(ahead ?? pts), top, stable: ahead === undefined ? null : pts });
		}
	}

	get(id: string): ChannelBox | undefined {
		return this.#channels.get(id);
	}

	getOrAdd(id: string): ChannelBox {
		const known = this.#channels.get(id);
		if (known !== undefined) return known;
		const added: ChannelBox = { box: new Box<TlObject>(null), top: 0, stable: null };
		this.#channels.set(id, added);
		return added;
	}

	/** Where it is now, unless that is known already. @returns false when known */
	learn(id: string, pts: number, top: number): boolean {
		const channel = this.getOrAdd(id);
		if (channel.box.pts !== null) return false;
		channel.box.pts = pts;
		channel.top = Math.max(channel.top, top);
		return true;
	}

	forget(id: string): void {
		this.#channels.delete(id);
	}

	[Symbol.iterator](): IterableIterator<[string, ChannelBox]> {
		return this.#channels.entries();
	}

	format(): Pick<EngineState, 'channels'> & { ahead: Record<string, number> } {
		const channels: EngineState['channels'] = {};
		const ahead: Record<string, number> = {};
		for (const [id, { box, top, stable }] of this.#channels) {
			if (box.pts === null) continue;
			channels[id] = [stable ?? box.pts, top];
			if (stable !== null) ahead[id] = box.pts;
		}
		return { channels, ahead };
	}
}
