import { int, type TlObject } from '../tl';
import type { Channels } from './channels';
import type { Applied, GapReason } from './types';
import { channelOf, newMessageOf } from './unpack';

/** What the engine has decided to apply, in order, and the highest message numbers that tells. */
export class Output {
	/** highest message id of private chats and basic groups */
	top: number;
	/** the stored position may have moved */
	moved = false;
	readonly #channels: Channels;
	#apply: Applied[] = [];

	constructor(channels: Channels, top: number) {
		this.#channels = channels;
		this.top = top;
	}

	emit(update: TlObject, recovered: boolean): void {
		if (update._ === 'affected') return;
		const message = newMessageOf(update);
		if (message !== null) this.noteTop(message);
		this.#apply.push({ kind: 'update', update, recovered });
	}

	emitAll(updates: readonly TlObject[]): void {
		for (const update of updates) this.emit(update, false);
	}

	/** Out of a chat's history, which says nothing about what else is complete up to its number. */
	filled(update: TlObject): void {
		this.#apply.push({ kind: 'update', update, recovered: true });
	}

	gap(chat: string | null, from: number, to: number, reason: GapReason): void {
		this.#apply.push({ kind: 'gap', chat, from, to, reason });
	}

	noteTop(message: TlObject): void {
		const id = int(message, 'id') ?? 0;
		const channel = channelOf({ _: '', message });
		if (channel === null) this.top = Math.max(this.top, id);
		else {
			const known = this.#channels.get(channel);
			if (known !== undefined) known.top = Math.max(known.top, id);
		}
	}

	take(): { apply: Applied[]; moved: boolean } {
		const taken = { apply: this.#apply, moved: this.moved };
		this.#apply = [];
		this.moved = false;
		return taken;
	}
}
