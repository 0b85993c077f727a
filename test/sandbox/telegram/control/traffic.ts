import { z } from '#lib/zod';
import { command } from '../../shared';
import type { ConnectionRecord, Overlap, RequestRecord } from '../log';
import type { World } from '../state/world';
import { personFor, userRef } from './refs';

/** What went over the wires. */
export function trafficCommands(world: World) {
	return {
		requests: command({
			about: 'API requests in order of arrival, newest last',
			read: true,
			input: z.object({
				method: z.string().optional(),
				account: userRef.optional(),
				/** Part of the args, as JSON text. */
				contains: z.string().optional(),
				last: z.coerce.number().int().optional(),
			}),
			run: ({ method, account, contains, last }): RequestRecord[] => {
				const id = account === undefined ? undefined : personFor(world, account).id.toString();
				const found = world.log.requests.filter(
					(one) =>
						(method === undefined || one.method === method) &&
						(id === undefined || one.account === id) &&
						(contains === undefined || JSON.stringify(one.args).includes(contains)),
				);
				return last === undefined ? found : found.slice(-last);
			},
		}),
		connections: command({
			about:
				'connections with counts of bytes, packets, requests, handshakes and pings; open: only those open now',
			read: true,
			input: z.object({ account: userRef.optional(), open: z.coerce.boolean().default(false) }),
			run: ({ account, open }): ConnectionRecord[] => {
				const id = account === undefined ? undefined : personFor(world, account).id.toString();
				return world.log.connections.filter(
					(one) => (id === undefined || one.account === id) && (!open || one.closed === undefined),
				);
			},
		}),
		overlaps: command({
			about:
				'proof of "one session, one connection": empty when no older connection of a key wrote after a newer one began',
			read: true,
			input: z.object({}),
			run: (): Overlap[] => world.log.overlaps(),
		}),
		counts: command({
			about:
				'handshakes, codes sent, pushes by kind, bad-message answers, methods nobody implements, own mistakes',
			read: true,
			input: z.object({}),
			run: () => ({
				handshakes: world.log.handshakes,
				codesSent: world.log.codesSent,
				pushes: Object.fromEntries(world.log.pushes),
				badMessages: Object.fromEntries(world.log.badMessages),
				unknownMethods: Object.fromEntries(world.log.unknownMethods),
				failures: world.log.failures,
				openConnections: world.connections.size,
			}),
		}),
		clearLog: command({
			about: 'forgets requests, pushes and closed connections',
			input: z.object({}),
			run: (): void => world.log.clear(),
		}),
		presses: command({
			about: 'inline buttons that were pressed',
			read: true,
			input: z.object({}),
			run: () => world.presses,
		}),
	};
}
