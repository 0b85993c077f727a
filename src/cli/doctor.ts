import type { Channel } from '../contract';
import type { Pool } from '../pool';
import { environmentValue, systemClock, type Terminal } from '../runtime';
import type { Arguments } from './arguments';
import { EXIT, UsageError } from './exit';
import { reach, type Reached, type Target, type Way } from './reach';
import { readSettings } from './settings';

/** Where public clients of autumn 2026 connect; Telegram: core.telegram.org/api/datacenter. */
const TARGETS: Readonly<Record<Channel, readonly Target[]>> = {
	max: [
		{ name: 'web and QR login', host: 'api.oneme.ru', port: 443, tls: true, http: true },
		{ name: 'web, older address', host: 'ws-api.oneme.ru', port: 443, tls: true, http: true },
		{ name: 'web page', host: 'web.max.ru', port: 443, tls: true, http: true },
		// The host whose certificate is of the Russian Trusted CA, which normal lists of authorities lack.
		{
			name: 'files',
			host: 'fd2.oneme.ru',
			port: 443,
			tls: true,
			http: true,
			onlyFor: 'Downloading documents needs it, messages do not',
		},
	],
	telegram: [
		{ name: 'data centre 1', host: '149.154.175.53', port: 443, tls: false, http: false },
		{ name: 'data centre 2', host: '149.154.167.51', port: 443, tls: false, http: false },
		{ name: 'data centre 3', host: '149.154.175.100', port: 443, tls: false, http: false },
		{ name: 'data centre 4', host: '149.154.167.91', port: 443, tls: false, http: false },
		{ name: 'data centre 5', host: '91.108.56.130', port: 443, tls: false, http: false },
	],
	avito: [{ name: 'API', host: 'api.avito.ru', port: 443, tls: true, http: true }],
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
	const way = wayOf(settings);
	const findings: Finding[] = [];
	const found = (finding: Finding): void => {
		findings.push(finding);
		if (!args.json) terminal.write(`${finding.result.padEnd(8)} ${finding.about}: ${finding.says}\n`);
	};
	for (const finding of surroundings(way)) found(finding);
	let cutOff = false;
	for (const channel of channels) {
		const { targets, proxy } = targetsOf(channel, settings, way);
		const reached = await Promise.all(
			targets.map(async (target) => ({
				target,
				reached: await reach(target, { ...way, proxy }, systemClock),
			})),
		);
		for (const each of reached) found(judged(channel, each.target, each.reached));
		const skew = reached.map((each) => each.reached.clockSkewMs).find((ms) => ms !== null);
		if (skew !== undefined) found(clockFinding(channel, skew));
		const vital = reached.filter(({ target }) => target.onlyFor === undefined);
		if (vital.every((each) => each.reached.error !== null)) cutOff = true;
	}
	if (!findings.some(({ about }) => about.startsWith('clock')))
		found({ about: 'clock', result: 'warning', says: clockUnknown(channels) });
	const [channel] = channels;
	if (args.settings !== null && channel !== undefined)
		found(await sessionFinding(terminal, channel, settings, openPool));
	if (args.json) terminal.write(`${JSON.stringify(findings, null, 2)}\n`);
	if (cutOff) return EXIT.unreachable;
	return findings.some(({ result }) => result === 'failed') ? EXIT.failed : EXIT.ok;
}

/** The field that holds a personal account's session. Avito's keys are none: any number of programs may use them. */
const SESSION_FIELDS: Partial<Record<Channel, string>> = { max: 'token', telegram: 'session' };

/** As the test of the credential in n8n: a session is opened. */
async function sessionFinding(
	terminal: Terminal,
	channel: Channel,
	settings: Readonly<Record<string, unknown>>,
	openPool: () => Promise<Pool>,
): Promise<Finding> {
	const field = SESSION_FIELDS[channel];
	const hasSession = field !== undefined && textOf(settings, field) !== '';
	const about = `${channel} ${hasSession ? 'session' : 'credential'}`;
	if (hasSession && terminal.interactive && !(await mayOpen(terminal)))
		return { about, result: 'warning', says: 'not tried' };
	const pool = await openPool();
	const read = (): Promise<unknown> => Promise.resolve(settings);
	const { ok, message } = await pool.test({ channel, id: 'doctor', data: settings, read });
	return { about, result: ok ? 'ok' : 'failed', says: message };
}

/** Telegram ends a session for good that is used from two addresses; MAX lets the newer connection have it. */
async function mayOpen(terminal: Terminal): Promise<boolean> {
	const answer = await terminal.ask(
		'Two programs must not use one session at once. Is n8n stopped, or not using this one? [y/N] ',
	);
	return /^y(es)?$/i.test((answer ?? '').trim());
}

/** As an account with these settings would go: through its proxy, or directly. */
function wayOf(settings: Readonly<Record<string, unknown>>): Way {
	const text = textOf(settings, 'proxyUrl');
	const proxy = text === '' ? null : URL.parse(text);
	if (text !== '' && (proxy === null || (proxy.hostname === '' && proxy.protocol !== 'tg:')))
		throw new UsageError('proxyUrl in the settings is no address');
	// MAX and Telegram take several authorities, Avito one; the field's name tells.
	const ca = textOf(settings, 'caCertificates') || textOf(settings, 'caCertificate');
	return { ca: ca === '' ? null : ca, proxy };
}

function surroundings({ proxy }: Way): Finding[] {
	const variables = ['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY', 'https_proxy', 'http_proxy', 'all_proxy'];
	const set = variables.filter((name) => environmentValue(name) !== undefined);
	const findings: Finding[] = [];
	if (set.length > 0)
		findings.push({
			about: 'proxy',
			result: 'warning',
			says: `${set.join(', ')} is set; accounts use the proxy of their credential only`,
		});
	if (proxy !== null && mtProxy(proxy) === null)
		findings.push({
			about: 'proxy',
			result: 'ok',
			says: `everything below goes through ${proxy.protocol}//${proxy.host}, as the account's own connections do`,
		});
	return findings;
}

/** An address of one's own takes the place of the messenger's; an MTProxy that of all of Telegram. */
function targetsOf(
	channel: Channel,
	settings: Readonly<Record<string, unknown>>,
	{ proxy }: Way,
): { targets: readonly Target[]; proxy: URL | null } {
	const relay = channel === 'telegram' && proxy !== null ? mtProxy(proxy) : null;
	if (relay !== null) return { targets: [relay], proxy: null };
	const endpoint = textOf(settings, 'endpoint');
	if (endpoint === '') return { targets: TARGETS[channel], proxy };
	const url = URL.parse(/^\w+:\/\//.test(endpoint) ? endpoint : `tcp://${endpoint.replace(/^\d@/, '')}`);
	if (url === null || url.hostname === '') throw new UsageError('endpoint in the settings is no address');
	const tls = /^(https|wss|tls):$/.test(url.protocol);
	const http = /^(https?|wss?):$/.test(url.protocol);
	const port = url.port === '' ? (tls ? 443 : 80) : Number(url.port);
	const host = url.hostname.replace(/^\[|\]$/g, '');
	return { targets: [{ name: 'endpoint of the settings', host, port, tls, http }], proxy };
}

/** core.telegram.org/mtproto/mtproto-transports: its address is a link. */
function mtProxy(url: URL): Target | null {
	if (url.protocol !== 'tg:' && !/(^|\.)t(elegram)?\.me$/.test(url.hostname)) return null;
	const [host, port] = [url.searchParams.get('server') ?? '', Number(url.searchParams.get('port'))];
	if (host === '' || !Number.isInteger(port) || port < 1)
		throw new UsageError('proxyUrl in the settings needs server and port');
	return { name: 'MTProxy of the settings', host, port, tls: false, http: false };
}

function textOf(settings: Readonly<Record<string, unknown>>, name: string): string {
	const value = settings[name];
	return typeof value === 'string' ? value.trim() : '';
}

function judged(channel: Channel, { name, host, port, onlyFor }: Target, reached: Reached): Finding {
	const about = `${channel} ${name} (${host}:${String(port)})`;
	if (reached.error !== null)
		return onlyFor === undefined
			? { about, result: 'failed', says: reached.error }
			: { about, result: 'warning', says: `${reached.error}. ${onlyFor}` };
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

function clockUnknown(channels: readonly Channel[]): string {
	return channels.join() === 'telegram'
		? "not compared: Telegram's addresses tell no time, those of the others do"
		: 'not compared: nobody told the time';
}
