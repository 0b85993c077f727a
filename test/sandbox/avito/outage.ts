import { z } from '#lib/zod';
import type { Core } from './core';

export const outageSchema = z.strictObject({
	/** Absent: until called with 0. */
	seconds: z.coerce.number().nonnegative().optional(),
	/** Whether events still reach the subscribers meanwhile, or are held back until it is over. */
	webhooks: z.enum(['continue', 'hold']).default('continue'),
});

/** Avito gone from the network and back on the same port. The control plane stays. */
export class Outage {
	private cancel: (() => void) | undefined;

	constructor(private readonly core: Core) {}

	/** Refuses connections for `seconds`, or until called with 0. Resolves when it has begun (or ended). */
	async set({ seconds, webhooks }: z.output<typeof outageSchema>): Promise<{ until: number | null }> {
		this.forget();
		if (seconds === 0) {
			await this.end();
			return { until: null };
		}
		if (webhooks === 'hold') this.core.deliveries.plan = { ...this.core.deliveries.plan, paused: true };
		await this.core.listener.stop();
		if (seconds === undefined) return { until: null };
		this.cancel = this.core.clock.setTimer(seconds * 1000, () => void this.end());
		return { until: this.core.clock.now() + seconds * 1000 };
	}

	/** Cancels a return that was planned. */
	forget(): void {
		this.cancel?.();
		this.cancel = undefined;
	}

	private async end(): Promise<void> {
		this.core.deliveries.plan = { ...this.core.deliveries.plan, paused: false };
		this.core.deliveries.pump();
		await this.core.listener.start();
	}
}
