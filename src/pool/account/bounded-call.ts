import {
	ChannelError,
	type CallOptions,
	type CallResult,
	type ChannelDriver,
	type Clock,
	type Command,
	type Logger,
	type Meter,
} from '../../contract';
import { traced } from '../../runtime';
import { assertAllowed } from '../policy';
import { parseInput } from '../policy/parse-input';
import { withDeadline } from './deadline';

const DEFAULT_CALL_MS = 120_000;

/** A call with its input parsed, its permission checked and its time running. */
export interface BoundedCall {
	spec: ChannelDriver['commands'][string];
	input: unknown;
	signal: AbortSignal;
	/** monotonic ms */
	deadline: number;
	/** where it ran; for the log and the metrics, set by whoever knows */
	where: 'here' | 'elsewhere' | 'for_another';
}

/** Told of each call that was not refused at once. */
export interface CallObserver {
	begins(): void;
	/** @param failure what the caller is told; null: it succeeded */
	ends(failure: { error: unknown } | null): void;
}

export interface CallRequest {
	driver: ChannelDriver;
	clock: Clock;
	logger: Logger;
	meter: Meter;
	account: CallObserver;
	command: Command;
	options: CallOptions;
	/** of whoever asks, which may be another process */
	policy: Parameters<typeof assertAllowed>[0];
}

/**
 * What every call passes before it reaches its account, and what bounds it then. One line of the log tells how it went,
 * in the caller's process and, where another one has the session, in that one's too.
 * @throws ChannelError `not_supported`, `invalid_parameter`, `not_permitted`: nothing has happened then
 */
export async function boundedCall(
	{ driver, clock, logger, meter, account, command, options, policy }: CallRequest,
	work: (call: BoundedCall) => Promise<CallResult>,
): Promise<CallResult> {
	const { name } = command;
	const { channel } = driver;
	const spec = driver.commands[name];
	if (spec === undefined) throw new ChannelError('not_supported', `${channel} has no operation "${name}"`);
	const input: unknown = parseInput(spec, command.input);
	assertAllowed(policy, name, spec, input);
	account.begins();
	const timeoutMs = options.timeoutMs ?? spec.timeoutMs ?? DEFAULT_CALL_MS;
	const { signal, end } = withDeadline(clock, timeoutMs, name, options.signal);
	const began = clock.monotonic();
	const call: BoundedCall = { spec, input, signal, deadline: began + timeoutMs, where: 'elsewhere' };
	const note = (outcome: string): void => {
		const ms = clock.monotonic() - began;
		const { where } = call;
		logger.debug('call', { command: name, channel, where, ms: Math.round(ms), outcome });
		meter.count('messenger_calls_total', { channel, command: name, where, outcome });
		meter.observe('messenger_call_duration_seconds', { channel, where }, ms / 1_000);
	};
	const about = { 'messenger.command': name, 'messenger.channel': channel };
	try {
		const result = await traced(`messenger ${name}`, about, () => work(call));
		note('done');
		account.ends(null);
		return result;
	} catch (error) {
		const shown = signal.aborted && !ChannelError.is(error) ? (signal.reason as Error) : error;
		note(ChannelError.is(shown) ? shown.code : 'failed');
		account.ends({ error: shown });
		throw shown;
	} finally {
		end();
	}
}
