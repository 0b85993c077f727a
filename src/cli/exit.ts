import { ChannelError } from '../contract';

/** Exit codes; the help lists them. */
export const EXIT = { ok: 0, failed: 1, usage: 2, unreachable: 3, interrupted: 130 } as const;

/** The command line itself is wrong. */
export class UsageError extends Error {}

/** The person has pressed Ctrl+C, or the input has ended where an answer was needed. */
export class Interrupted extends Error {}

export function exitCodeOf(error: unknown): number {
	if (error instanceof UsageError) return EXIT.usage;
	if (error instanceof Interrupted) return EXIT.interrupted;
	return ChannelError.is(error) && (error.code === 'unreachable' || error.code === 'timeout')
		? EXIT.unreachable
		: EXIT.failed;
}

/** In words; an unexpected error keeps its own. */
export function sentencesOf(error: unknown): string {
	if (ChannelError.is(error))
		return [error.message, error.hint]
			.filter((part) => part !== undefined)
			.join('. ')
			.replaceAll('..', '.');
	return error instanceof Error ? error.message : String(error);
}
