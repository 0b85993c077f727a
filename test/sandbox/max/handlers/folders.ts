import type { Call, HandlerTable } from '../core/call';
import { push, pushToUser } from '../core/fanout';
import type { Outgoing } from '../codec/wire';
import { Refusal } from '../refusal';
import type { Folder, User } from '../state/model';

function viewFolder(folder: Folder): Outgoing {
	const { id, title, include, favorites, filters, options, updateTime } = folder;
	return { id, title, include, favorites, filters, options, updateTime, sourceId: 1 };
}

function viewFolders(me: User, since: number): Outgoing {
	const changed = [...me.folders.values()].filter((folder) => since <= 0 || folder.updateTime > since);
	return {
		folders: changed.map(viewFolder),
		foldersOrder: me.foldersOrder,
		folderSync: me.foldersChanged,
		allFilterExcludeFolders: [],
	};
}

function changed({ world, me, conn }: Call): void {
	me.foldersChanged = world.now();
	pushToUser(world, me, push.folders, () => viewFolders(me, 0), conn);
}

/** FOLDERS_UPDATE: creates or replaces; flat, without a wrapper. */
function update(call: Call): Outgoing {
	const { world, me, body } = call;
	const id = body.string('id');
	const title = body.maybeString('title') ?? '';
	// 21 characters were refused live.
	if (title.length > 20) throw new Refusal('folder.validation.title.too-long');
	const list = (name: string): bigint[] => (body.has(name) ? body.ints(name) : []);
	const favorites = list('favorites');
	if (favorites.length > 5) throw new Refusal('proto.payload', { message: 'Too many favorites' });
	const folder: Folder = {
		id,
		title,
		include: list('include'),
		favorites,
		filters: list('filters'),
		options: list('options'),
		updateTime: world.now(),
	};
	me.folders.set(id, folder);
	if (!me.foldersOrder.includes(id)) me.foldersOrder.push(id);
	changed(call);
	return { folder: viewFolder(folder), foldersOrder: me.foldersOrder, folderSync: me.foldersChanged };
}

function reorder(call: Call): Outgoing {
	call.me.foldersOrder = call.body.strings('foldersOrder');
	changed(call);
	return { foldersOrder: call.me.foldersOrder, folderSync: call.me.foldersChanged };
}

function remove(call: Call): Outgoing {
	const { me, body } = call;
	for (const id of body.strings('folderIds')) {
		if (!me.folders.delete(id)) throw new Refusal('not.found');
		me.foldersOrder = me.foldersOrder.filter((one) => one !== id);
	}
	changed(call);
	return { foldersOrder: me.foldersOrder, folderSync: me.foldersChanged };
}

function byId({ me, body }: Call): Outgoing {
	const found = body.strings('folderIds').map((id) => me.folders.get(id));
	return { folders: found.filter((folder): folder is Folder => folder !== undefined).map(viewFolder) };
}

export const folderHandlers: HandlerTable = {
	272: ({ me, body }) => viewFolders(me, body.maybeNumber('folderSync') ?? 0),
	273: byId,
	274: update,
	275: reorder,
	276: remove,
};
