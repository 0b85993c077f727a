import { viewPhoto } from '../state/files';
import { isMember } from '../state/chats';
import { marked } from '../state/model';
import type { Person } from '../state/model';
import { dialogOf } from '../state/people';
import { peersIn, viewNotify, viewUser } from '../state/views';
import { child, children, int, long } from '../tl/value';
import type { TlObject } from '../tl/value';
import type { Call, HandlerTable } from './call';
import { RpcError } from './errors';
import { userOf } from './peers';

function getUsers(call: Call): TlObject[] {
	// Asked without a login this must fail, even for an empty list.
	const { world, me } = call;
	return children(call.args, 'id').map((input) => {
		try {
			return viewUser(world, me, userOf(call, input));
		} catch (error) {
			if (error instanceof RpcError && error.code === 400)
				return { _: 'userEmpty', id: long(input, 'user_id') };
			throw error;
		}
	});
}

/** The peer settings of a stranger or a friend. */
export function viewPeerSettings(me: Person, other: Person): TlObject {
	const stranger = !me.contacts.has(other.id) && other.id !== me.id;
	return { _: 'peerSettings', add_contact: stranger, block_contact: stranger };
}

function getFullUser(call: Call): TlObject {
	const { world, me } = call;
	const person = userOf(call, child(call.args, 'id'));
	const photo = person.photos.at(-1);
	const dialog = dialogOf(me, marked.user(person.id));
	const pinned = [...me.box.messages.values()].filter(
		(copy) => copy.peer === person.id && copy.message.pinned,
	);
	const common = [...world.chats.values()].filter(
		(chat) => isMember(chat, me.id) && isMember(chat, person.id),
	);
	const full_user = {
		_: 'userFull',
		blocked: me.blocked.has(person.id),
		can_pin_message: true,
		id: person.id,
		about: person.about === '' ? undefined : person.about,
		settings: viewPeerSettings(me, person),
		profile_photo: photo === undefined ? undefined : viewPhoto(photo),
		notify_settings: viewNotify(dialog),
		bot_info: person.bot
			? { _: 'botInfo', user_id: person.id, description: person.about, commands: [] }
			: undefined,
		pinned_msg_id: pinned.at(-1)?.id,
		common_chats_count: person.id === me.id ? 0 : common.length,
		folder_id: dialog.folderId === 0 ? undefined : dialog.folderId,
		ttl_period: dialog.ttl,
	};
	return { _: 'users.userFull', full_user, ...peersIn(world, me, { _: 'peerUser', user_id: person.id }) };
}

export const userHandlers: HandlerTable = {
	'users.getUsers': getUsers,
	'users.getFullUser': getFullUser,
	'messages.getCommonChats': (call) => {
		const { world, me, args } = call;
		const person = userOf(call, child(args, 'user_id'));
		const common = [...world.chats.values()].filter(
			(chat) => isMember(chat, me.id) && isMember(chat, person.id),
		);
		const peers = common.map((chat) =>
			chat.kind === 'group' ? { _: 'peerChat', chat_id: chat.id } : { _: 'peerChannel', channel_id: chat.id },
		);
		return {
			_: 'messages.chats',
			chats: peersIn(world, me, peers).chats.slice(0, int(args, 'limit') || 100),
		};
	},
	'messages.getPeerSettings': (call) => {
		const { world, me, args } = call;
		const input = child(args, 'peer');
		const user = input._ === 'inputPeerUser' || input._ === 'inputPeerSelf' ? userOf(call, input) : undefined;
		const settings = user === undefined ? { _: 'peerSettings' } : viewPeerSettings(me, user);
		const peers = user === undefined ? [] : [{ _: 'peerUser', user_id: user.id }];
		return { _: 'messages.peerSettings', settings, ...peersIn(world, me, peers) };
	},
	'account.updateStatus': ({ me, world, args }) => {
		me.online = args.offline !== true;
		me.lastOnline = world.serverSeconds();
		return true;
	},
};
