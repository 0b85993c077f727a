import { spawn } from 'node:child_process';

/**
 * Makes sure that a process group ends with this process, however this process ends: a shell waits on a pipe that
 * only we hold; when we are gone (an abort, a crash, `kill -9`), the pipe closes and the shell kills the group.
 * Returns how to call it off once the group has ended by itself.
 */
export function reapWithMe(processGroup: number): () => void {
	const script = 'read -r _; kill -s KILL -- "-$1" 2>/dev/null';
	const reaper = spawn('sh', ['-c', script, 'reaper', String(processGroup)], {
		stdio: ['pipe', 'ignore', 'ignore'],
		detached: true,
	});
	reaper.unref();
	// The pipe is a socket to Node and would keep it running.
	(reaper.stdin as unknown as { unref(): void }).unref();
	reaper.stdin.on('error', () => undefined);
	return () => {
		reaper.kill('SIGKILL');
	};
}
