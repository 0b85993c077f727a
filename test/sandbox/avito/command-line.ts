import { parseArgs } from 'node:util';
import type { RunningSandbox } from '../sandbox';
import { startAvitoSandbox } from './start';

const usage =
	'usage: npm run -s sandbox -- avito [--port N] [--control-port N] [--host ADDRESS] [--public-origin URL] [--seed N] [--empty]';

function wholeNumber(name: string, text: string): number {
	if (!/^\d+$/.test(text)) throw new Error(`--${name} must be a whole number\n${usage}`);
	return Number(text);
}

/** Starts the sandbox for a person or another program; see `usage`. */
export async function startFromCli(args: readonly string[]): Promise<RunningSandbox> {
	const { values } = parseArgs({
		args: [...args],
		options: {
			port: { type: 'string', default: '0' },
			'control-port': { type: 'string', default: '0' },
			host: { type: 'string', default: '127.0.0.1' },
			'public-origin': { type: 'string' },
			seed: { type: 'string', default: '1' },
			/** Without conversations to look at. */
			empty: { type: 'boolean', default: false },
		},
	});
	const publicOrigin = values['public-origin'];
	const sandbox = await startAvitoSandbox({
		port: wholeNumber('port', values.port),
		controlPort: wholeNumber('control-port', values['control-port']),
		host: values.host,
		seed: wholeNumber('seed', values.seed),
		demoChats: !values.empty,
		...(publicOrigin === undefined ? {} : { publicOrigin }),
	});
	const { origin, controlOrigin, accounts } = sandbox;
	const keys = accounts.flatMap(({ name, user_id, client_id, client_secret }) => [
		'',
		`${name} (user id ${user_id})`,
		`  Client ID:     ${client_id}`,
		`  Client Secret: ${client_secret}`,
	]);
	return {
		summary: { sandbox: 'avito', origin, control: `${controlOrigin}/_control`, accounts },
		lines: [
			'',
			'Avito sandbox. Values for the credential "Avito API" in n8n:',
			`  Endpoint:      ${origin}`,
			...keys,
			'',
			'A customer writes to the first account:',
			`  curl -X POST ${controlOrigin}/_control/incoming -H 'content-type: application/json' -d '{"text":"Здравствуйте"}'`,
			`All commands: curl ${controlOrigin}/_control`,
		],
		close: () => sandbox.close(),
	};
}
