import { Delivery } from '../state/delivery';
import { isMember } from '../state/chats';
import { bareId, kindOf, tlPeer } from '../state/model';
import type { Copy, Dialog, Marked, Person } from '../state/model';
import { boxOf, dialogOf } from '../state/people';
import { peersIn, viewDialog, viewMessage, viewNotify } from '../state/views';
import { child, children, flag, int, optionalChild, optionalInt } from '../tl/value';
import type { TlObject } from '../tl/value';
import type { Call, HandlerTable } from './call';
import { RpcError } from './errors';
import { peerArg, peerOf } from './peers';
import { viewState } from './updates';

interface Row {
	readonly dialog: Dialog;
	readonly top: Copy | undefined;
}

/** The chat list, pinned first, then by the date of the last message. */
function rows(call: Call): Row[] {
	const { world, me } = call;
	const found: Row[] = [];
	for (const dialog of me.dialogs.values()) {
		if (dialog.hidden) continue;
		const kind = kindOf(dialog.peer);
		const chat = world.chats.get(dialog.peer);
		if (kind === 'channel' && (chat === undefined || !isMember(chat, me.id))) continue;
		const top = boxOf(world, me, dialog.peer).messages.get(dialog.topMessage);
		if (top === undefined && dialog.draft === undefined && kind === 'user') continue;
		found.push({ dialog, top });
	}
	const date = ({ top }: Row): number => top?.message.date ?? 0;
	return found.sort(
		(a, b) =>
			Number(b.dialog.pinned) - Number(a.dialog.pinned) ||
			date(b) - date(a) ||
			(b.top?.id ?? 0) - (a.top?.id ?? 0) ||
			Number(a.dialog.peer - b.dialog.peer),
	);
}

function view(call: Call, list: readonly Row[]) {
	const { world, me } = call;
	const dialogs = list.map(({ dialog }) => viewDialog(world, me, dialog.peer));
	const messages = list.flatMap(({ top }) => (top === undefined ? [] : [viewMessage(me, top)]));
	return { dialogs, messages, ...peersIn(world, me, dialogs, messages) };
}

/** Where the page after `offset_date`, `offset_id`, `offset_peer` begins. */
function startOf(call: Call, list: readonly Row[]): number {
	const { args } = call;
	const [offsetDate, offsetId] = [int(args, 'offset_date'), int(args, 'offset_id')];
	const input = child(args, 'offset_peer');
	if (input._ !== 'inputPeerEmpty') {
		const peer = peerOf(call, input);
		const at = list.findIndex(({ dialog }) => dialog.peer === peer);
		if (at >= 0) return at + 1;
	}
	if (offsetDate === 0 && offsetId === 0) return 0;
	const older = list.findIndex(({ top }) => {
		const date = top?.message.date ?? 0;
		return date < offsetDate || (date === offsetDate && (top?.id ?? 0) < offsetId);
	});
	return older < 0 ? list.length : older;
}

function getDialogs(call: Call): TlObject {
	const { args } = call;
	const folder = optionalInt(args, 'folder_id');
	const all = rows(call).filter(({ dialog }) => folder === undefined || dialog.folderId === folder);
	const pinned = all.filter(({ dialog }) => dialog.pinned);
	const rest = all.filter(({ dialog }) => !dialog.pinned);
	const exclude = flag(args, 'exclude_pinned');
	const limit = Math.min(int(args, 'limit') || 100, 100);
	const start = startOf(call, rest);
	const page = [...(exclude || start > 0 ? [] : pinned), ...rest.slice(start)].slice(0, limit);
	const whole = page.length >= all.length;
	const beside = view(call, page);
	return whole
		? { _: 'messages.dialogs', ...beside }
		: { _: 'messages.dialogsSlice', count: all.length, ...beside };
}

/** The marked id inside InputDialogPeer; undefined for a folder. */
function dialogPeer(call: Call, input: TlObject): Marked | undefined {
	return input._ === 'inputDialogPeer' ? peerOf(call, child(input, 'peer')) : undefined;
}

function tellDialogs(call: Call, update: TlObject): true {
	const delivery = new Delivery(call.world, call.origin.session);
	delivery.tell(call.me, update);
	delivery.finish();
	return true;
}

/** Folders as the account's apps made them: rules that each app applies itself. */
const folders = new WeakMap<Person, Map<number, TlObject>>();

function foldersOf(person: Person): Map<number, TlObject> {
	const known = folders.get(person) ?? new Map<number, TlObject>();
	folders.set(person, known);
	return known;
}

function notifyPeer(call: Call, input: TlObject): Marked | undefined {
	return input._ === 'inputNotifyPeer' ? peerOf(call, child(input, 'peer')) : undefined;
}

export const dialogHandlers: HandlerTable = {
	'messages.getDialogs': getDialogs,
	'messages.getPinnedDialogs': (call) => ({
		_: 'messages.peerDialogs',
		...view(
			call,
			rows(call).filter(({ dialog }) => dialog.pinned && dialog.folderId === int(call.args, 'folder_id')),
		),
		state: viewState(call),
	}),
	'messages.getPeerDialogs': (call) => {
		const { world, me } = call;
		const list = children(call.args, 'peers').flatMap((input): Row[] => {
			const peer = dialogPeer(call, input);
			if (peer === undefined) return [];
			const dialog = dialogOf(me, peer);
			return [{ dialog, top: boxOf(world, me, peer).messages.get(dialog.topMessage) }];
		});
		return { _: 'messages.peerDialogs', ...view(call, list), state: viewState(call) };
	},
	'messages.toggleDialogPin': (call) => {
		const peer = dialogPeer(call, child(call.args, 'peer'));
		if (peer === undefined) throw new RpcError(400, 'PEER_ID_INVALID');
		const pinned = flag(call.args, 'pinned');
		dialogOf(call.me, peer).pinned = pinned;
		return tellDialogs(call, {
			_: 'updateDialogPinned',
			pinned,
			peer: { _: 'dialogPeer', peer: tlPeer(peer) },
		});
	},
	'messages.markDialogUnread': (call) => {
		const peer = dialogPeer(call, child(call.args, 'peer'));
		if (peer === undefined) throw new RpcError(400, 'PEER_ID_INVALID');
		const unread = flag(call.args, 'unread');
		dialogOf(call.me, peer).unreadMark = unread;
		return tellDialogs(call, {
			_: 'updateDialogUnreadMark',
			unread,
			peer: { _: 'dialogPeer', peer: tlPeer(peer) },
		});
	},
	'messages.getDialogUnreadMarks': ({ me }) =>
		[...me.dialogs.values()]
			.filter((dialog) => dialog.unreadMark)
			.map((dialog) => ({ _: 'dialogPeer', peer: tlPeer(dialog.peer) })),
	'folders.editPeerFolders': (call) => {
		const delivery = new Delivery(call.world, call.origin.session);
		const moved = children(call.args, 'folder_peers').map((one) => {
			const peer = peerOf(call, child(one, 'peer'));
			const folder_id = int(one, 'folder_id');
			dialogOf(call.me, peer).folderId = folder_id;
			return { _: 'folderPeer', peer: tlPeer(peer), folder_id };
		});
		delivery.account(call.me, 1, (pts) => ({
			_: 'updateFolderPeers',
			folder_peers: moved,
			pts,
			pts_count: 1,
		}));
		return delivery.finish();
	},
	'messages.getDialogFilters': ({ me }) => ({
		_: 'messages.dialogFilters',
		filters: [{ _: 'dialogFilterDefault' }, ...foldersOf(me).values()],
	}),
	'messages.updateDialogFilter': (call) => {
		const id = int(call.args, 'id');
		const filter = optionalChild(call.args, 'filter');
		// Numbers 0 and 1 are the main list and the archive.
		if (id < 2 || id > 255) throw new RpcError(400, 'FILTER_ID_INVALID');
		if (filter === undefined) foldersOf(call.me).delete(id);
		else foldersOf(call.me).set(id, { ...filter, id });
		return tellDialogs(call, { _: 'updateDialogFilter', id, filter });
	},
	'account.updateNotifySettings': (call) => {
		const peer = notifyPeer(call, child(call.args, 'peer'));
		if (peer === undefined) return true;
		const dialog = dialogOf(call.me, peer);
		const given = child(call.args, 'settings');
		dialog.notify = {
			muteUntil: optionalInt(given, 'mute_until') ?? dialog.notify.muteUntil,
			silent: given.silent === undefined ? dialog.notify.silent : flag(given, 'silent'),
			previews: given.show_previews === undefined ? dialog.notify.previews : flag(given, 'show_previews'),
		};
		return tellDialogs(call, {
			_: 'updateNotifySettings',
			peer: { _: 'notifyPeer', peer: tlPeer(peer) },
			notify_settings: viewNotify(dialog),
		});
	},
	'account.getNotifySettings': (call) => {
		const peer = notifyPeer(call, child(call.args, 'peer'));
		return peer === undefined ? { _: 'peerNotifySettings' } : viewNotify(dialogOf(call.me, peer));
	},
	'messages.saveDraft': (call) => {
		const { world, me, args } = call;
		const peer = peerArg(call);
		const message = typeof args.message === 'string' ? args.message : '';
		const date = world.serverSeconds();
		const draft =
			message === '' && args.reply_to === undefined
				? { _: 'draftMessageEmpty', date }
				: {
						_: 'draftMessage',
						no_webpage: flag(args, 'no_webpage'),
						reply_to: optionalChild(args, 'reply_to'),
						message,
						entities: args.entities,
						date,
					};
		dialogOf(me, peer).draft = draft._ === 'draftMessageEmpty' ? undefined : draft;
		return tellDialogs(call, { _: 'updateDraftMessage', peer: tlPeer(peer), draft });
	},
	'messages.getAllDrafts': ({ world, me }) => {
		const updates = [...me.dialogs.values()]
			.filter((dialog) => dialog.draft !== undefined)
			.map(({ peer, draft }) => ({ _: 'updateDraftMessage', peer: tlPeer(peer), draft }));
		return { _: 'updates', updates, ...peersIn(world, me, updates), date: world.serverSeconds(), seq: 0 };
	},
	'messages.clearAllDrafts': ({ me }) => {
		for (const dialog of me.dialogs.values()) dialog.draft = undefined;
		return true;
	},
	'messages.setHistoryTTL': (call) => {
		const peer = peerArg(call);
		const period = int(call.args, 'period');
		const chat = call.world.chats.get(peer);
		if (chat === undefined) {
			dialogOf(call.me, peer).ttl = period || undefined;
			dialogOf(call.world.person(bareId(peer)), call.me.id).ttl = period || undefined;
		} else chat.ttl = period || undefined;
		const delivery = new Delivery(call.world, call.origin.session);
		delivery.tell(call.me, {
			_: 'updatePeerHistoryTTL',
			peer: tlPeer(peer),
			ttl_period: period || undefined,
		});
		return delivery.finish();
	},
};
