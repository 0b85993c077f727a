import { z } from '#lib/zod';
import { command } from '../../shared';
import { display } from '../core/display';
import { push } from '../core/fanout';
import type { World } from '../core/world';
import { noFaults } from '../faults';
import type { Faults } from '../faults';
import { defaultPolicy } from '../policy';
import type { Policy } from '../policy';
import { chatOf, chatRef, userOf, userRef } from './refs';

/** The listening side, which can go away and come back. */
export interface Gates {
	shut(): Promise<void>;
	open(): Promise<void>;
}

/** Some members of a known object; unknown names and types are refused. */
function someOf<T extends object>(defaults: T): z.ZodType<Partial<T>, Partial<T>> {
	const known = defaults as Record<string, unknown>;
	return z.custom<Partial<T>>(
		(value) =>
			typeof value === 'object' &&
			value !== null &&
			Object.entries(value).every(([name, item]) => name in known && typeof item === typeof known[name]),
		{ message: `members: ${Object.keys(defaults).join(', ')}` },
	);
}

/** The service's own behaviour: policy, faults, outages, time, and a look at its state. */
export function serviceCommands(world: World, gates: Gates) {
	return {
		policy: command({
			about: 'what the service does now',
			read: true,
			input: z.object({}),
			run: (): Policy => world.policy,
		}),
		setPolicy: command({
			about: 'changes what the service does; see policy.ts for the members',
			input: someOf(defaultPolicy()),
			run: (changes): void => void Object.assign(world.policy, changes),
		}),
		faults: command({
			about: 'what goes wrong now',
			read: true,
			input: z.object({}),
			run: (): Faults => world.faults,
		}),
		setFaults: command({
			about: 'lets things go wrong; see faults.ts for the members',
			input: someOf(noFaults()),
			run: (changes): void => {
				for (const list of [
					changes.errors,
					changes.dropReplies,
					changes.cutInReply,
					changes.cmds,
					changes.mutations,
					changes.media,
				]) {
					for (const fault of list ?? []) fault.count ??= 1;
				}
				Object.assign(world.faults, changes);
			},
		}),
		clearFaults: command({
			about: 'everything goes right again (replies swallowed meanwhile do not come)',
			input: z.object({}),
			run: (): void => void (world.faults = noFaults()),
		}),
		cut: command({
			about: 'cuts connections without a word: all, of one account, or one by its id',
			input: z.object({ account: userRef.optional(), connection: z.coerce.number().optional() }),
			run: ({ account, connection }): { cut: number } => {
				const id = account === undefined ? undefined : userOf(world, account).id;
				const chosen = [...world.connections].filter(
					(one) =>
						(id === undefined || one.user?.id === id) &&
						(connection === undefined || one.record.id === connection),
				);
				for (const one of chosen) one.cut('control');
				return { cut: chosen.length };
			},
		}),
		reconnect: command({
			about: 'push 3: the client shall reconnect, perhaps to another host',
			input: z.object({ account: userRef.optional(), redirectHost: z.string().optional() }),
			run: ({ account, redirectHost }): void => {
				const id = account === undefined ? undefined : userOf(world, account).id;
				for (const one of [...world.connections]) {
					if (id === undefined || one.user?.id === id) one.push(push.reconnect, { redirectHost });
				}
			},
		}),
		ping: command({
			about: 'the server pings every connection',
			input: z.object({}),
			run: (): void => {
				for (const one of [...world.connections]) one.push(push.ping, null);
			},
		}),
		stopListening: command({
			about:
				'resets every connection and refuses new ones; with forMs it comes back on the same ports by itself',
			input: z.object({ forMs: z.number().optional() }),
			run: async ({ forMs }): Promise<void> => {
				await gates.shut();
				if (forMs !== undefined)
					world.after(forMs, () => {
						gates.open().catch((error: unknown) => world.log.failures.push(String(error)));
					});
			},
		}),
		startListening: command({
			about: 'listens again on the same ports',
			input: z.object({}),
			run: (): Promise<void> => gates.open(),
		}),
		advance: command({
			about: 'moves the clock',
			input: z.object({ ms: z.number().nonnegative() }),
			run: ({ ms }): { now: number } => {
				if (world.clock.advance === undefined) throw new Error('this clock belongs to somebody else');
				world.clock.advance(ms);
				return { now: world.now() };
			},
		}),
		state: command({
			about: 'users, sessions and chats (without messages)',
			read: true,
			input: z.object({}),
			run: () =>
				display({
					now: world.now(),
					users: [...world.users.values()],
					sessions: world.sessions,
					chats: [...world.chats.values()].map(({ byId: _byId, messages, ...chat }) => ({
						...chat,
						messages: messages.length,
					})),
					connections: [...world.connections].map((one) => one.record),
				}),
		}),
		messages: command({
			about: 'the messages of a chat as stored',
			read: true,
			input: z.object({ chatId: chatRef }),
			run: ({ chatId }) => display(chatOf(world, chatId).messages) as StoredMessage[],
		}),
	};
}

/** A stored message as plain JSON: ids in decimal. */
export interface StoredMessage {
	readonly id: string;
	readonly time: number;
	readonly author: string;
	readonly cid?: string;
	readonly text: string;
	readonly edited?: number;
	readonly attaches: readonly { readonly kind: string; readonly [name: string]: unknown }[];
}
