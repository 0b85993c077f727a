import { createPool } from '../app';
import type { Pool } from '../pool';
import { packageVersion, silentLogger, systemClock, systemRandom, type Terminal } from '../runtime';
import { openMemoryStore } from '../store';
import { readArguments } from './arguments';
import { doctorCommand } from './doctor';
import { EXIT, exitCodeOf, Interrupted, sentencesOf, UsageError } from './exit';
import { HELP, SANDBOX } from './help';
import { loginCommand } from './login';

/** One run of the program. Never throws. @returns exit code */
export async function run(terminal: Terminal): Promise<number> {
	const own: { pool?: Pool } = {};
	const interrupted = Promise.withResolvers<never>();
	const undo = terminal.onInterrupt(() => {
		interrupted.reject(new Interrupted('interrupted'));
	});
	try {
		return await Promise.race([command(terminal, () => (own.pool ??= newPool())), interrupted.promise]);
	} catch (error) {
		terminal.tell(`${sentencesOf(error)}\n`);
		if (error instanceof UsageError) terminal.tell('Run it with --help to see what it can do.\n');
		return exitCodeOf(error);
	} finally {
		undo();
		await own.pool?.shutdown();
	}
}

async function command(terminal: Terminal, pool: () => Pool): Promise<number> {
	const args = readArguments(terminal.args);
	if (args.version) {
		terminal.write(`${packageVersion()}\n`);
		return EXIT.ok;
	}
	if (args.help || args.command === 'help') {
		terminal.write(HELP);
		return EXIT.ok;
	}
	switch (args.command) {
		case 'login':
			await loginCommand(terminal, args, pool());
			return EXIT.ok;
		case 'doctor':
			return doctorCommand(terminal, args, () => Promise.resolve(pool()));
		case 'sandbox':
			terminal.write(SANDBOX);
			return EXIT.ok;
		case '':
			throw new UsageError('what shall it do?');
		default:
			throw new UsageError(`there is no command ${args.command}`);
	}
}

/** In memory: what n8n keeps beside is none of this program's business. */
function newPool(): Pool {
	return createPool({
		store: () => openMemoryStore({ clock: systemClock, logger: silentLogger, random: systemRandom }),
		logger: silentLogger,
	});
}
