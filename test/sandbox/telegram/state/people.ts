import { recordPassword } from '../crypto/srp';
import { Box, bareId, kindOf, marked } from './model';
import type { Dialog, Marked, Person } from './model';
import type { World } from './world';

export interface NewPerson {
	readonly id?: bigint | undefined;
	/** Digits only. Absent: somebody who cannot log in. */
	readonly phone?: string | undefined;
	readonly firstName: string;
	readonly lastName?: string | undefined;
	readonly username?: string | undefined;
	readonly about?: string | undefined;
	readonly bot?: boolean | undefined;
	readonly homeDc?: number | undefined;
	readonly password?: string | undefined;
	readonly hint?: string | undefined;
}

export function createPerson(world: World, given: NewPerson): Person {
	const id = given.id ?? 5_000_000_000n + BigInt(world.people.size);
	if (world.people.has(id)) throw new Error(`user ${id} exists`);
	const person: Person = {
		id,
		phone: given.phone,
		firstName: given.firstName,
		lastName: given.lastName ?? '',
		username: given.username,
		about: given.about ?? '',
		bot: given.bot ?? false,
		homeDc: given.homeDc ?? world.dcs[0]?.id ?? 1,
		loginEmail: '',
		password: given.password === undefined ? undefined : recordPassword(given.password, given.hint ?? ''),
		challenge: undefined,
		photos: [],
		lastOnline: undefined,
		online: false,
		box: new Box(),
		qts: 0,
		secretEvents: [],
		timeline: [],
		dialogs: new Map(),
		contacts: new Map(),
		blocked: new Set(),
		scheduled: new Map(),
		nextScheduledId: 1,
		privateInvites: false,
		randomIds: new Map(),
		authorizationTtlDays: 180,
		deletedAccount: 'no',
		buttonAnswer: undefined,
		premium: false,
	};
	world.people.set(id, person);
	return person;
}

export function byPhone(world: World, phone: string): Person | undefined {
	const digits = phone.replace(/\D/g, '');
	for (const person of world.people.values()) if (person.phone === digits) return person;
	return undefined;
}

/** The peer behind a public name, whatever its case. */
export function byUsername(world: World, name: string): Marked | undefined {
	const wanted = name.toLowerCase();
	for (const person of world.people.values()) {
		if (person.username?.toLowerCase() === wanted) return marked.user(person.id);
	}
	for (const chat of world.chats.values()) {
		if (chat.kind === 'channel' && chat.username?.toLowerCase() === wanted) return chat.key;
	}
	return undefined;
}

/** The row of `peer` in a chat list; made when missing. */
export function dialogOf(person: Person, peer: Marked): Dialog {
	const known = person.dialogs.get(peer);
	if (known !== undefined) return known;
	const dialog: Dialog = {
		peer,
		topMessage: 0,
		readInbox: 0,
		readOutbox: 0,
		unread: 0,
		unreadMark: false,
		pinned: false,
		folderId: 0,
		draft: undefined,
		notify: { muteUntil: 0, silent: false, previews: true },
		ttl: undefined,
		hidden: false,
	};
	person.dialogs.set(peer, dialog);
	return dialog;
}

/** The box in which an account finds the messages of a chat: its own, or the channel's. */
export function boxOf(world: World, person: Person, peer: Marked): Box {
	return kindOf(peer) === 'channel' ? world.channel(peer).box : person.box;
}

/** Name for service lines and sessions; never a phone number. */
export function nameOf(person: Person): string {
	return (
		[person.firstName, person.lastName].filter((part) => part !== '').join(' ') || String(bareId(person.id))
	);
}
