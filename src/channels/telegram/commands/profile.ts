import { z } from '#lib/zod';
import { ChannelError, invalidParameter } from '../../../contract';
import type { TelegramAccount } from '../account';
import { maskPhone } from '../events/mask';
import { whoAmI } from '../open';
import { child, flag, int, text, type TlObject } from '../tl';
import { unlessSame } from './chat-people';
import { photoFile } from './chat-photo';
import { command, MEDIA_TIMEOUT_MS, nothing } from './shared';

/** Own profile. The own number is never shown whole. */
export const profileGet = command({
	permission: 'read',
	effect: 'read',
	input: nothing,
	async run(account, _input, context) {
		const { signal } = context;
		const [self, answer] = await Promise.all([
			whoAmI(account.connection, signal),
			account.connection.object({ _: 'users.getFullUser', id: { _: 'inputUserSelf' } }, { signal }),
		]);
		const full = child(answer, 'full_user');
		return { items: [{ ...ownItem(account, self), description: text(full ?? { _: '' }, 'about') }] };
	},
});

function ownItem(account: TelegramAccount, self: TlObject) {
	return {
		id: account.userId,
		name: [text(self, 'first_name'), text(self, 'last_name')].filter((part) => part !== '').join(' '),
		first_name: text(self, 'first_name'),
		last_name: text(self, 'last_name'),
		username: text(self, 'username') || null,
		phone_masked: maskPhone(account.phone),
		phone_hash: account.account.phone_hash,
		is_premium: flag(self, 'premium'),
	};
}

/** Names, description and username of the account: what is given changes, the rest stays. */
export const profileUpdate = command({
	permission: 'account',
	effect: 'change',
	input: z.strictObject({
		firstName: z.string().trim().min(1, 'is empty').max(64).optional(),
		/** empty removes it */
		lastName: z.string().trim().max(64).optional(),
		/** up to 70 characters, 140 with Premium; empty removes it */
		description: z.string().max(140).optional(),
		/** empty removes it */
		username: z
			.string()
			.trim()
			.transform((name) => name.replace(/^@/, ''))
			.optional(),
	}),
	async run(account, input, context) {
		const { firstName, lastName, description, username } = input;
		if ([firstName, lastName, description, username].every((field) => field === undefined)) {
			throw invalidParameter('profile', 'nothing to change is given');
		}
		if (username !== undefined) await unlessSame(account, { _: 'account.updateUsername', username }, context);
		if (firstName !== undefined || lastName !== undefined || description !== undefined) {
			await account.connection.call(
				{
					_: 'account.updateProfile',
					...(firstName === undefined ? {} : { first_name: firstName }),
					...(lastName === undefined ? {} : { last_name: lastName }),
					...(description === undefined ? {} : { about: description }),
				},
				{ signal: context.signal },
			);
		}
		const self = await whoAmI(account.connection, context.signal);
		account.book.learn({ _: '', users: [self] });
		return { items: [ownItem(account, self)] };
	},
});

/** The own picture; without a file the newest one is taken away. */
export const profileSetPhoto = command({
	permission: 'account',
	effect: 'change',
	timeoutMs: MEDIA_TIMEOUT_MS,
	input: nothing,
	async run(account, _input, context) {
		const [source] = context.media;
		const answer = await account.connection.object(
			source === undefined
				? { _: 'photos.updateProfilePhoto', id: { _: 'inputPhotoEmpty' } }
				: { _: 'photos.uploadProfilePhoto', file: await photoFile(account, source, context) },
			{ signal: context.signal },
		);
		const photo = child(answer, 'photo');
		if (source !== undefined && photo?._ !== 'photo') {
			throw new ChannelError('unexpected_answer', 'Telegram did not take the picture', {
				channel: 'telegram',
			});
		}
		return {
			items: [
				{ updated: true, photo_id: photo?._ === 'photo' ? text(photo, 'id') : null, date: isoOf(photo) },
			],
		};
	},
});

function isoOf(photo: TlObject | null): string | null {
	const date = photo === null ? null : int(photo, 'date');
	return date === null ? null : new Date(date * 1000).toISOString();
}
