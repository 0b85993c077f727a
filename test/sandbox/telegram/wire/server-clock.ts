import type { World } from '../state/world';

/** Makes message ids: time in the upper half, growing always, 1 mod 4 for answers and 3 for the rest. */
export class ServerClock {
	private last = 0n;

	constructor(private readonly world: World) {}

	messageId(kind: 'answer' | 'push'): bigint {
		const now = this.world.serverNow();
		const seconds = BigInt(Math.floor(now / 1000));
		const fraction = (BigInt(now % 1000) << 32n) / 1000n;
		const wanted = ((seconds << 32n) | fraction) & ~3n;
		this.last = wanted > this.last ? wanted : this.last + 4n;
		return this.last | (kind === 'answer' ? 1n : 3n);
	}
}
