import { z } from '#lib/zod';
import type { CommandContext, JsonObject } from '../../../contract';
import { isAllowedChat, type TelegramAccount } from '../account';
import { presenceOf } from '../events/presence';
import { toJson } from '../events/raw';
import { markPeer } from '../peers/marked-id';
import { child, children, flag, int, long, type TlObject } from '../tl';
import { fullItem, fullOf } from './chat-full';
import { inputUserOf, personById, personItem, timeOf, userRefs, usersOf } from './chat-people';
import { chatRef, command, limit, LONG_TIMEOUT_MS, peerOf, phoneContacts } from './shared';

const PAGE = 100;
const oneUser = { chats: ({ userId }: { userId: string }) => [userId] };
const user = z.strictObject({ userId: chatRef });

/** The contacts of the account, or the people it blocks. */
export const contactGetMany = command({
	permission: 'read',
	effect: 'read',
	timeoutMs: LONG_TIMEOUT_MS,
	input: z.strictObject({ limit, blocked: z.boolean().default(false) }),
	async run(account, { limit: most = Infinity, blocked }, context) {
		const ids = blocked
			? await blockedIds(account, most, context)
			: await contactIds(account, context.signal);
		const items = ids
			.filter(({ id }) => isAllowedChat(account, id))
			.slice(0, most)
			.map(({ id, ...more }) => ({ ...personById(account, id), ...more }));
		return { items };
	},
});

async function contactIds(
	account: TelegramAccount,
	signal: AbortSignal,
): Promise<{ id: string; is_mutual: boolean }[]> {
	const answer = await account.connection.object({ _: 'contacts.getContacts', hash: '0' }, { signal });
	return children(answer, 'contacts').flatMap((one) => {
		const id = long(one, 'user_id');
		return id === null ? [] : [{ id, is_mutual: flag(one, 'mutual') }];
	});
}

async function blockedIds(
	account: TelegramAccount,
	most: number,
	{ signal }: CommandContext,
): Promise<{ id: string; blocked_at: string | null }[]> {
	const found: { id: string; blocked_at: string | null }[] = [];
	for (;;) {
		const page = await account.connection.object(
			{ _: 'contacts.getBlocked', offset: found.length, limit: PAGE },
			{ signal },
		);
		const blocked = children(page, 'blocked').flatMap((one) => {
			const id = markPeer(child(one, 'peer_id'));
			return id === null ? [] : [{ id, blocked_at: timeOf(int(one, 'date')) }];
		});
		found.push(...blocked);
		const last = page._ === 'contacts.blocked' || blocked.length === 0;
		if (last || found.length >= Math.min(most, int(page, 'count') ?? Infinity)) return found;
	}
}

/** People to choose from: `{ name, value, id, url }`. */
export const contactList = command({
	permission: 'read',
	effect: 'read',
	input: z.strictObject({
		filter: z.string().default(''),
		page: z.union([z.string(), z.number()]).optional(),
	}),
	async run(account, { filter }, context) {
		const needle = filter.trim().toLowerCase();
		const people = (await contactIds(account, context.signal)).flatMap(
			({ id }) => account.book.get(id) ?? [],
		);
		return {
			items: people
				.filter(({ id, name, username }) =>
					[id, name, username ?? ''].some((word) => word.toLowerCase().includes(needle)),
				)
				.filter(({ id }) => isAllowedChat(account, id))
				.map(({ id, name, username }) => ({
					name: name === '' ? id : name,
					value: id,
					id,
					...(username === null ? {} : { url: `https://t.me/${username}` }),
				})),
		};
	},
});

/** A person's profile: names, description, when last seen, whether blocked. */
export const contactGet = command({
	...oneUser,
	permission: 'read',
	effect: 'read',
	input: z.strictObject({ userId: chatRef, includeRaw: z.boolean().default(false) }),
	async run(account, { userId, includeRaw }, context) {
		const [person] = await usersOf(account, [userId], context, 'userId');
		if (person === undefined) return { items: [] };
		const { full, answer } = await fullOf(account, person, context.signal);
		const shown = children(answer, 'users').find((one) => long(one, 'id') === person.id) ?? { _: '' };
		return {
			items: [
				{
					...personItem(account, account.book.get(person.id) ?? person),
					is_premium: flag(shown, 'premium'),
					is_verified: flag(shown, 'verified'),
					is_deleted: flag(shown, 'deleted'),
					...presenceOf(child(shown, 'status')),
					...fullItem(person, full),
					...(includeRaw ? { raw: toJson(answer) } : {}),
				},
			],
		};
	},
});

/** Pictures of a person's profile, newest first. */
export const contactGetPhotos = command({
	...oneUser,
	permission: 'read',
	effect: 'read',
	timeoutMs: LONG_TIMEOUT_MS,
	input: z.strictObject({ userId: chatRef, limit }),
	async run(account, { userId, limit: most }, context) {
		const [person] = await usersOf(account, [userId], context, 'userId');
		if (person === undefined) return { items: [] };
		const items: JsonObject[] = [];
		for (;;) {
			const page = await account.connection.object(
				{
					_: 'photos.getUserPhotos',
					user_id: inputUserOf(account, person),
					offset: items.length,
					max_id: '0',
					limit: Math.min(PAGE, (most ?? Infinity) - items.length),
				},
				{ signal: context.signal },
			);
			const photos = children(page, 'photos').filter(({ _ }) => _ === 'photo');
			items.push(...photos.map((photo) => photoItem(photo, person.id)));
			const count = page._ === 'photos.photos' ? items.length : (int(page, 'count') ?? 0);
			if (photos.length === 0 || items.length >= Math.min(count, most ?? Infinity)) return { items };
		}
	},
});

function photoItem(photo: TlObject, owner: string): JsonObject {
	const sizes = children(photo, 'sizes').map((size) => [int(size, 'w') ?? 0, int(size, 'h') ?? 0] as const);
	const [width, height] = sizes.toSorted(([a], [b]) => b - a)[0] ?? [null, null];
	return {
		channel: 'telegram',
		external_user_id: owner,
		photo_id: long(photo, 'id'),
		date: timeOf(int(photo, 'date')),
		width,
		height,
		is_video: children(photo, 'video_sizes').length > 0,
	};
}

/** Into the address book: somebody known by id, username or link; an unknown phone number is imported. */
export const contactAdd = command({
	...oneUser,
	permission: 'account',
	effect: 'change',
	firstContacts: ({ userId }) => phoneContacts(userId),
	input: z.strictObject({
		userId: chatRef,
		firstName: z.string().trim().min(1, 'is empty').max(64),
		lastName: z.string().trim().max(64).default(''),
		/** lets them see the own number */
		sharePhone: z.boolean().default(false),
	}),
	async run(account, { userId, firstName, lastName, sharePhone }, context) {
		const { peer } = await peerOf(account, userId, context, { field: 'userId', importContact: true });
		const [person] = await usersOf(account, [peer.id], context, 'userId');
		if (person === undefined) return { items: [] };
		const answer = await account.connection.object(
			{
				_: 'contacts.addContact',
				id: inputUserOf(account, person),
				first_name: firstName,
				last_name: lastName,
				phone: person.phone ?? '',
				...(sharePhone ? { add_phone_privacy_exception: true } : {}),
			},
			{ signal: context.signal },
		);
		account.book.learn(answer);
		account.book.setContact(person.id, true, `${firstName} ${lastName}`.trim());
		return { items: [personById(account, person.id)] };
	},
});

export const contactRemove = command({
	permission: 'account',
	effect: 'change',
	chats: ({ userIds }) => userIds,
	input: z.strictObject({ userIds: userRefs }),
	async run(account, { userIds }, context) {
		const people = await usersOf(account, userIds, context);
		const id = people.map((person) => inputUserOf(account, person));
		await account.connection.call({ _: 'contacts.deleteContacts', id }, { signal: context.signal });
		for (const person of people) account.book.setContact(person.id, false);
		return { items: people.map((person) => ({ ...personById(account, person.id), removed: true })) };
	},
});

export const contactBlock = blocking('contacts.block', true);
export const contactUnblock = blocking('contacts.unblock', false);

/** Who is blocked can no longer write to this account. */
function blocking(method: string, blocked: boolean) {
	return command({
		...oneUser,
		permission: 'account',
		effect: 'change',
		input: user,
		async run(account, { userId }, context) {
			const { peer, input } = await peerOf(account, userId, context, { field: 'userId' });
			await account.connection.call({ _: method, id: input }, { signal: context.signal });
			return { items: [{ ...personById(account, peer.id), is_blocked: blocked }] };
		},
	});
}
