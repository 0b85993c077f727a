import { z } from '#lib/zod';
import type { JsonObject } from '../../../contract';
import { maskPhone } from '../events/mask';
import { whoAmI } from '../open';
import { children, flag, int, long, text } from '../tl';
import { command, nothing } from './shared';

/** Own profile. The own number is never shown whole. */
export const accountGetSelf = command({
	permission: 'read',
	effect: 'read',
	input: nothing,
	async run(account, _input, context) {
		const self = await whoAmI(account.connection, context.signal);
		return {
			items: [
				{
					id: account.userId,
					first_name: text(self, 'first_name'),
					last_name: text(self, 'last_name'),
					username: text(self, 'username') || null,
					phone_masked: maskPhone(account.phone),
					phone_hash: account.account.phone_hash,
					is_premium: flag(self, 'premium'),
				},
			],
		};
	},
});

/** Where the account is logged in. */
export const accountGetSessions = command({
	permission: 'account',
	effect: 'read',
	input: nothing,
	async run(account, _input, context) {
		const answer = await account.connection.object(
			{ _: 'account.getAuthorizations' },
			{ signal: context.signal },
		);
		return {
			items: children(answer, 'authorizations').map((one): JsonObject => ({
				id: long(one, 'hash') ?? '0',
				is_current: flag(one, 'current'),
				device: text(one, 'device_model'),
				app: text(one, 'app_name'),
				platform: text(one, 'platform'),
				country: text(one, 'country'),
				ip: text(one, 'ip'),
				last_active: new Date((int(one, 'date_active') ?? 0) * 1000).toISOString(),
			})),
		};
	},
});

export const accountEndSession = command({
	permission: 'account',
	effect: 'change',
	dangerous: () => true,
	input: z.strictObject({ sessionId: z.string().regex(/^-?\d+$/, 'must be the id of a session') }),
	async run(account, { sessionId }, context) {
		await account.connection.call(
			{ _: 'account.resetAuthorization', hash: sessionId },
			{ signal: context.signal },
		);
		return { items: [{ ended: true, id: sessionId }] };
	},
});
