/**
 * Every metric this package can tell, in Prometheus' terms. A label never names an account, a chat or a person: what is
 * shown here is read by more people than the messages are. All times are seconds.
 */
export const METRICS = {
	messenger_info: { type: 'gauge', help: 'Always 1; says which version runs in which process' },
	messenger_accounts: { type: 'gauge', help: 'Accounts this process knows, by state' },
	messenger_accounts_waiting: {
		type: 'gauge',
		help: 'Accounts that wait for their own pace or for a flood wait',
	},
	messenger_subscribers: { type: 'gauge', help: 'Triggers, manual listens and processes that listen' },
	messenger_reconnects: {
		type: 'gauge',
		help: 'Reconnections of the accounts that are open, each since it was opened',
	},
	messenger_calls_in_flight: { type: 'gauge', help: 'Calls under way, those that wait included' },
	messenger_calls_queued: { type: 'gauge', help: 'Requests that wait for their account’s pace' },
	messenger_events_pending: {
		type: 'gauge',
		help: 'Events in the journal that wait for their turn to be handed on',
	},
	messenger_executions_unsettled: { type: 'gauge', help: 'Executions under way or to be repeated' },
	messenger_leases: { type: 'gauge', help: 'Leases this process holds: session, reader, consumer' },
	messenger_store_degraded: {
		type: 'gauge',
		help: '1 when the store says that something is not as it should be, else 0',
	},
	messenger_connects_total: { type: 'counter', help: 'Attempts to open an account, by outcome' },
	messenger_events_journalled_total: { type: 'counter', help: 'New events written to the journal' },
	messenger_events_emitted_total: { type: 'counter', help: 'Events handed to triggers, repeats included' },
	messenger_calls_total: { type: 'counter', help: 'Calls by command, by where they ran and by outcome' },
	messenger_flood_waits_total: { type: 'counter', help: 'Pauses a messenger asked for' },
	messenger_leases_lost_total: { type: 'counter', help: 'Leases that were lost before they were released' },
	messenger_store_errors_total: {
		type: 'counter',
		help: 'Operations of the store (Redis or the file) that failed, by code',
	},
	messenger_call_duration_seconds: {
		type: 'histogram',
		help: 'How long calls took, the waits for pace included; where: here, elsewhere, for_another',
		buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 120],
	},
	messenger_store_duration_seconds: {
		type: 'histogram',
		help: 'How long operations of the store took',
		buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
	},
} as const satisfies Record<string, MetricDescription>;

export type MetricDescription =
	| { type: 'gauge' | 'counter'; help: string }
	/** upper bounds, ascending, without infinity */
	| { type: 'histogram'; help: string; buckets: readonly number[] };

export type MetricName = keyof typeof METRICS;
type NamesOf<Type> = {
	[Name in MetricName]: (typeof METRICS)[Name]['type'] extends Type ? Name : never;
}[MetricName];
export type GaugeName = NamesOf<'gauge'>;
export type CounterName = NamesOf<'counter'>;
export type HistogramName = NamesOf<'histogram'>;

export type Labels = Readonly<Record<string, string>>;

/** What happens is told here as it happens; does nothing where metrics are off. */
export interface Meter {
	count(name: CounterName, labels: Labels, by?: number): void;
	observe(name: HistogramName, labels: Labels, seconds: number): void;
}

/** How much of something there is at this moment. */
export interface GaugeReading {
	name: GaugeName;
	labels: Labels;
	value: number;
}

export const noMeter: Meter = { count: () => undefined, observe: () => undefined };
