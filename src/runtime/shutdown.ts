/**
 * Calls `drain` once when the process is asked to end. n8n's workers and webhook processes call no close hook of a
 * node, so the pool must listen itself; n8n goes on to end the process, hence no `process.exit` here.
 * @returns a function that takes the listener away
 */
export function onShutdown(drain: () => Promise<void>, atExit: () => void): () => void {
	let started = false;
	const begin = (): void => {
		if (started) return;
		started = true;
		drain().catch(() => undefined);
	};
	process.once('SIGTERM', begin);
	process.once('SIGINT', begin);
	process.once('exit', atExit);
	return () => {
		process.removeListener('SIGTERM', begin);
		process.removeListener('SIGINT', begin);
		process.removeListener('exit', atExit);
	};
}
