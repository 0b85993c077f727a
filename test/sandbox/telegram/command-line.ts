import { parseArgs } from 'node:util';
import type { RunningSandbox } from '../sandbox';
import { defaultPolicy } from './policy';
import type { Policy } from './policy';
import { startTelegramSandbox } from './start';

const usage =
	'usage: npm run -s sandbox -- telegram [--port N (0: free ports; else five from N on)] [--host ADDRESS] [--seed N] [--policy name=value …]';

function wholeNumber(name: string, text: string): number {
	if (!/^\d+$/.test(text)) throw new Error(`--${name} must be a whole number\n${usage}`);
	return Number(text);
}

/** `name=value` with the value as JSON or, failing that, as text. */
function policyOf(settings: readonly string[]): Partial<Policy> {
	const known = defaultPolicy() as unknown as Record<string, unknown>;
	const entries = settings.map((setting): [string, unknown] => {
		const [name = '', ...rest] = setting.split('=');
		const text = rest.join('=');
		let value: unknown = text;
		try {
			value = JSON.parse(text);
		} catch {
			// Not JSON: plain text such as `duplicateKey=address`.
		}
		if (!(name in known) || typeof value !== typeof known[name]) {
			throw new Error(`--policy ${setting}: see policy.ts\n${usage}`);
		}
		return [name, value];
	});
	return Object.fromEntries(entries);
}

/** Starts the sandbox for a person or another program; see `usage`. */
export async function startFromCli(args: readonly string[]): Promise<RunningSandbox> {
	const { values } = parseArgs({
		args: [...args],
		options: {
			port: { type: 'string', default: '0' },
			host: { type: 'string', default: '127.0.0.1' },
			seed: { type: 'string', default: '1' },
			policy: { type: 'string', multiple: true, default: [] },
		},
	});
	const sandbox = await startTelegramSandbox({
		host: values.host,
		seed: wholeNumber('seed', values.seed),
		policy: policyOf(values.policy),
		port: wholeNumber('port', values.port),
	});
	const { dcs, proxy, demo, controlAddress } = sandbox;
	const control = `${controlAddress}/_control`;
	return {
		summary: {
			sandbox: 'telegram',
			apiId: 12345,
			apiHash: '0123456789abcdef0123456789abcdef',
			dcs,
			proxy,
			...demo,
			control,
		},
		lines: [
			'',
			'Telegram sandbox. Values for the credential "Telegram User API" in n8n:',
			'  API id: 12345, API hash: 0123456789abcdef0123456789abcdef (any number and text will do)',
			...dcs.map((dc) => `  Data centre ${dc.id}: ${dc.host}:${dc.port}   (WebSocket: ${dc.websocket})`),
			`  MTProxy: ${proxy.host}:${proxy.port}, secret ${proxy.secret}`,
			`  Key fingerprint: ${dcs[0]?.fingerprint ?? ''}`,
			dcs[0]?.publicKeyPem ?? '',
			...demo.accounts.map(
				(account) =>
					`${account.name} (user id ${account.id}, data centre ${account.dc}), phone ${account.phone}, code ${account.code}, 2FA password: ${account.password ?? 'none'}`,
			),
			'',
			'Boris writes to Anna:',
			`  curl -X POST ${control}/inject-message -H 'content-type: application/json' -d '{"from":"@boris_sandbox","to":"@anna_sandbox","text":"hi"}'`,
			'Anna scans a QR picture:',
			`  curl -X POST ${control}/scan-qr -H 'content-type: application/json' -d '{"account":"@anna_sandbox","token":"tg://login?token=…"}'`,
			`All commands: curl ${control}`,
		],
		close: () => sandbox.close(),
	};
}
