import { Delivery } from '../state/delivery';
import { fileReference, viewPhoto } from '../state/files';
import type { StoredFile } from '../state/files';
import type { Person } from '../state/model';
import { byUsername } from '../state/people';
import { viewUser } from '../state/views';
import { child, children, int, long, optionalChild, optionalText, text } from '../tl/value';
import type { TlObject } from '../tl/value';
import type { Call, HandlerTable } from './call';
import { RpcError } from './errors';
import { uploadedPhoto } from './media';
import { userOf } from './peers';

/** Everybody who talks with the account learns its new name or picture. */
function tellFriends(call: Call, update: TlObject): void {
	const { world, me } = call;
	const delivery = new Delivery(world, call.origin.session);
	for (const person of world.people.values()) {
		if (person === me || person.contacts.has(me.id) || person.dialogs.has(me.id))
			delivery.tell(person, update);
	}
	delivery.finish();
}

function tellName(call: Call): void {
	const { me } = call;
	tellFriends(call, {
		_: 'updateUserName',
		user_id: me.id,
		first_name: me.firstName,
		last_name: me.lastName,
		usernames:
			me.username === undefined
				? []
				: [{ _: 'username', editable: true, active: true, username: me.username }],
	});
}

function checkName(call: Call, name: string): void {
	if (name !== '' && !/^[a-zA-Z]\w{4,31}$/.test(name)) throw new RpcError(400, 'USERNAME_INVALID');
	const holder = name === '' ? undefined : byUsername(call.world, name);
	if (holder !== undefined && holder !== call.me.id) throw new RpcError(400, 'USERNAME_OCCUPIED');
}

function photoOf(person: Person, input: TlObject): StoredFile {
	const file = person.photos.find(
		(one) => one.id === long(input, 'id') && one.accessHash === long(input, 'access_hash'),
	);
	if (file === undefined) throw new RpcError(400, 'PHOTO_ID_INVALID');
	return file;
}

function viewed(call: Call, file: StoredFile): TlObject {
	tellFriends(call, { _: 'updateUser', user_id: call.me.id });
	return { _: 'photos.photo', photo: viewPhoto(file), users: [viewUser(call.world, call.me, call.me)] };
}

export const profileHandlers: HandlerTable = {
	'account.updateProfile': (call) => {
		const { world, me, args } = call;
		const [first, last, about] = [
			optionalText(args, 'first_name'),
			optionalText(args, 'last_name'),
			optionalText(args, 'about'),
		];
		if (first === '') throw new RpcError(400, 'FIRSTNAME_INVALID');
		if ((about?.length ?? 0) > 70) throw new RpcError(400, 'ABOUT_TOO_LONG');
		me.firstName = first ?? me.firstName;
		me.lastName = last ?? me.lastName;
		me.about = about ?? me.about;
		tellName(call);
		return viewUser(world, me, me);
	},
	'account.checkUsername': (call) => {
		const name = text(call.args, 'username');
		if (!/^[a-zA-Z]\w{4,31}$/.test(name)) throw new RpcError(400, 'USERNAME_INVALID');
		return byUsername(call.world, name) === undefined;
	},
	'account.updateUsername': (call) => {
		const { world, me, args } = call;
		const name = text(args, 'username');
		checkName(call, name);
		if (name === (me.username ?? '')) throw new RpcError(400, 'USERNAME_NOT_MODIFIED');
		me.username = name === '' ? undefined : name;
		tellName(call);
		return viewUser(world, me, me);
	},
	'photos.uploadProfilePhoto': (call) => {
		const file = optionalChild(call.args, 'file');
		if (file === undefined) throw new RpcError(400, 'PHOTO_FILE_MISSING');
		const photo = uploadedPhoto(call, file);
		call.me.photos.push(photo);
		return viewed(call, photo);
	},
	'photos.updateProfilePhoto': (call) => {
		const { me } = call;
		const input = child(call.args, 'id');
		if (input._ === 'inputPhotoEmpty') {
			me.photos.pop();
			return { _: 'photos.photo', photo: { _: 'photoEmpty', id: 0n }, users: [viewUser(call.world, me, me)] };
		}
		const photo = photoOf(me, input);
		if (!fileReference(photo).equals(input.file_reference as Buffer))
			throw new RpcError(400, 'FILE_REFERENCE_EXPIRED');
		me.photos = [...me.photos.filter((one) => one !== photo), photo];
		return viewed(call, photo);
	},
	'photos.getUserPhotos': (call) => {
		const person = userOf(call, child(call.args, 'user_id'));
		const all = [...person.photos].reverse();
		const start = int(call.args, 'offset');
		const photos = all.slice(start, start + (int(call.args, 'limit') || 100)).map(viewPhoto);
		const users = [viewUser(call.world, call.me, person)];
		if (photos.length === all.length) return { _: 'photos.photos', photos, users };
		return { _: 'photos.photosSlice', count: all.length, photos, users };
	},
	'photos.deletePhotos': (call) => {
		const gone = children(call.args, 'id').map((input) => photoOf(call.me, input));
		call.me.photos = call.me.photos.filter((one) => !gone.includes(one));
		return gone.map((one) => one.id);
	},
};
