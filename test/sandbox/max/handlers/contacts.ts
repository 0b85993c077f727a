import type { Call, HandlerTable } from '../core/call';
import { push, pushToUser } from '../core/fanout';
import type { Outgoing } from '../codec/wire';
import { isWireMap } from '../codec/wire';
import { Fields } from '../fields';
import { badPayload, Refusal } from '../refusal';
import type { ContactEntry, User } from '../state/model';
import { listContact } from '../state/users';
import { viewContacts } from '../state/sync';
import { viewPresence, viewUser } from '../state/views';

/** CONTACT_INFO: users by id; unknown ones are left out. */
function info({ world, me, body, conn }: Call): Outgoing {
	const ids = body.ints('contactIds');
	if (ids.length > 100) throw badPayload("'contactIds' out of range");
	const users = ids.map((id) => world.users.get(id)).filter((user): user is User => user !== undefined);
	return { contacts: users.map((user) => viewUser(conn, me, user)) };
}

/** CONTACT_UPDATE: ADD, REMOVE, BLOCK, UNBLOCK, UPDATE (one source calls the last RENAME: by policy). */
function update(call: Call): Outgoing {
	const { world, me, body, conn } = call;
	const user = world.users.get(body.int('contactId'));
	if (user === undefined) throw new Refusal('not.found');
	const action = body.has('action') ? body.string('action') : actionOf(body.string('status'));
	const entry = listContact(world, me, user.id);
	const rename = world.policy.spelling === 'rare' ? 'RENAME' : 'UPDATE';
	change(entry, action, rename, body);
	entry.updated = world.now();
	pushToUser(world, me, push.contact, (other) => ({ contact: viewUser(other, me, user) }), conn);
	return { contact: viewUser(conn, me, user) };
}

/** One client blocks and unblocks by naming the status it wants. */
function actionOf(status: string): string {
	if (status === 'BLOCKED') return 'BLOCK';
	if (status === 'NORMAL') return 'UNBLOCK';
	throw badPayload(`Unknown status '${status}'`);
}

function change(entry: ContactEntry, action: string, rename: string, body: Fields): void {
	const firstName = body.maybeString('firstName');
	const lastName = body.maybeString('lastName');
	switch (action) {
		case 'ADD':
		case rename:
			if (action === rename) body.require('firstName');
			entry.listed = true;
			entry.firstName = firstName ?? entry.firstName;
			entry.lastName = lastName ?? entry.lastName;
			return;
		case 'REMOVE':
			entry.listed = false;
			entry.firstName = undefined;
			entry.lastName = undefined;
			return;
		case 'BLOCK':
			entry.blocked = true;
			return;
		case 'UNBLOCK':
			entry.blocked = false;
			return;
		default:
			throw badPayload(`Unknown action '${action}'`);
	}
}

/** CONTACT_ADD, the legacy form of ADD; choice: either name of the id, since its payload is not published. */
function add({ world, me, body, conn }: Call): Outgoing {
	const user = world.users.get(body.has('contactId') ? body.int('contactId') : body.int('userId'));
	if (user === undefined) throw new Refusal('not.found');
	const entry = listContact(world, me, user.id);
	change(entry, 'ADD', '', body);
	entry.updated = world.now();
	return { contact: viewUser(conn, me, user) };
}

/** Found by phone unless the owner's privacy hides it. */
function findable(user: User | undefined, viewer: User): user is User {
	if (user === undefined) return false;
	const privacy = user.settings['SEARCH_BY_PHONE'];
	return privacy === 'ALL' || (privacy === 'CONTACTS' && user.contacts.get(viewer.id)?.listed === true);
}

/** CONTACT_INFO_BY_PHONE; choice: `not.found` for nobody and for hidden people alike. */
function byPhone({ world, me, body, conn }: Call): Outgoing {
	const phone = body.string('phone');
	if (!/^\+\d{7,15}$/.test(phone)) throw new Refusal('phone.wrong');
	const user = world.userByPhone(phone);
	if (!findable(user, me)) throw new Refusal('not.found');
	return { contact: viewUser(conn, me, user) };
}

/** CONTACT_CREATE: by phone. */
function create({ world, me, body, conn }: Call): Outgoing {
	const user = world.userByPhone(body.string('phone'));
	const firstName = body.string('firstName');
	const lastName = body.maybeString('lastName');
	if (!findable(user, me)) throw new Refusal('not.found');
	const fresh = me.contacts.get(user.id)?.listed !== true;
	Object.assign(listContact(world, me, user.id), { listed: true, firstName, lastName, updated: world.now() });
	return { new: fresh, contact: viewUser(conn, me, user) };
}

/** SYNC: the phone book; numbers as sent are told with the form they are stored in. */
function importPhones({ world, me, body, conn }: Call): Outgoing {
	const list = body.object('contactList');
	const phones: Record<string, string> = {};
	const found: User[] = [];
	for (const [phone, names] of Object.entries(list.map)) {
		if (!isWireMap(names)) throw badPayload(`Expected object at 'contactList.${phone}'`, true);
		const fields = new Fields(names, body.dialect, body.lenient, `contactList.${phone}.`);
		phones[phone] = phone.replace(/\D/g, '').replace(/^8(?=\d{10}$)/, '7');
		const user = world.userByPhone(phones[phone]);
		if (!findable(user, me)) continue;
		const entry = listContact(world, me, user.id);
		Object.assign(entry, { listed: true, updated: world.now() });
		entry.firstName = fields.maybeString('firstName');
		entry.lastName = fields.maybeString('lastName');
		found.push(user);
	}
	return { contacts: found.map((user) => viewUser(conn, me, user)), phones };
}

/**
 * CONTACT_LIST: BLOCKED is proven, ACTIVE by one source. Measured on the web: nothing, or a marker without
 * status, is refused.
 */
function list({ world, me, body, conn }: Call): Outgoing {
	const status = body.string('status');
	const count = Math.min(body.number('count'), world.policy.listMax);
	const from = body.maybeNumber('from') ?? 0;
	if (status === 'ACTIVE') return { contacts: viewContacts(conn, me, 0).slice(from, from + count) };
	if (status !== 'BLOCKED') throw badPayload(`Unknown status '${status}'`);
	const blocked = [...me.contacts.values()].filter((entry) => entry.blocked).slice(from, from + count);
	const users = blocked
		.map((entry) => world.users.get(entry.userId))
		.filter((user): user is User => user !== undefined);
	return { contacts: users.map((user) => viewUser(conn, me, user)) };
}

function search({ world, me, body, conn }: Call): Outgoing {
	const query = body.string('query').toLowerCase();
	const count = Math.min(body.maybeNumber('count') ?? 40, world.policy.listMax);
	const from = body.maybeNumber('from') ?? 0;
	const matches = [...me.contacts.values()].filter((entry) => {
		const user = world.users.get(entry.userId);
		const names = [entry.firstName, entry.lastName, user?.firstName, user?.lastName];
		return entry.listed && names.some((name) => name?.toLowerCase().includes(query));
	});
	const users = matches.slice(from, from + count).map((entry) => world.users.get(entry.userId) as User);
	return { contacts: users.map((user) => viewUser(conn, me, user)) };
}

function presence({ world, body }: Call): Outgoing {
	const users = body
		.ints('contactIds')
		.map((id) => world.users.get(id))
		.filter((user): user is User => user !== undefined);
	return { presence: new Map(users.map((user) => [user.id, viewPresence(world, user)])), time: world.now() };
}

function photos({ world, me, body, conn }: Call): Outgoing {
	const user = world.users.get(body.int('contactId'));
	if (user === undefined) throw new Refusal('not.found');
	const { photoId, baseUrl } = viewUser(conn, me, user);
	return { photos: photoId === undefined ? [] : [{ photoId, baseUrl }] };
}

export const contactHandlers: HandlerTable = {
	21: importPhones,
	32: info,
	33: add,
	34: update,
	35: presence,
	36: list,
	37: search,
	39: photos,
	40: ({ body }) => {
		body.ints('contactIds');
		return {};
	},
	41: create,
	46: byPhone,
};
