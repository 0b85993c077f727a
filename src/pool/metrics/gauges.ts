import type { AccountStatus, GaugeName, GaugeReading, Labels, StoreInfo } from '../../contract';
import type { HubStats } from '../journal';

export interface Measured {
	/** of each account of this process; `hub` where it reads for its account */
	accounts: readonly { status: AccountStatus; hub: HubStats | undefined }[];
	/** names of the leases this process holds */
	leases: readonly string[];
	/** null: not opened yet */
	store: StoreInfo | null;
	version: string;
	processName: string;
}

/** How things stand in this process. Sums only: no label names an account. */
export function gaugeReadings(measured: Measured): GaugeReading[] {
	const sums = new Map<string, GaugeReading>();
	const add = (name: GaugeName, labels: Labels, value: number): void => {
		const key = JSON.stringify([name, labels]);
		const known = sums.get(key);
		if (known === undefined) sums.set(key, { name, labels, value });
		else known.value += value;
	};
	add('messenger_info', { version: measured.version, process: measured.processName }, 1);
	for (const { status, hub } of measured.accounts) {
		const { channel, state } = status;
		add('messenger_accounts', { channel, state }, 1);
		add('messenger_accounts_waiting', { channel }, status.waiting_until === null ? 0 : 1);
		add('messenger_subscribers', { channel }, status.subscribers);
		add('messenger_reconnects', { channel }, status.reconnects);
		add('messenger_calls_in_flight', { channel }, status.in_flight);
		add('messenger_calls_queued', { channel }, status.queued);
		add('messenger_events_pending', { channel }, hub?.pending ?? 0);
		add('messenger_executions_unsettled', { channel }, hub?.unsettled ?? 0);
	}
	for (const kind of ['session', 'reader', 'consumer']) add('messenger_leases', { kind }, 0);
	for (const name of measured.leases) add('messenger_leases', { kind: leaseKind(name) }, 1);
	const { store } = measured;
	if (store !== null) add('messenger_store_degraded', { store: store.kind }, store.degraded === null ? 0 : 1);
	return [...sums.values()];
}

/** `session:…`, `reader:…`, `consumer:…` */
export function leaseKind(name: string): string {
	return name.slice(0, name.indexOf(':'));
}
