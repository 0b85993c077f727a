import { z } from '#lib/zod';
import { command } from '../../shared';
import type { Core } from '../core';
import { addAccount } from '../demo';

const user_id = z.coerce.number().int();

/** Commands about accounts, keys and tokens. */
export function accountCommands(core: Core) {
	return {
		account: command({
			about: 'changes an account: its paid messenger access, its balance',
			input: z.strictObject({
				user_id,
				subscription: z.boolean().optional(),
				balance: z.strictObject({ real: z.number(), bonus: z.number() }).optional(),
			}),
			run: ({ user_id, subscription, balance }) => {
				const account = core.world.account(user_id);
				if (subscription !== undefined) account.subscription = subscription;
				if (balance !== undefined) account.balance = balance;
				return { user_id, subscription: account.subscription, balance: account.balance };
			},
		}),
		addAccount: command({
			about: 'adds an account with its own keys; with employer_id, an employee of that company',
			input: z.strictObject({
				user_id,
				name: z.string().min(1),
				client_id: z.string().min(1),
				client_secret: z.string().min(1),
				employer_id: user_id.optional(),
			}),
			run: (seed) => ({ user_id: addAccount(core.world, seed).id }),
		}),
		addItem: command({
			about: 'adds an ad to an account',
			input: z.strictObject({
				user_id,
				title: z.string().min(1),
				price: z.number().nonnegative().nullable().default(1000),
				status: z.enum(['active', 'removed', 'old', 'blocked', 'rejected']).default('active'),
			}),
			run: ({ user_id, title, price, status }) => {
				const id = Math.max(7_700_000_000, ...core.world.items.keys()) + 1;
				const category = { id: 114, name: 'Предложение услуг' };
				const updated = core.world.seconds();
				core.world.items.set(id, { id, user_id, title, price, status, category, updated, address: 'Москва' });
				return { item_id: id };
			},
		}),
		tokens: command({
			about: 'ends all tokens of an account now: expired (known, too old) or revoked (unknown)',
			input: z.strictObject({ user_id, action: z.enum(['expire', 'revoke']) }),
			run: ({ user_id, action }) => ({
				ended: action === 'expire' ? core.tokens.expire(user_id) : core.tokens.revoke(user_id),
			}),
		}),
		authorize: command({
			about: 'the user agrees at avito.ru/oauth: gives a code for the authorization-code grant',
			input: z.strictObject({ user_id, scope: z.string().default('messenger:read,messenger:write') }),
			run: ({ user_id, scope }) => ({ code: core.tokens.authorize(core.world.account(user_id).id, scope) }),
		}),
	};
}
