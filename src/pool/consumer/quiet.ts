/** Times (ms) at which a person answered in one chat from the phone, ascending. */
export type DeviceTimes = readonly number[];

/** Kept per chat: enough for a day's talk; older ones fall out first. */
export const DEVICE_TIMES_PER_CHAT = 20;

export function addDeviceTime(times: DeviceTimes, at: number): number[] {
	return [...times, at].sort((a, b) => a - b).slice(-DEVICE_TIMES_PER_CHAT);
}

/**
 * Does the trigger stay silent about a message? Yes when a person answered at most `quietMs` before the message was
 * written, and also when one has answered since and it is still quiet now: that person has read it.
 * @param at when the message was written, ms
 */
export function isQuiet(times: DeviceTimes, at: number, now: number, quietMs: number): boolean {
	if (quietMs <= 0) return false;
	return times.some((time) => within(at, time, quietMs) || within(now, time, quietMs));
}

function within(moment: number, since: number, lengthMs: number): boolean {
	return moment >= since && moment < since + lengthMs;
}
