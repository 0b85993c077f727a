import { z } from '#lib/zod';
import { invalidParameter } from '../../../contract';
import { inputChannel } from '../peers/peer';
import type { TlObject } from '../tl';
import { basicGroup, bareId, FOREVER, groupOf, inOneChat, unlessSame } from './chat-people';
import { photoFile } from './chat-photo';
import { bannedRights, MEMBER_RIGHTS } from './chat-rights';
import { chatRef, command, isChannel, MEDIA_TIMEOUT_MS, peerOf, time } from './shared';

/** Telegram takes these only (channels.toggleSlowMode). */
const SLOW_MODES = [0, 5, 10, 30, 60, 300, 900, 3600];

/** Into the archive (folder 1) or out of it. */
export const chatArchive = command({
	...inOneChat,
	permission: 'read',
	effect: 'change',
	input: z.strictObject({ chatId: chatRef, archived: z.boolean().default(true) }),
	async run(account, { chatId, archived }, context) {
		const { peer, input } = await peerOf(account, chatId, context);
		const folder = { _: 'inputFolderPeer', peer: input, folder_id: archived ? 1 : 0 };
		await account.connection.call(
			{ _: 'folders.editPeerFolders', folder_peers: [folder] },
			{ signal: context.signal },
		);
		account.book.setFlags(peer.id, { archived });
		return { items: [{ external_chat_id: peer.id, is_archived: archived }] };
	},
});

/** Without notifications, for ever or until a time; or with them again. */
export const chatMute = command({
	...inOneChat,
	permission: 'read',
	effect: 'change',
	input: z.strictObject({ chatId: chatRef, muted: z.boolean().default(true), until: time.optional() }),
	async run(account, { chatId, muted, until }, context) {
		const { peer, input } = await peerOf(account, chatId, context);
		const mute_until = muted ? (until ?? FOREVER) : 0;
		await account.connection.call(
			{
				_: 'account.updateNotifySettings',
				peer: { _: 'inputNotifyPeer', peer: input },
				settings: { _: 'inputPeerNotifySettings', mute_until },
			},
			{ signal: context.signal },
		);
		account.book.setFlags(peer.id, { muted });
		return {
			items: [
				{
					external_chat_id: peer.id,
					is_muted: muted,
					muted_until: muted && until !== undefined ? new Date(until * 1000).toISOString() : null,
				},
			],
		};
	},
});

/** Title, description, public name, slow mode, topics, protection: what is given changes, the rest stays. */
export const chatUpdate = command({
	...inOneChat,
	permission: 'account',
	effect: 'change',
	input: z.strictObject({
		chatId: chatRef,
		title: z.string().trim().min(1, 'is empty').max(128).optional(),
		/** empty removes it */
		description: z.string().max(255).optional(),
		/** empty removes it */
		username: z
			.string()
			.trim()
			.transform((name) => name.replace(/^@/, ''))
			.optional(),
		slowModeSeconds: z
			.number()
			.refine((seconds) => SLOW_MODES.includes(seconds), `must be one of ${SLOW_MODES.join(', ')}`)
			.optional(),
		/** a forum: messages in topics */
		topics: z.boolean().optional(),
		/** others can neither forward nor save */
		protect: z.boolean().optional(),
	}),
	async run(account, { chatId, ...wanted }, context) {
		const peer = await groupOf(account, chatId, context);
		const requests = changes(
			isChannel(peer) ? { channel: inputChannel(peer) } : { chatId: bareId(peer) },
			account.resolver.inputOf(peer.id),
			wanted,
		);
		if (requests.length === 0) throw invalidParameter('chat', 'nothing to change is given');
		let changed = false;
		for (const request of requests) changed = (await unlessSame(account, request, context)) || changed;
		return { items: [{ updated: true, changed, external_chat_id: peer.id }] };
	},
});

interface Wanted {
	title?: string | undefined;
	description?: string | undefined;
	username?: string | undefined;
	slowModeSeconds?: number | undefined;
	topics?: boolean | undefined;
	protect?: boolean | undefined;
}

/** @throws ChannelError `not_supported` for what basic groups do not have, before anything is changed */
function changes(
	where: { channel: TlObject } | { chatId: string },
	peer: TlObject,
	{ title, description, username, slowModeSeconds, topics, protect }: Wanted,
): TlObject[] {
	const requests: TlObject[] = [];
	if (title !== undefined) {
		requests.push(
			'channel' in where
				? { _: 'channels.editTitle', channel: where.channel, title }
				: { _: 'messages.editChatTitle', chat_id: where.chatId, title },
		);
	}
	if (description !== undefined) requests.push({ _: 'messages.editChatAbout', peer, about: description });
	if (protect !== undefined) requests.push({ _: 'messages.toggleNoForwards', peer, enabled: protect });
	if (username === undefined && slowModeSeconds === undefined && topics === undefined) return requests;
	if (!('channel' in where)) throw basicGroup();
	const { channel } = where;
	if (username !== undefined) requests.push({ _: 'channels.updateUsername', channel, username });
	if (slowModeSeconds !== undefined)
		requests.push({ _: 'channels.toggleSlowMode', channel, seconds: slowModeSeconds });
	if (topics !== undefined)
		requests.push({ _: 'channels.toggleForum', channel, enabled: topics, tabs: false });
	return requests;
}

/** The picture of a group or channel; without a file it is taken away. */
export const chatSetPhoto = command({
	...inOneChat,
	permission: 'account',
	effect: 'change',
	timeoutMs: MEDIA_TIMEOUT_MS,
	input: z.strictObject({ chatId: chatRef }),
	async run(account, { chatId }, context) {
		const peer = await groupOf(account, chatId, context);
		const [source] = context.media;
		const photo =
			source === undefined
				? { _: 'inputChatPhotoEmpty' }
				: { _: 'inputChatUploadedPhoto', file: await photoFile(account, source, context) };
		const changed = await unlessSame(
			account,
			isChannel(peer)
				? { _: 'channels.editPhoto', channel: inputChannel(peer), photo }
				: { _: 'messages.editChatPhoto', chat_id: bareId(peer), photo },
			context,
		);
		return { items: [{ updated: true, changed, external_chat_id: peer.id }] };
	},
});

/** What members may do who are no administrators. */
export const chatSetPermissions = command({
	...inOneChat,
	permission: 'account',
	effect: 'change',
	input: z.strictObject({ chatId: chatRef, permissions: z.array(z.enum(MEMBER_RIGHTS)) }),
	async run(account, { chatId, permissions }, context) {
		const peer = await groupOf(account, chatId, context);
		const changed = await unlessSame(
			account,
			{
				_: 'messages.editChatDefaultBannedRights',
				peer: account.resolver.inputOf(peer.id),
				banned_rights: bannedRights(permissions, FOREVER),
			},
			context,
		);
		return { items: [{ updated: true, changed, permissions, external_chat_id: peer.id }] };
	},
});
