import { z } from '#lib/zod';
import { command } from '../../shared';
import { display } from '../core/display';
import type { ConnectionRecord, Overlap, RequestRecord, TransferRecord } from '../core/log';
import type { World } from '../core/world';

/** How one session was used. */
export interface LoginCount {
	readonly session: number;
	readonly account: string;
	/** The newest token. */
	readonly token: string;
	readonly deviceType: string;
	readonly logins: number;
	readonly connections: { readonly now: number; readonly peak: number };
	readonly ended: boolean;
}

/** Reading the log. */
export function trafficCommands(world: World) {
	return {
		logins: command({
			about: 'LOGINs and simultaneous connections per session, all or of one account',
			read: true,
			input: z.object({ account: z.string().optional() }),
			run: ({ account }): LoginCount[] =>
				world.sessions
					.map((session, index) => ({
						session: index,
						account: session.userId.toString(),
						token: session.tokens.at(-1) ?? '',
						deviceType: session.deviceType,
						logins: session.logins.length,
						connections: { ...world.log.concurrency(index) },
						ended: session.ended !== undefined,
					}))
					.filter((one) => account === undefined || one.account === account),
		}),
		overlaps: command({
			about: 'pairs of connections of one session that broke "one session, one connection"; empty is good',
			read: true,
			input: z.object({}),
			run: (): Overlap[] => world.log.overlaps(),
		}),
		connections: command({
			about: 'every connection that was opened: bytes, frames, device, session, who closed it',
			read: true,
			input: z.object({ account: z.string().optional(), open: z.coerce.boolean().optional() }),
			run: ({ account, open }): ConnectionRecord[] =>
				world.log.connections.filter(
					(one) =>
						(account === undefined || one.account === account) &&
						(open === undefined || open === (one.closed === undefined)),
				),
		}),
		requests: command({
			about: 'frames that arrived (requests and acknowledgements) with their payload and outcome',
			read: true,
			input: z.object({ opcode: z.coerce.number().optional(), account: z.string().optional() }),
			run: ({ opcode, account }): RequestRecord[] =>
				world.log.requests.filter(
					(one) =>
						(opcode === undefined || one.opcode === opcode) &&
						(account === undefined || one.account === account),
				),
		}),
		transfers: command({
			about: 'up- and downloads: which media, when, with which HTTP status',
			read: true,
			input: z.object({ media: z.string().optional() }),
			run: ({ media }): TransferRecord[] =>
				world.log.transfers.filter((one) => media === undefined || one.media === media),
		}),
		pushes: command({
			about: 'how many pushes left, per opcode',
			read: true,
			input: z.object({}),
			run: (): Record<string, number> => Object.fromEntries(world.log.pushes),
		}),
		failures: command({
			about: 'mistakes of the sandbox itself; a test should end with none',
			read: true,
			input: z.object({}),
			run: (): string[] => [...world.log.failures],
		}),
		presses: command({
			about: 'buttons that were pressed',
			read: true,
			input: z.object({}),
			run: () => display(world.log.presses),
		}),
		clearLog: command({
			about: 'forgets closed connections and requests; open connections and login counts stay',
			input: z.object({}),
			run: (): void => world.log.clear(),
		}),
	};
}
