import type { Cluster } from '#lib/ioredis';
import type { Client } from './client';
import { isRedirected } from './faults';

/** Sends one command to where its keys are. */
export function send(client: Client, name: string, args: readonly (string | number)[]): Promise<unknown> {
	return 'nodes' in client ? follow(client, name, args) : client.call(name, ...args);
}

/**
 * A server of a cluster whose keys have moved answers where to; nothing was done then. The library goes there by itself, but
 * not where other commands left together with this one and were carried out.
 */
async function follow(client: Cluster, name: string, args: readonly (string | number)[]): Promise<unknown> {
	try {
		return await client.call(name, ...args);
	} catch (error) {
		if (!isRedirected(error)) throw error;
		const { Command } = await import('#lib/ioredis');
		return client.sendCommand(new Command(name, [...args], { replyEncoding: 'utf8' }));
	}
}
