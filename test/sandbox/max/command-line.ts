import { parseArgs } from 'node:util';
import type { RunningSandbox } from '../sandbox';
import { solvedCaptcha } from './handlers/auth';
import { defaultPolicy } from './policy';
import type { Policy } from './policy';
import { startMaxSandbox } from './start';

const usage =
	'usage: npm run -s sandbox -- max [--port N (0: free ports; else nine from N on)] [--host ADDRESS] [--seed N] [--policy name=value …]';

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
			// Not JSON: plain text such as `compression=never`.
		}
		if (!(name in known) || typeof value !== typeof known[name])
			throw new Error(`--policy ${setting}: see policy.ts\n${usage}`);
		return [name, value];
	});
	return Object.fromEntries(entries);
}

/** Real programs have real time, and some listen for push 136 only once their upload is answered: it comes later. */
const inRealTime: Partial<Policy> = { readyPushMs: 200 };

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
	const first = wholeNumber('port', values.port);
	const policy = { ...inRealTime, ...policyOf(values.policy) };
	const sandbox = await startMaxSandbox({
		host: values.host,
		seed: wholeNumber('seed', values.seed),
		policy,
		ports: first === 0 ? [] : Array.from({ length: 9 }, (_, index) => first + index),
	});
	const { addresses, demo, cert } = sandbox;
	const codes = `${addresses.control}/_control/last-code`;
	return {
		summary: {
			sandbox: 'max',
			addresses,
			origin: 'https://web.max.ru',
			cert,
			...demo,
			codes: { get: `${codes}?phone=%2B79990000001` },
			captchaToken: solvedCaptcha,
			policy: { ...defaultPolicy(), ...policy },
			control: `${addresses.control}/_control`,
		},
		lines: [
			'',
			'MAX sandbox. Values for the credential "MAX User API" in n8n:',
			`  Binary WebSocket: ${addresses.websocket}   (without TLS: ${addresses.websocketPlain})`,
			`  JSON WebSocket:   ${addresses.json}   (without TLS: ${addresses.jsonPlain})`,
			`  TLS/TCP:          ${addresses.tcp}   (without TLS: ${addresses.tcpPlain})`,
			'  Origin header:    https://web.max.ru',
			'',
			...demo.accounts.flatMap((account) => [
				`${account.name} (user id ${account.id}), phone ${account.phone}, 2FA password: ${account.password ?? 'none'}`,
				...(account.web === undefined
					? []
					: [`  web token:    ${account.web.token}`, `  device id:    ${account.web.deviceId}`]),
				...(account.mobile === undefined
					? []
					: [`  mobile token: ${account.mobile.token}`, `  device id:    ${account.mobile.deviceId}`]),
			]),
			'',
			'The code of a phone login:',
			`  curl '${codes}?phone=%2B79990000001'`,
			'Anna scans a QR picture:',
			`  curl -X POST ${addresses.control}/_control/scan-qr -H 'content-type: application/json' -d '{"account":"12345678","link":"…"}'`,
			'Boris writes to Anna:',
			`  curl -X POST ${addresses.control}/_control/inject-message -H 'content-type: application/json' -d '{"from":"87654321","to":"12345678","text":"hi"}'`,
			`All commands: curl ${addresses.control}/_control`,
			'This is the service of autumn 2026. A program that cannot get in may be older; what it needs:',
			'  phone login on a WebSocket:               --policy webPhoneLogin=allow',
			'  phone login without a fingerprint:        --policy fingerprint=none',
			'  no 2FA password and a session elsewhere:  --policy activeSessionNeedsPassword=false',
			'  no Origin header:                         --policy requireOrigin=false',
			"  11 as the version of a binary frame:      --policy 'binaryVersions=[10,11]'",
			'  more than 30 logins in ten minutes:       --policy loginLimit=0',
			'  message ids of the other kind:            --policy lenientMessageIds=true',
			'The certificate authority to trust (also in the first line):',
			cert,
		],
		close: () => sandbox.close(),
	};
}
