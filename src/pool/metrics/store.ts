import { ChannelError, type Clock, type Meter, type Store } from '../../contract';

/**
 * The same store, with every operation measured and every failure counted. Around the interface, so that Redis and the
 * file are told alike; only made where metrics are on.
 */
export function meteredStore(store: Store, meter: Meter, clock: Clock): Store {
	const wrapped = new Map<string | symbol, unknown>();
	return new Proxy(store, {
		get(target, name) {
			const value: unknown = Reflect.get(target, name, target);
			if (typeof value !== 'function') return value;
			let known = wrapped.get(name);
			if (known === undefined) {
				known = measured(String(name), value.bind(target) as Operation);
				wrapped.set(name, known);
			}
			return known;
		},
	});

	type Operation = (...args: unknown[]) => unknown;

	function measured(operation: string, run: Operation): Operation {
		return (...args) => {
			const began = clock.monotonic();
			const answer = run(...args);
			if (!(answer instanceof Promise)) return answer;
			const labels = { store: store.info.kind, operation };
			const done = (): void => {
				meter.observe('messenger_store_duration_seconds', labels, (clock.monotonic() - began) / 1_000);
			};
			return answer.then(
				(result: unknown) => {
					done();
					if (operation === 'append') countJournalled(args[0], result);
					return result;
				},
				(error: unknown) => {
					done();
					const code = ChannelError.is(error) ? error.code : 'unexpected';
					meter.count('messenger_store_errors_total', { ...labels, code });
					throw error;
				},
			);
		};
	}

	/** @param account its id begins with the channel */
	function countJournalled(account: unknown, result: unknown): void {
		const { appended } = result as Awaited<ReturnType<Store['append']>>;
		if (typeof account !== 'string' || appended.length === 0) return;
		const channel = account.slice(0, account.indexOf(':'));
		meter.count('messenger_events_journalled_total', { channel }, appended.length);
	}
}
