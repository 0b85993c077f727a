import { wireId } from '../codec';
import { id, ids, objects, text } from '../json';
import { OP } from '../opcodes';
import type { RequestOptions } from '../session/port';
import { ask, type Caller } from './caller';

/** The built-in folder that shows every chat. */
export const ALL_CHATS = 'all.chat.folder';

/** A folder of the chat list; all its members are sent when it is replaced. */
export interface Folder {
	id: string;
	title: string;
	/** chat ids */
	include: string[];
	/** chat ids that stay on top */
	favorites: string[];
	/** numbers of the service's own: 0 unread, 2 channels … */
	filters: string[];
	options: string[];
}

/** FOLDERS_GET (272): all folders. */
export async function getFolders(caller: Caller, options: RequestOptions): Promise<Folder[]> {
	const reply = await ask(caller, OP.foldersGet, { folderSync: 0 }, options);
	return objects(reply['folders']).flatMap((folder): Folder[] => {
		const folderId = text(folder['id']) ?? id(folder['id']);
		if (folderId === null) return [];
		return [
			{
				id: folderId,
				title: text(folder['title']) ?? '',
				include: ids(folder['include']),
				favorites: ids(folder['favorites']),
				filters: ids(folder['filters']),
				options: ids(folder['options']),
			},
		];
	});
}

/** FOLDERS_UPDATE (274): creates or replaces one; flat, without a wrapper. */
export async function putFolder(caller: Caller, folder: Folder, options: RequestOptions): Promise<void> {
	const { id: folderId, title, include, favorites, filters, options: flags } = folder;
	await caller.request(
		OP.foldersUpdate,
		{
			id: folderId,
			title,
			include: include.map(wireId),
			favorites: favorites.map(wireId),
			filters: filters.map(Number),
			options: flags.map(Number),
		},
		options,
	);
}
