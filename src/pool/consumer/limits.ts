/** Bounds of one consumer's memory, whatever the backlog. */
export interface ConsumerLimits {
	/** events with their bodies in memory; beyond it only the number is kept and the body is read when its turn comes */
	bodies: number;
	/** events that wait for their turn before reading on stops (unless all of them wait for their own chat) */
	readAhead: number;
	/** numbers kept at most */
	pending: number;
	/** live-only events waiting; newer ones are dropped */
	live: number;
	/** emits that wait for another try because no execution could be created; beyond it nothing new is emitted */
	repeats: number;
}

export const CONSUMER_LIMITS: ConsumerLimits = {
	bodies: 200,
	readAhead: 400,
	pending: 50_000,
	live: 1_000,
	repeats: 100,
};
