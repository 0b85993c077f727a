import { z } from '#lib/zod';
import { command } from '../../shared';
import type { Core } from '../core';

const limit = z.coerce.number().int().positive().default(50_000);
const userId = z.coerce.number().int().optional();

/** Commands that show what happened and change nothing (but `forget`). */
export function observationCommands(core: Core) {
	const { journal, deliveries, world } = core;
	return {
		requests: command({
			about: 'every request: time, path, status, operation, token number; newest last',
			read: true,
			input: z.strictObject({
				operation_id: z.string().optional(),
				path: z.string().optional(),
				user_id: userId,
				/** Only those after this number. */
				after: z.coerce.number().int().default(0),
				limit,
			}),
			run: ({ operation_id, path, user_id, after, limit }) =>
				journal.requests
					.filter(
						(record) =>
							record.n > after &&
							(operation_id === undefined || record.operation_id === operation_id) &&
							(path === undefined || record.path === path) &&
							(user_id === undefined || record.user_id === user_id),
					)
					.slice(-limit),
		}),
		outbox: command({
			about: 'every message sent through the API; newest last',
			read: true,
			input: z.strictObject({ user_id: userId, chat_id: z.string().optional(), limit }),
			run: ({ user_id, chat_id, limit }) =>
				journal.sent
					.filter(
						(record) =>
							(user_id === undefined || record.user_id === user_id) &&
							(chat_id === undefined || record.chat_id === chat_id),
					)
					.slice(-limit),
		}),
		deliveries: command({
			about: 'every attempt to deliver a webhook: outcome, status, latency, whether over two seconds',
			read: true,
			input: z.strictObject({
				user_id: userId,
				outcome: z.string().optional(),
				url: z.string().optional(),
				message_id: z.string().optional(),
				limit,
			}),
			run: ({ user_id, outcome, url, message_id, limit }) =>
				deliveries.records
					.filter(
						(record) =>
							(user_id === undefined || record.user_id === user_id) &&
							(outcome === undefined || record.outcome === outcome) &&
							(url === undefined || record.url === url) &&
							(message_id === undefined || record.message_id === message_id),
					)
					.slice(-limit),
		}),
		messages: command({
			about: 'the messages of a chat as stored, oldest first',
			read: true,
			input: z.strictObject({ chat_id: z.string() }),
			run: ({ chat_id }) => [...(world.chats.get(chat_id)?.messages ?? [])],
		}),
		state: command({
			about: 'accounts, subscriptions, chats, faults, settings, connections, clock',
			read: true,
			input: z.strictObject({}),
			run: () => ({
				now: core.clock.now(),
				reachable: core.listener.listening,
				connections: core.listener.connections,
				accounts: [...world.accounts.values()].map((account) => ({
					user_id: account.id,
					name: account.name,
					employer_id: account.employer_id,
					subscription: account.subscription,
					webhooks: [...account.webhooks],
					blacklist: [...account.blacklist].map(([user_id, entry]) => ({ user_id, ...entry })),
					chats: world.chatsOf(account.id).length,
					tokens: core.tokens.valid.filter(({ user_id }) => user_id === account.id).length,
				})),
				chats: [...world.chats.values()].map((chat) => ({
					...chat,
					messages: chat.messages.length,
					unread: world.isUnread(chat),
				})),
				faults: core.faults.list,
				settings: core.settings,
				webhook_plan: deliveries.plan,
				pending_deliveries: deliveries.pending,
				recorded: { requests: journal.requests.length, deliveries: deliveries.records.length },
			}),
		}),
		idle: command({
			about: 'answers when no delivery is queued, held, waiting for a retry or in flight',
			read: true,
			input: z.strictObject({}),
			run: () => deliveries.idle(),
		}),
		forget: command({
			about: 'empties what was recorded: requests, outbox, deliveries, connection counts',
			input: z.strictObject({}),
			run: () => {
				journal.clear();
				deliveries.records.length = 0;
				core.listener.resetCounts();
			},
		}),
	};
}
