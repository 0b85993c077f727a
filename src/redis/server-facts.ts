import { createHash } from 'node:crypto';
import { ChannelError, type Random } from '../contract';
import type { ServerFacts } from './condition';
import type { Commands } from './connection';
import { isNotPermitted } from './faults';
import type { Keys } from './keys';
import { fields, integer, list, text, textOrNull } from './replies';

/** Streams, and scripts that may ask for the time before they write, came with it. https://redis.io/docs (commands) */
const OLDEST = 5;

export interface FactParts {
	keys: Keys;
	random: Random;
	cluster: boolean;
}

/**
 * Asks the server what our data depends on. Managed services forbid CONFIG, and a user who may do nothing dangerous has not
 * even INFO: then snapshots are taken for granted, since saying wrongly that nothing survives would be noise on every
 * result.
 * @throws ChannelError `store_unavailable` when it is too old
 */
export async function serverFacts(commands: Commands, parts: FactParts): Promise<ServerFacts> {
	const info = await tellsOfItself(commands);
	mustBeNewEnough(info?.get('redis_version'));
	const appendOnly = info?.get('aof_enabled') === '1';
	const limited = Number(info?.get('maxmemory') ?? 0) > 0;
	return {
		runId: await lifeOf(info, commands, parts),
		persistent: appendOnly || (await savesSnapshots(commands)),
		evicting: limited && (info?.get('maxmemory_policy') ?? 'noeviction') !== 'noeviction',
	};
}

function mustBeNewEnough(version: string | undefined): void {
	if (version === undefined || !(Number.parseInt(version) < OLDEST)) return;
	const hint = `Use Redis ${OLDEST} or newer (or Valkey), or another server for these accounts: MESSENGER_ACCOUNTS_REDIS_HOST.`;
	throw new ChannelError('store_unavailable', `Redis ${version} is too old: it has no streams.`, {
		retry: { afterMs: 60_000 },
		hint,
	});
}

/**
 * Changes with every start of the server, and with every change of the master whose writes it has (`INFO replication`). One
 * that refuses INFO is known by a script that says nothing but who it is: no server keeps scripts when it stops.
 */
async function lifeOf(
	info: ReadonlyMap<string, string> | null,
	commands: Commands,
	{ keys, random, cluster }: FactParts,
): Promise<string> {
	if (cluster) return '';
	if (info !== null) return `${info.get('run_id') ?? ''} ${info.get('master_replid') ?? ''}`;
	const known = textOrNull(await commands.call('HGET', keys.epoch(), 'run'));
	if (known !== null && (await knowsScript(commands, nameTag(known)))) return known;
	const life = random.hex(16);
	await commands.call('SCRIPT', 'LOAD', nameTag(life));
	return life;
}

function nameTag(life: string): string {
	return `return '${life.replace(/\W/g, '')}'`;
}

async function knowsScript(commands: Commands, lua: string): Promise<boolean> {
	const sha = createHash('sha1').update(lua).digest('hex');
	return integer(list(await commands.call('SCRIPT', 'EXISTS', sha))[0]) === 1;
}

async function tellsOfItself(commands: Commands): Promise<Map<string, string> | null> {
	try {
		return parseInfo(text(await commands.call('INFO')));
	} catch (error) {
		if (isNotPermitted(error)) return null;
		throw error;
	}
}

async function savesSnapshots(commands: Commands): Promise<boolean> {
	try {
		const config = fields(await commands.call('CONFIG', 'GET', 'save'));
		return config.get('save') !== '';
	} catch {
		return true;
	}
}

function parseInfo(reply: string): Map<string, string> {
	const lines = reply.split(/\r?\n/).filter((line) => line.includes(':'));
	return new Map(
		lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)] as const),
	);
}
