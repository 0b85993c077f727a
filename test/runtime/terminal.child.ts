/** A program whose input has ended and which waits for nothing but the clock. */
import { processTerminal, systemClock } from '../../src/runtime';

async function main(): Promise<void> {
	const terminal = processTerminal();
	const line = await terminal.ask('Line: ');
	await systemClock.sleep(50);
	terminal.write(`${line ?? 'none'}\n`);
	terminal.end(3);
}

void main();
