/** One unfinished execution's place; releasing it twice is harmless. */
export interface Place {
	release(): void;
}

/** One account's seat at the window of its node. */
export interface Seat {
	/** A free place, or null: then this seat stands in line and `wake` is called when its turn has come. */
	tryTake(): Place | null;
	/** Nothing to emit right now: leaves the line and passes an unused turn on. */
	pass(): void;
	/** Leaves for good; places taken stay taken until they are released. */
	leave(): void;
}

/**
 * Unfinished executions of one trigger node, at most `limit`, whatever the acknowledge setting. Shared by the node's
 * accounts: seats that wait stand in one line, so a flooded account cannot starve the others (round-robin).
 */
export interface Window {
	join(wake: () => void): Seat;
	resize(limit: number): void;
	readonly used: number;
	readonly limit: number;
}

interface SeatState {
	wake: () => void;
	queued: boolean;
	/** a place is reserved for this seat; counted in `used` already */
	granted: boolean;
	left: boolean;
}

export function createWindow(initialLimit: number): Window {
	let limit = Math.max(1, Math.floor(initialLimit));
	let used = 0;
	const line: SeatState[] = [];

	function serve(): void {
		while (used < limit) {
			const seat = line.shift();
			if (seat === undefined) return;
			seat.queued = false;
			seat.granted = true;
			used += 1;
			seat.wake();
		}
	}

	function place(): Place {
		let held = true;
		return {
			release() {
				if (!held) return;
				held = false;
				used -= 1;
				serve();
			},
		};
	}

	function tryTake(seat: SeatState): Place | null {
		if (seat.left) return null;
		if (seat.granted) {
			seat.granted = false;
			return place();
		}
		if (used < limit && line.length === 0) {
			used += 1;
			return place();
		}
		if (!seat.queued) {
			seat.queued = true;
			line.push(seat);
		}
		return null;
	}

	function pass(seat: SeatState): void {
		if (seat.queued) {
			seat.queued = false;
			line.splice(line.indexOf(seat), 1);
		}
		if (seat.granted) {
			seat.granted = false;
			used -= 1;
			serve();
		}
	}

	return {
		join(wake) {
			const seat: SeatState = { wake, queued: false, granted: false, left: false };
			return {
				tryTake: () => tryTake(seat),
				pass: () => pass(seat),
				leave() {
					seat.left = true;
					pass(seat);
				},
			};
		},
		resize(next) {
			limit = Math.max(1, Math.floor(next));
			serve();
		},
		get used() {
			return used;
		},
		get limit() {
			return limit;
		},
	};
}
