import type { Channel } from '../contract';
import type { Pool } from '../pool';
import { environmentValue, systemClock, type Terminal } from '../runtime';
import type { Arguments } from './arguments';
import { EXIT, UsageError } from './exit';
import { clockSkewMs, reach, type Reached, type Target } from './reach';
import { readSettings } from './settings';

/** Where public clients of autumn 2026 connect; Telegram: core.telegram.org/api/datacenter. */
const TARGETS: Readonly<Record<Channel, readonly Target[]>> = {
	max: [
		{ name: 'web and QR login', host: 'api.oneme.ru', port: 443, tls: true },
		{ name: 'web, older address', host: 'ws-api.oneme.ru', port: 443, tls: true },
		{ name: 'web page', host: 'web.max.ru', port: 443, tls: true },
	],
	telegram: [
		{ name: 'data centre 1', host: '149.154.175.53', port: 443, tls: false },
		{ name: 'data centre 2', host: '149.154.167.51', port: 443, tls: false },
		{ name: 'data centre 3', host: '149.154.175.100', port: 443, tls: false },
		{ name: 'data centre 4', host: '149.154.167.91', port: 443, tls: false },
		{ name: 'data centre 5', host: '91.108.56.130', port: 443, tls: false },
	],
	avito: [{ name: 'API', host: 'api.avito.ru', port: 443, tls: true }],
};
const CHANNELS: readonly Channel[] = ['max', 'telegram', 'avito'];
/** Telegram refuses messages from a clock that is off by more than 30 s into the future or 300 s into the past. */
const CLOCK_TOLERANCE_MS = 30_000;
/** a certificate that ends sooner deserves a look. days */
const CERTIFICATE_DAYS = 14;
const DAY_MS = 86_400_000;

interface Finding {
	about: string;
	result: 'ok' | 'warning' | 'failed';
	says: string;
}

/** `doctor`. @returns exit code */
export async function doctorCommand(
	terminal: Terminal,
	args: Arguments,
	openPool: () => Promise<Pool>,
): Promise<number> {
	const unknown = args.words.find((word) => !CHANNELS.some((channel) => channel === word));
	if (unknown !== undefined) throw new UsageError(`doctor knows max, telegram and avito, not ${unknown}`);
	const channels = CHANNELS.filter((channel) => args.words.length === 0 || args.words.includes(channel));
	if (args.settings !== null && channels.length !== 1)
		throw new UsageError('name the messenger the settings are for');
	const settings = await readSettings(args.settings);
	const findings: Finding[] = [];
	const found = (finding: Finding): void => {
		findings.push(finding);
		if (!args.json) terminal.write(`${finding.result.padEnd(8)} ${finding.about}: ${finding.says}\n`);
	};
	for (const finding of surroundings(settings)) found(finding);
	for (const channel of channels) {
		const targets = targetsOf(channel, settings);
		const reached = await Promise.all(targets.map((target) => reach(target, caOf(settings), systemClock)));
		for (const [at, target] of targets.entries()) {
			const one = reached[at];
			if (one !== undefined) found(judged(channel, target, one));
		}
		const skew = await clockSkewMs(targets, caOf(settings), systemClock);
		if (skew !== null) found(clockFinding(channel, skew));
	}
	const [channel] = channels;
	if (args.settings !== null && channel !== undefined) {
		const pool = await openPool();
		const read = (): Promise<unknown> => Promise.resolve(settings);
		const { ok, message } = await pool.test({ channel, id: 'doctor', data: settings, read });
		found({ about: `${channel} session`, result: ok ? 'ok' : 'failed', says: message });
	}
	if (args.json) terminal.write(`${JSON.stringify(findings, null, 2)}\n`);
	return findings.some(({ result }) => result === 'failed') ? EXIT.failed : EXIT.ok;
}

function surroundings(settings: Readonly<Record<string, unknown>>): Finding[] {
	const variables = ['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY', 'https_proxy', 'http_proxy', 'all_proxy'];
	const set = variables.filter((name) => environmentValue(name) !== undefined);
	const own = typeof settings['proxyUrl'] === 'string' && settings['proxyUrl'] !== '';
	const findings: Finding[] = [];
	if (set.length > 0)
		findings.push({
			about: 'proxy',
			result: 'warning',
			says: `${set.join(', ')} is set; accounts use the proxy of their credential only`,
		});
	if (own)
		findings.push({
			about: 'proxy',
			result: 'ok',
			says: 'the settings name one; the connections below are tried without it, the session through it',
		});
	return findings;
}

/** An address of one's own takes the place of the messenger's. */
function targetsOf(channel: Channel, settings: Readonly<Record<string, unknown>>): readonly Target[] {
	const endpoint = typeof settings['endpoint'] === 'string' ? settings['endpoint'].trim() : '';
	if (endpoint === '') return TARGETS[channel];
	const url = URL.parse(/^\w+:\/\//.test(endpoint) ? endpoint : `tcp://${endpoint.replace(/^\d@/, '')}`);
	if (url === null) throw new UsageError('endpoint in the settings is no address');
	const tls = /^(https|wss|tls):$/.test(url.protocol);
	const port = url.port === '' ? (tls ? 443 : 80) : Number(url.port);
	return [{ name: 'endpoint of the settings', host: url.hostname.replace(/^\[|\]$/g, ''), port, tls }];
}

function caOf(settings: Readonly<Record<string, unknown>>): string | null {
	const own = settings['caCertificates'];
	return typeof own === 'string' && own.trim() !== '' ? own : null;
}

function judged(channel: Channel, { name, host, port }: Target, reached: Reached): Finding {
	const about = `${channel} ${name} (${host}:${String(port)})`;
	if (reached.error !== null) return { about, result: 'failed', says: reached.error };
	const took = `${String(Math.round(reached.ms))} ms`;
	const { certificate } = reached;
	if (certificate === null) return { about, result: 'ok', says: `reached in ${took}` };
	const days = Math.floor((certificate.validTo - systemClock.now()) / DAY_MS);
	const says = `reached in ${took}, certificate of ${certificate.issuer} for ${String(days)} more days`;
	return { about, result: days < CERTIFICATE_DAYS ? 'warning' : 'ok', says };
}

function clockFinding(channel: Channel, skew: number): Finding {
	const seconds = String(Math.round(Math.abs(skew) / 1000));
	const about = `clock (against ${channel})`;
	if (Math.abs(skew) <= CLOCK_TOLERANCE_MS) return { about, result: 'ok', says: 'right' };
	return {
		about,
		result: 'failed',
		says: `${seconds} s ${skew > 0 ? 'fast' : 'slow'}: set the time of this machine`,
	};
}
