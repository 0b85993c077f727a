import { z } from '#lib/zod';
import { ChannelError, type JsonObject } from '../../../contract';
import { children, flag, int, long, text } from '../tl';
import { command, nothing } from './shared';

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

/** Logs the account out everywhere else, the phone included. */
export const accountCloseOtherSessions = command({
	permission: 'account',
	effect: 'change',
	dangerous: () => true,
	input: nothing,
	async run(account, _input, context) {
		await account.connection.call({ _: 'auth.resetAuthorizations' }, { signal: context.signal });
		return { items: [{ closed: true }] };
	},
});

/** Ends this session for good: its key is worthless from then on, here and wherever a copy of it is. */
export const accountLogOut = command({
	permission: 'account',
	effect: 'change',
	dangerous: () => true,
	input: nothing,
	async run(account, _input, context) {
		try {
			await account.connection.call({ _: 'auth.logOut' }, { signal: context.signal });
		} catch (error) {
			// Telegram may close before its answer is read.
			if (!ChannelError.is(error) || error.code !== 'unreachable') throw error;
		}
		account.connection.endedByUser();
		return { items: [{ logged_out: true }] };
	},
});
