import type { AccountId, Clock, PaceMemory, PaceRequest, Random, SessionKey, SharedPace } from '../contract';
import type { Commands } from './connection';
import type { Keys } from './keys';
import { fields, integer, list, text, texts } from './replies';
import { pace as scripts } from './scripts';

type Owner = AccountId | SessionKey;

export interface PaceOptions {
	commands: Commands;
	keys: Keys;
	clock: Clock;
	random: Random;
	/** see `LeaseOptions.time` */
	time: 'server' | 'clock';
}

/** Budgets and pauses that all processes keep together. */
export class Pace implements SharedPace {
	readonly #options: PaceOptions;

	constructor(options: PaceOptions) {
		this.#options = options;
	}

	async take(owner: Owner, request: PaceRequest): Promise<number> {
		const { commands, keys, random } = this.#options;
		const { points, windows, chat, pauses, happened } = request;
		const touched = [keys.pauses(owner), keys.paceChats(owner), ...this.#windows(owner, windows)];
		return integer(
			await commands.run(scripts.take, touched, [
				this.#now(),
				points,
				`${random.hex(6)}/`,
				chat?.id ?? '',
				chat?.gapMs ?? 0,
				happened === true ? 1 : 0,
				windows.length,
				...windows.flatMap((window) => [window.points, window.windowMs]),
				...pauses,
			]),
		);
	}

	async pause(owner: Owner, name: string, ms: number): Promise<void> {
		const { commands, keys } = this.#options;
		const whole = Math.ceil(ms);
		if (whole > 0) await commands.run(scripts.pause, [keys.pauses(owner)], [this.#now(), name, whole]);
	}

	/** In this process' own time, whatever Redis' clock says. */
	async recall(owner: Owner, windows: PaceRequest['windows']): Promise<PaceMemory> {
		const { commands, keys, clock } = this.#options;
		const touched = [keys.pauses(owner), ...this.#windows(owner, windows)];
		const spans = windows.map(({ windowMs }) => windowMs);
		const [now, pauses, times] = list(await commands.run(scripts.recall, touched, [this.#now(), ...spans]));
		const ahead = integer(text(now)) - clock.now();
		const own = (time: string): number => Number(time) - ahead;
		const found = list(times).map((each) => texts(each).map(own));
		return {
			windows: Object.fromEntries(windows.map(({ name }, index) => [name, found[index] ?? []])),
			pauses: Object.fromEntries([...fields(pauses)].map(([name, until]) => [name, own(until)])),
		};
	}

	#windows(owner: Owner, windows: PaceRequest['windows']): string[] {
		return windows.map(({ name }) => this.#options.keys.pace(owner, name));
	}

	#now(): string {
		return this.#options.time === 'server' ? '' : String(this.#options.clock.now());
	}
}
