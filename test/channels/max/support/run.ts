import type {
	CallOptions,
	CallResult,
	CommandContext,
	IntentHandle,
	JsonObject,
	MediaSource,
	OpenAccount,
} from '../../../../src/contract';
import type { MaxAccount } from '../../../../src/channels/max/account';
import { commands } from '../../../../src/channels/max/commands';

export interface RunOptions {
	media?: MediaSource[];
	intent?: IntentHandle;
	signal?: AbortSignal;
	/** what the caller of the pool chose */
	call?: CallOptions;
}

/** Runs a command as the pool would: parsed by its own schema, on an open account. */
export async function run(
	open: OpenAccount<MaxAccount>,
	name: string,
	input: JsonObject = {},
	options: RunOptions = {},
): Promise<CallResult> {
	const spec = commands[name];
	if (spec === undefined) throw new Error(`no command ${name}`);
	const context: CommandContext = {
		signal: options.signal ?? new AbortController().signal,
		media: options.media ?? [],
		intent: options.intent ?? null,
		options: options.call ?? {},
		progress: () => undefined,
	};
	return spec.run(open.account, spec.input.parse(input), context);
}

export async function item(
	open: OpenAccount<MaxAccount>,
	name: string,
	input: JsonObject = {},
	options: RunOptions = {},
): Promise<JsonObject> {
	const { items } = await run(open, name, input, options);
	return items[0]!;
}
