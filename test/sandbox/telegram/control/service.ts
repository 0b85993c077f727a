import { z } from '#lib/zod';
import { command } from '../../shared';
import { noFaults } from '../faults';
import { pushPayload } from '../state/delivery';
import type { Policy } from '../policy';
import { present } from '../state/chats';
import type { World } from '../state/world';
import { peerFor, peerRef, personFor, userRef } from './refs';

const filter = {
	method: z.string().optional(),
	account: z.string().optional(),
	count: z.number().int().default(1),
};

const faults = z.object({
	accounts: z.array(z.string()),
	silent: z.boolean(),
	halfOpen: z.boolean(),
	hold: z.boolean(),
	delayMs: z.number(),
	splitBytes: z.number().int(),
	replay: z.boolean(),
	losePush: z.number(),
	duplicatePush: z.number(),
	reorderPush: z.number(),
	pushKinds: z.array(z.string()),
	errors: z.array(
		z.object({ ...filter, code: z.number().int(), message: z.string(), after: z.boolean().optional() }),
	),
	dropAnswers: z.array(z.object(filter)),
	cutBeforeAnswer: z.array(z.object(filter)),
	cutInAnswer: z.array(z.object(filter)),
	delays: z.array(z.object({ ...filter, ms: z.number() })),
	transportErrors: z.object({ code: z.number().int(), count: z.number().int() }),
	badSalts: z.number().int(),
	cutAfterPackets: z.number().int(),
	skewMs: z.number(),
});

/** Lets out what `hold` kept back. */
function flushAll(world: World): void {
	for (const dc of world.dcs)
		for (const key of dc.keys.values()) for (const session of key.sessions.values()) session.flush();
}

/** Faults, doors, time, policy, positions. */
export function serviceCommands(world: World) {
	return {
		setFaults: command({
			about: 'what goes wrong from now on; members left out stay as they are',
			input: faults.partial(),
			run: (given): void => {
				for (const [name, value] of Object.entries(given)) {
					if (value !== undefined) Object.assign(world.faults, { [name]: value });
				}
				flushAll(world);
			},
		}),
		clearFaults: command({
			about: 'everything works again',
			input: z.object({}),
			run: (): void => {
				Object.assign(world.faults, noFaults());
				flushAll(world);
			},
		}),
		floodWait: command({
			about: 'the next requests of a method (or of all) answer FLOOD_WAIT_X',
			input: z.object({ ...filter, seconds: z.number().int() }),
			run: ({ seconds, method, account, count }): void =>
				void world.faults.errors.push({
					method,
					account,
					count,
					code: 420,
					message: `FLOOD_WAIT_${seconds}`,
				}),
		}),
		cutConnections: command({
			about: 'ends open connections (of one account): RST or politely',
			input: z.object({
				account: userRef.optional(),
				rst: z.boolean().default(true),
				dc: z.number().int().optional(),
			}),
			run: ({ account, rst, dc }): { cut: number } => {
				const id = account === undefined ? undefined : personFor(world, account).id.toString();
				const hit = [...world.connections].filter(
					(one) => (id === undefined || one.record.account === id) && (dc === undefined || one.dc.id === dc),
				);
				for (const connection of hit) connection.cut('control', rst);
				return { cut: hit.length };
			},
		}),
		stopListening: command({
			about: 'data centres (or one) refuse connections; open ones are reset',
			input: z.object({ dc: z.number().int().optional() }),
			run: async ({ dc }): Promise<void> => {
				await Promise.all(
					world.dcs.filter((one) => dc === undefined || one.id === dc).map((one) => one.door.shut()),
				);
			},
		}),
		startListening: command({
			about: 'data centres listen again, on the same ports',
			input: z.object({ dc: z.number().int().optional() }),
			run: async ({ dc }): Promise<void> => {
				await Promise.all(
					world.dcs.filter((one) => dc === undefined || one.id === dc).map((one) => one.door.open()),
				);
			},
		}),
		restart: command({
			about:
				'as after a restart of the servers: sessions and what waited in them are gone, keys and messages stay',
			input: z.object({}),
			run: async (): Promise<void> => {
				await Promise.all(world.dcs.map((dc) => dc.door.shut()));
				for (const dc of world.dcs) for (const key of dc.keys.values()) key.sessions.clear();
				await Promise.all(world.dcs.map((dc) => dc.door.open()));
			},
		}),
		advanceClock: command({
			about: 'time jumps forward by so many milliseconds; what falls due happens',
			input: z.object({ ms: z.number() }),
			run: ({ ms }): void => {
				if (world.clock.advance === undefined) throw new Error('the clock belongs to somebody else');
				world.clock.advance(ms);
			},
		}),
		setPolicy: command({
			about: 'changes switches of policy.ts',
			input: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
			run: (given): Policy => {
				for (const [name, value] of Object.entries(given)) {
					const known = (world.policy as unknown as Record<string, unknown>)[name];
					if (typeof known !== typeof value) throw new Error(`no policy ${name} of that type`);
					Object.assign(world.policy, { [name]: value });
				}
				return world.policy;
			},
		}),
		tooLong: command({
			about: 'pushes updatesTooLong to all sessions of an account',
			input: z.object({ account: userRef }),
			run: ({ account }): void => {
				for (const session of world.sessionsOf(personFor(world, account)))
					pushPayload(world, session, { _: 'updatesTooLong' });
			},
		}),
		channelTooLong: command({
			about: 'pushes updateChannelTooLong about a channel to its members',
			input: z.object({ peer: peerRef }),
			run: ({ peer }): void => {
				const channel = world.channel(peerFor(world, peer));
				const update = { _: 'updateChannelTooLong', channel_id: channel.id, pts: channel.box.pts };
				const payload = { _: 'updateShort', update, date: world.serverSeconds() };
				for (const { id } of present(channel)) {
					for (const session of world.sessionsOf(world.person(id))) pushPayload(world, session, payload);
				}
			},
		}),
		skipPts: command({
			about: 'a hole: pts of an account (or channel) grows by so much and nothing is told, now or later',
			input: z.object({ peer: peerRef, count: z.number().int().positive().default(1) }),
			run: ({ peer, count }): { pts: number } => {
				const chat = world.chats.get(peerFor(world, peer));
				const box =
					chat === undefined ? personFor(world, peer).box : chat.kind === 'channel' ? chat.box : undefined;
				if (box === undefined) throw new Error('basic groups have no pts');
				box.advance(count, world.serverSeconds(), () => undefined);
				return { pts: box.pts };
			},
		}),
		forgetEvents: command({
			about:
				'the box of an account or channel keeps no events: older pts get differenceTooLong / channelDifferenceTooLong',
			input: z.object({ peer: peerRef, keep: z.number().int().default(0) }),
			run: ({ peer, keep }): void => {
				const chat = world.chats.get(peerFor(world, peer));
				const box =
					chat === undefined ? personFor(world, peer).box : chat.kind === 'channel' ? chat.box : undefined;
				if (box === undefined) throw new Error('basic groups have no events');
				box.events = keep === 0 ? [] : box.events.slice(-keep);
			},
		}),
		state: command({
			about: 'pts, qts and message counts of an account and the channels it is in',
			read: true,
			input: z.object({ account: userRef }),
			run: ({ account }) => {
				const person = personFor(world, account);
				const channels = [...world.chats.values()].flatMap((chat) =>
					chat.kind === 'channel' && chat.members.has(person.id)
						? [{ id: chat.key.toString(), pts: chat.box.pts, messages: chat.box.messages.size }]
						: [],
				);
				return { pts: person.box.pts, qts: person.qts, messages: person.box.messages.size, channels };
			},
		}),
		dump: command({
			about: 'everything countable: people, chats, keys, sessions, connections, files',
			read: true,
			input: z.object({}),
			run: () => ({
				people: [...world.people.values()].map((one) => ({
					id: one.id.toString(),
					name: one.firstName,
					pts: one.box.pts,
				})),
				chats: [...world.chats.values()].map((one) => ({
					id: one.key.toString(),
					title: one.title,
					members: present(one).length,
				})),
				dcs: world.dcs.map((dc) => ({
					id: dc.id,
					port: dc.port,
					listening: dc.door.listening,
					keys: dc.keys.size,
					sessions: [...dc.keys.values()].reduce((sum, key) => sum + key.sessions.size, 0),
				})),
				connections: world.connections.size,
				files: world.files.size,
			}),
		}),
	};
}
