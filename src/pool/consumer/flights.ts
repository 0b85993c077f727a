import type { ChannelEvent, Clock, Random } from '../../contract';
import { backoffMs } from '../../runtime';
import type { AcknowledgeMode } from '../types';
import type { Agenda } from './agenda';
import type { Chat, Emission } from './chat';
import { launch, type LauncherOptions, type Outcome } from './launcher';
import { afterSettlement } from './settle';
import type { Place } from './window';

/** Wait before the same key, or the next attempt, is emitted again. */
const REPEAT = { firstMs: 1_000, maxMs: 60_000 };
/** Live-only events are worth nothing later: tried so often, then dropped. */
const LIVE_TRIES = 3;
/** After so many tries that created no execution nothing else waits for this one. */
const STUCK_TRIES = 3;

export interface FlightsOptions {
	launcher: LauncherOptions;
	mode: AcknowledgeMode;
	clock: Clock;
	random: Random;
	/** emits that may wait for another try before nothing new is emitted */
	maxRepeats: number;
	agenda: Pick<Agenda, 'touch' | 'touchAll' | 'removeEmission'>;
	/** an event failed in all its attempts */
	gaveUp(event: ChannelEvent): void;
	settled(emission: Emission): void;
	/** it is tried for ever, but failed too often for others to wait for it; told once */
	stuck(emission: Emission): void;
}

/** Emits under way: from the launch to what follows the settlement. */
export interface Flights {
	fly(chat: Chat, emission: Emission, place: Place): void;
	/** may events that were not emitted yet be emitted? */
	mayStart(): boolean;
	/** emits that are being written down and are not handed on yet */
	readonly launching: number;
}

export function createFlights(options: FlightsOptions): Flights {
	const { launcher, mode, clock, random, maxRepeats, agenda } = options;
	/** emissions that wait for another try */
	const repeats = new Set<Emission>();
	let launching = 0;

	async function fly(chat: Chat, emission: Emission, place: Place): Promise<void> {
		const wasFull = repeats.size >= maxRepeats;
		repeats.delete(emission);
		if (wasFull && repeats.size < maxRepeats) agenda.touchAll();
		let left = false;
		const leaves = (): void => {
			if (!left) launching -= 1;
			left = true;
		};
		launching += 1;
		const outcome = await launch(emission, {
			...launcher,
			deliver: (delivery) => {
				leaves();
				return launcher.deliver(delivery);
			},
		}).finally(leaves);
		place.release();
		land(chat, emission, outcome);
	}

	function land(chat: Chat, emission: Emission, outcome: Outcome): void {
		if (outcome.kind === 'left') return;
		const next = afterSettlement(mode, emission.attempt, outcome);
		switch (next.step) {
			case 'give_up':
				for (const { event } of emission.members) if (event !== null) options.gaveUp(event);
				finish(chat, emission);
				return;
			case 'acknowledge':
				finish(chat, emission);
				return;
			case 'same_key':
				emission.failures += 1;
				if (emission.failures === STUCK_TRIES) options.stuck(emission);
				if (emission.source === 'live' && emission.failures >= LIVE_TRIES) finish(chat, emission);
				else repeatLater(chat, emission, emission.failures);
				return;
			case 'next_attempt':
				emission.attempt = next.attempt;
				emission.replaces = emission.key;
				emission.key = null;
				emission.failures = 0;
				repeatLater(chat, emission, next.attempt - 1);
		}
	}

	function repeatLater(chat: Chat, emission: Emission, failures: number): void {
		repeats.add(emission);
		emission.state = 'waiting';
		emission.due = clock.now() + backoffMs(failures, REPEAT, random);
		// While it waits, its body waits in the journal.
		if (emission.source === 'journal') for (const member of emission.members) member.event = null;
		agenda.touch(chat);
	}

	function finish(chat: Chat, emission: Emission): void {
		launcher.ledgers[emission.source].settled(emission);
		agenda.removeEmission(chat, emission);
		agenda.touch(chat);
		options.settled(emission);
	}

	return {
		fly(chat, emission, place) {
			void fly(chat, emission, place);
		},
		mayStart: () => repeats.size < maxRepeats,
		get launching() {
			return launching;
		},
	};
}
