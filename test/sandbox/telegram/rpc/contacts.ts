import { isMember } from '../state/chats';
import { Delivery } from '../state/delivery';
import { bareId, tlPeer } from '../state/model';
import type { Marked, Person } from '../state/model';
import { byPhone, byUsername, nameOf } from '../state/people';
import { peersIn, viewUser } from '../state/views';
import { child, children, int, long, text } from '../tl/value';
import type { TlObject } from '../tl/value';
import type { Call, HandlerTable } from './call';
import { RpcError } from './errors';
import { peerArg, userOf } from './peers';
import { viewPeerSettings } from './users';

function resolved(call: Call, peer: Marked): TlObject {
	return { _: 'contacts.resolvedPeer', peer: tlPeer(peer), ...peersIn(call.world, call.me, tlPeer(peer)) };
}

/** Tells all sessions how the account stands to somebody now. */
function tellSettings(call: Call, other: Person): TlObject {
	const delivery = new Delivery(call.world, call.origin.session);
	delivery.tell(call.me, {
		_: 'updatePeerSettings',
		peer: tlPeer(other.id),
		settings: viewPeerSettings(call.me, other),
	});
	return delivery.finish();
}

function getContacts({ world, me }: Call): TlObject {
	const contacts = [...me.contacts.keys()].map((id) => ({
		_: 'contact',
		user_id: id,
		mutual: world.person(id).contacts.has(me.id),
	}));
	return { _: 'contacts.contacts', contacts, saved_count: 0, users: peersIn(world, me, contacts).users };
}

function importContacts(call: Call): TlObject {
	const { world, me, args } = call;
	const imported = children(args, 'contacts').flatMap((one) => {
		const person = byPhone(world, text(one, 'phone'));
		if (person === undefined) return [];
		me.contacts.set(person.id, { firstName: text(one, 'first_name'), lastName: text(one, 'last_name') });
		return [{ _: 'importedContact', user_id: person.id, client_id: long(one, 'client_id') }];
	});
	const { users } = peersIn(world, me, imported);
	return { _: 'contacts.importedContacts', imported, popular_invites: [], retry_contacts: [], users };
}

function search(call: Call): TlObject {
	const { world, me, args } = call;
	const words = text(args, 'q').toLowerCase();
	if (words.length < 1) throw new RpcError(400, 'SEARCH_QUERY_EMPTY');
	const fits = (...names: readonly (string | undefined)[]): boolean =>
		names.some((name) => name?.toLowerCase().includes(words) === true);
	const people = [...world.people.values()].filter((one) => one.id !== me.id);
	const mine: Marked[] = people
		.filter((one) => me.dialogs.has(one.id) && fits(nameOf(one), one.username))
		.map((one) => one.id);
	const others: Marked[] = people
		.filter((one) => !me.dialogs.has(one.id) && fits(one.username))
		.map((one) => one.id);
	for (const chat of world.chats.values()) {
		const name = chat.kind === 'channel' ? chat.username : undefined;
		if (isMember(chat, me.id) && fits(chat.title, name)) mine.push(chat.key);
		else if (name !== undefined && fits(name)) others.push(chat.key);
	}
	const limit = int(args, 'limit') || 50;
	const [my_results, results] = [mine, others].map((list) => list.slice(0, limit).map(tlPeer));
	return { _: 'contacts.found', my_results, results, ...peersIn(world, me, my_results, results) };
}

export const contactHandlers: HandlerTable = {
	'contacts.getContacts': getContacts,
	'contacts.getContactIDs': ({ me }) => [...me.contacts.keys()].map((id) => Number(id & 0x7fffffffn)),
	'contacts.getStatuses': ({ world, me }) =>
		[...me.contacts.keys()].map((id) => ({
			_: 'contactStatus',
			user_id: id,
			status: viewUser(world, me, world.person(id)).status ?? { _: 'userStatusEmpty' },
		})),
	'contacts.addContact': (call) => {
		const person = userOf(call, child(call.args, 'id'));
		const firstName = text(call.args, 'first_name');
		if (firstName === '') throw new RpcError(400, 'CONTACT_NAME_EMPTY');
		call.me.contacts.set(person.id, { firstName, lastName: text(call.args, 'last_name') });
		return tellSettings(call, person);
	},
	'contacts.deleteContacts': (call) => {
		const people = children(call.args, 'id').map((input) => userOf(call, input));
		const delivery = new Delivery(call.world, call.origin.session);
		for (const person of people) {
			call.me.contacts.delete(person.id);
			const settings = viewPeerSettings(call.me, person);
			delivery.tell(call.me, { _: 'updatePeerSettings', peer: tlPeer(person.id), settings });
		}
		return delivery.finish();
	},
	'contacts.importContacts': importContacts,
	'contacts.block': (call) => {
		const id = bareId(peerArg(call, 'id'));
		call.me.blocked.add(id);
		const delivery = new Delivery(call.world, call.origin.session);
		delivery.tell(call.me, { _: 'updatePeerBlocked', blocked: true, peer_id: tlPeer(id) });
		delivery.finish();
		return true;
	},
	'contacts.unblock': (call) => {
		const id = bareId(peerArg(call, 'id'));
		call.me.blocked.delete(id);
		const delivery = new Delivery(call.world, call.origin.session);
		delivery.tell(call.me, { _: 'updatePeerBlocked', peer_id: tlPeer(id) });
		delivery.finish();
		return true;
	},
	'contacts.getBlocked': (call) => {
		const { world, me, args } = call;
		const all = [...me.blocked].map((id) => ({
			_: 'peerBlocked',
			peer_id: tlPeer(id),
			date: world.serverSeconds(),
		}));
		const start = int(args, 'offset');
		const blocked = all.slice(start, start + (int(args, 'limit') || 100));
		const beside = { blocked, ...peersIn(world, me, blocked) };
		if (blocked.length === all.length) return { _: 'contacts.blocked', ...beside };
		return { _: 'contacts.blockedSlice', count: all.length, ...beside };
	},
	'contacts.resolveUsername': (call) => {
		const name = text(call.args, 'username').replace(/^@/, '');
		if (!/^[a-zA-Z]\w{3,31}$/.test(name)) throw new RpcError(400, 'USERNAME_INVALID');
		call.demandLogin();
		const peer = byUsername(call.world, name);
		if (peer === undefined) throw new RpcError(400, 'USERNAME_NOT_OCCUPIED');
		return resolved(call, peer);
	},
	'contacts.resolvePhone': (call) => {
		const person = byPhone(call.world, text(call.args, 'phone'));
		call.demandLogin();
		if (person === undefined) throw new RpcError(400, 'PHONE_NOT_OCCUPIED');
		return resolved(call, person.id);
	},
	'contacts.search': search,
	'contacts.getTopPeers': (call) => {
		call.demandLogin();
		return { _: 'contacts.topPeersDisabled' };
	},
};
