import { z } from '#lib/zod';
import { ChannelError } from '../../../contract';
import { closeOtherSessions, listSessions, logOut } from '../api/auth';
import { ask } from '../api/caller';
import { getContacts } from '../api/contacts';
import { OP } from '../opcodes';
import { number, object, text } from '../json';
import { uploadPhoto } from '../media/upload';
import { command, MEDIA_TIMEOUT_MS, requestOptions } from './shared';
import { iso, profileItem } from './shapes';

const nothing = z.strictObject({});

/** The own profile: name, description, picture. */
export const profileGet = command({
	permission: 'read',
	effect: 'read',
	input: nothing,
	async run(account, _input, context) {
		const [raw] = await getContacts(account.session, [account.userId], requestOptions(context));
		return { items: [profileItem(account, raw ?? null)] };
	},
});

/** PROFILE (16): the first name is required with every change; a picture comes as media. */
export const profileUpdate = command({
	permission: 'account',
	effect: 'change',
	timeoutMs: MEDIA_TIMEOUT_MS,
	input: z.strictObject({
		firstName: z.string().min(1).max(59),
		lastName: z.string().max(59).optional(),
		description: z.string().max(400).optional(),
	}),
	async run(account, input, context) {
		const [source] = context.media;
		const photo =
			source === undefined
				? {}
				: { photoToken: await uploadPhoto(account, source, true, context), avatarType: 'USER_AVATAR' };
		const reply = await ask(account.session, OP.profile, { ...input, ...photo }, requestOptions(context));
		return { items: [profileItem(account, object(object(reply['profile'])?.['contact']))] };
	},
});

/** Devices the account is logged in on. */
export const accountGetSessions = command({
	permission: 'account',
	effect: 'read',
	input: nothing,
	async run(account, _input, context) {
		const sessions = await listSessions(account.session, requestOptions(context));
		return {
			items: sessions.map((one) => ({
				is_current: one['current'] === true,
				app: text(one['client']),
				device: text(one['info']),
				location: text(one['location']),
				last_active: iso(number(one['time'])),
			})),
		};
	},
});

/** Logs the account out everywhere else, the phone included. */
export const accountCloseOtherSessions = command({
	permission: 'account',
	effect: 'change',
	dangerous: () => true,
	input: nothing,
	async run(account, _input, context) {
		await account.session.learnToken(await closeOtherSessions(account.session, requestOptions(context)));
		return { items: [{ closed: true }] };
	},
});

/** Ends this session for good. */
export const accountLogOut = command({
	permission: 'account',
	effect: 'change',
	dangerous: () => true,
	input: nothing,
	async run(account, _input, context) {
		try {
			await logOut(account.session, requestOptions(context));
		} catch (error) {
			// The service may close before its reply is read.
			if (!ChannelError.is(error) || error.code !== 'unreachable') throw error;
		}
		account.session.endedByUser();
		return { items: [{ logged_out: true }] };
	},
});
