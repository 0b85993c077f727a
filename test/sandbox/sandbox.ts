/**
 * The words the three sandboxes share with the command line.
 *
 * A sandbox is a fake messenger on real sockets: the other side of the wire. Nothing here or below imports
 * `src`, `nodes` or `credentials`; otherwise a mistake of ours would be on both sides and cancel out.
 */

/** A sandbox that was started from the command line and is serving. */
export interface RunningSandbox {
	/** Printed as the first line, one JSON object, for programs: addresses, accounts, control address. */
	readonly summary: Readonly<Record<string, unknown>>;
	/** Printed after it, for a person: the values to type into n8n. */
	readonly lines: readonly string[];
	/** Ends every socket and timer; a second call is harmless. */
	close(): Promise<void>;
}

/**
 * What `test/sandbox/<name>/index.ts` exports so that `npm run -s sandbox -- <name> …` finds it.
 * `args` is everything after the name. Rejects with a sentence when the arguments are wrong.
 */
export interface SandboxDoor {
	startFromCli(args: readonly string[]): Promise<RunningSandbox>;
}
