/**
 * `npm run -s sandbox -- <name> [options]`: starts one sandbox and serves until interrupted.
 * The first line on stdout is one JSON object for programs; what follows is for a person.
 */
import type { SandboxDoor } from './sandbox';

const doors: Readonly<Record<string, () => Promise<SandboxDoor>>> = {
	avito: () => import('./avito'),
	max: () => import('./max'),
	telegram: () => import('./telegram'),
};

async function main([name, ...args]: readonly string[]): Promise<void> {
	const load = name === undefined ? undefined : doors[name];
	if (load === undefined) {
		throw new Error(`usage: npm run -s sandbox -- <${Object.keys(doors).join('|')}> [options]`);
	}
	const sandbox = await (await load()).startFromCli(args);
	process.stdout.write(`${JSON.stringify(sandbox.summary)}\n`);
	for (const line of sandbox.lines) process.stdout.write(`${line}\n`);
	for (const signal of ['SIGINT', 'SIGTERM'] as const) {
		process.once(signal, () => void sandbox.close().then(() => process.exit(0)));
	}
}

main(process.argv.slice(2)).catch((error: unknown) => {
	process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
	process.exitCode = 1;
});
