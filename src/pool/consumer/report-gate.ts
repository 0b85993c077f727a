import type { Clock } from '../../contract';
import type { TriggerReport } from '../types';

/** The same trouble is shown as a failed execution at most this often, ms. */
export const REPORT_EVERY_MS = 3_600_000;

/** Lets one kind of trouble through at a limited rate; another kind is shown at once. */
export interface ReportGate {
	report(report: TriggerReport): void;
	/** It is well again: the next trouble is shown at once. */
	reset(): void;
}

export function createReportGate(
	clock: Clock,
	show: (report: TriggerReport) => void,
	everyMs = REPORT_EVERY_MS,
): ReportGate {
	/** error code → when it was shown last, on the monotonic clock; the codes are a closed list */
	const shown = new Map<string, number>();
	return {
		report(report) {
			const last = shown.get(report.error.code);
			const now = clock.monotonic();
			if (last !== undefined && now - last < everyMs) return;
			shown.set(report.error.code, now);
			show(report);
		},
		reset() {
			shown.clear();
		},
	};
}
