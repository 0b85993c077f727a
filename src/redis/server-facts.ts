import type { ServerFacts } from './condition';
import type { Commands } from './connection';
import { isNotPermitted } from './faults';
import { fields, text } from './replies';

/**
 * Asks the server what our data depends on. Managed services forbid CONFIG, and a user who may do nothing dangerous has not
 * even INFO: then snapshots are taken for granted, since saying wrongly that nothing survives would be noise on every
 * result. Without INFO a restart is not told from a lost connection, as in a cluster.
 */
export async function serverFacts(commands: Commands, cluster: boolean): Promise<ServerFacts> {
	const info = await tellsOfItself(commands);
	const appendOnly = info.get('aof_enabled') === '1';
	const limited = Number(info.get('maxmemory') ?? 0) > 0;
	return {
		runId: cluster ? '' : lifeOf(info),
		persistent: appendOnly || (await savesSnapshots(commands)),
		evicting: limited && (info.get('maxmemory_policy') ?? 'noeviction') !== 'noeviction',
	};
}

/** Changes with every start of the server, and with every change of the master whose writes it has (`INFO replication`). */
function lifeOf(info: ReadonlyMap<string, string>): string {
	const runId = info.get('run_id');
	return runId === undefined ? '' : `${runId} ${info.get('master_replid') ?? ''}`;
}

async function tellsOfItself(commands: Commands): Promise<Map<string, string>> {
	try {
		return parseInfo(text(await commands.call('INFO')));
	} catch (error) {
		if (isNotPermitted(error)) return new Map();
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
