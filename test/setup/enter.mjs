// `node test/setup/enter.mjs <script> [args…]`: the first thing `npm start` and `npm test` do. Installs what is
// missing with whatever Node is there, then runs the named npm script, whose shell finds the project's own Node.
import { spawn } from 'node:child_process';
import { SetupError, ensureDependencies, projectEnv, root } from './index.mjs';

const [script = 'test:ready', ...args] = process.argv.slice(2);

try {
	await ensureDependencies();
} catch (error) {
	if (!(error instanceof SetupError)) throw error;
	process.stderr.write(`${error.message}\n`);
	process.exit(1);
}

const child = spawn('npm', ['run', '--silent', script, '--', ...args], {
	cwd: root,
	env: projectEnv(),
	stdio: 'inherit',
});
// The terminal sends Ctrl-C to the whole group; a signal sent to this process alone has to be passed on.
/** @type {NodeJS.Signals[]} */
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
for (const signal of signals) process.on(signal, () => child.kill(signal));
child.once('error', (error) => {
	process.stderr.write(`npm could not start: ${error.message}\n`);
	process.exitCode = 1;
});
child.once('close', (code, signal) => {
	process.exitCode = code ?? (signal ? 1 : 0);
});
