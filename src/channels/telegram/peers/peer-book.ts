import type { DriverServices, Json } from '../../../contract';
import { child, children, flag, int, long, text, type TlObject } from '../tl';
import { markId, markPeer, unmarkId, type MarkedId } from './marked-id';
import { isAddressable, type ChatType, type Peer } from './peer';
import { sightingsIn, type Sighting } from './sightings';

export interface DialogFlags {
	muted: boolean;
	archived: boolean;
}

/** Telegram's own account: login codes, notices. */
export const SERVICE_USER = '777000';
const MAX_PEERS = 20_000;
const NAME_LIVES_MS = 24 * 60 * 60_000;

/**
 * People and chats seen by this session. Telegram lets nobody be addressed without the access hash this session was
 * shown, so hashes are stored, too: a numeric id works in the next process.
 */
export class PeerBook {
	readonly #services: DriverServices;
	readonly #peers = new Map<MarkedId, Peer>();
	readonly #byName = new Map<string, { id: MarkedId; at: number }>();
	readonly #successors = new Map<MarkedId, MarkedId>();
	readonly #byPhone = new Map<string, MarkedId>();
	readonly #dialogs = new Map<MarkedId, DialogFlags>();
	readonly #now: () => number;
	self: MarkedId = '';

	constructor(services: DriverServices) {
		this.#services = services;
		this.#now = () => services.clock.now();
	}

	/** Anything with `users`, `chats`, `dialogs` in it. */
	learn(payload: TlObject): void {
		const chats = children(payload, 'chats');
		const users = children(payload, 'users');
		const alone = child(payload, 'user');
		if (alone !== null) users.push(alone);
		for (const chat of chats) this.#learnChat(chat);
		for (const user of users) this.#learnUser(user);
		if (chats.some(isMin) || users.some(isMin)) this.#learnSightings(payload);
		for (const dialog of children(payload, 'dialogs')) this.#learnDialog(dialog);
	}

	get(id: MarkedId): Peer | undefined {
		return this.#peers.get(id);
	}

	knows(id: MarkedId): boolean {
		return this.#peers.has(id);
	}

	flags(id: MarkedId): DialogFlags {
		return this.#dialogs.get(id) ?? { muted: false, archived: false };
	}

	/** What this account has just changed itself: Telegram tells it to the other sessions only. */
	setFlags(id: MarkedId, changed: Partial<DialogFlags>): void {
		this.#dialogs.set(id, { ...this.flags(id), ...changed });
	}

	/** Added to the address book of this account, or taken out. @param name as it is kept there */
	setContact(id: MarkedId, contact: boolean, name?: string): void {
		const known = this.get(id);
		if (known !== undefined) this.#keep({ ...known, contact, name: name ?? known.name }, this.#now());
	}

	/** The supergroup a basic group has become; null = it is still one, as far as is known. */
	successor(id: MarkedId): MarkedId | null {
		return this.#successors.get(id) ?? null;
	}

	/** Names change hands: one that was not seen for a day is looked up anew. */
	byUsername(name: string): Peer | undefined {
		const seen = this.#byName.get(name.toLowerCase());
		return seen === undefined || this.#now() - seen.at > NAME_LIVES_MS ? undefined : this.get(seen.id);
	}

	byPhone(digits: string): Peer | undefined {
		return this.get(this.#byPhone.get(digits) ?? '');
	}

	/** Also from the store: seen by an earlier process of this session. */
	async find(id: MarkedId): Promise<Peer | undefined> {
		const known = this.get(id);
		if (known !== undefined && isAddressable(known)) return known;
		const stored = await this.#services.values.get(`peer:${id}`);
		const peer = readStored(id, stored);
		if (peer === null) return known;
		this.#keep(peer);
		return peer;
	}

	/** Every stored peer, before a recovery: differences name channels by number only. */
	async load(): Promise<void> {
		for (const { name, value } of await this.#services.values.list('peer:')) {
			const peer = readStored(name.slice('peer:'.length), value);
			if (peer !== null && !this.#peers.has(peer.id)) this.#keep(peer);
		}
	}

	/** Of those without an access hash, once everybody of the payload is known: the chat must be one to address. */
	#learnSightings(payload: TlObject): void {
		for (const [id, { chat, message }] of sightingsIn(payload)) {
			const known = this.get(id);
			const where = this.get(chat);
			if (known === undefined || known.accessHash !== null || known.type === 'chat') continue;
			if (where === undefined || !(where.accessHash !== null || where.type === 'chat')) continue;
			const peer = { ...known, seenIn: { chat, chatHash: where.accessHash, message } };
			this.#keep(peer, this.#now());
			// The first message will do for the next process: not one write for each that a stranger writes.
			if (known.seenIn === null) this.#store(peer);
		}
	}

	#learnUser(user: TlObject): void {
		const id = long(user, 'id');
		if (id === null || user._ !== 'user') return;
		if (flag(user, 'self')) this.self = id;
		const name = [text(user, 'first_name'), text(user, 'last_name')].filter((part) => part !== '').join(' ');
		this.#merge(isMin(user), {
			id,
			type: 'user',
			chatType:
				id === SERVICE_USER
					? 'service'
					: flag(user, 'self')
						? 'saved'
						: flag(user, 'bot')
							? 'bot'
							: 'private',
			accessHash: long(user, 'access_hash'),
			seenIn: null,
			name: name === '' && flag(user, 'deleted') ? 'Deleted account' : name,
			username: usernameOf(user),
			phone: text(user, 'phone') || null,
			forum: false,
			contact: flag(user, 'contact'),
		});
	}

	#learnChat(chat: TlObject): void {
		const bare = long(chat, 'id');
		if (bare === null || /Empty$/.test(chat._)) return;
		const type = chat._.startsWith('channel') ? 'channel' : 'chat';
		const moved = long(child(chat, 'migrated_to') ?? { _: '' }, 'channel_id');
		if (moved !== null) this.#successors.set(markId(type, bare), markId('channel', moved));
		this.#merge(isMin(chat), {
			id: markId(type, bare),
			type,
			chatType:
				type === 'chat'
					? 'group'
					: flag(chat, 'megagroup') || flag(chat, 'gigagroup')
						? 'supergroup'
						: 'channel',
			accessHash: long(chat, 'access_hash'),
			seenIn: null,
			name: text(chat, 'title'),
			username: usernameOf(chat),
			phone: null,
			forum: flag(chat, 'forum'),
			contact: false,
		});
	}

	#learnDialog(dialog: TlObject): void {
		const id = markPeer(child(dialog, 'peer'));
		if (id === null) return;
		const until = int(child(dialog, 'notify_settings') ?? { _: '' }, 'mute_until') ?? 0;
		this.#dialogs.set(id, { muted: until * 1000 > this.#now(), archived: int(dialog, 'folder_id') === 1 });
	}

	/** A `min` object carries a hash that is good for nothing: it never replaces what a full one told. */
	#merge(min: boolean, seen: Peer): void {
		const known = this.#peers.get(seen.id);
		const peer: Peer = min
			? {
					...seen,
					accessHash: known?.accessHash ?? null,
					seenIn: known?.seenIn ?? null,
					phone: known?.phone ?? null,
					contact: known?.contact ?? false,
				}
			: withHash(seen, known);
		this.#keep(peer, this.#now());
		const changed =
			known?.accessHash !== peer.accessHash || known.name !== peer.name || known.username !== peer.username;
		if (isAddressable(peer) && changed) this.#store(peer);
	}

	#store(peer: Peer): void {
		this.#services.values.put(`peer:${peer.id}`, stored(peer)).catch((error: unknown) => {
			this.#services.logger.warn('telegram: an access hash could not be stored', { error: String(error) });
		});
	}

	/** @param at when its names were seen, ms; unknown for what the store remembers */
	#keep(peer: Peer, at = 0): void {
		const former = this.#peers.get(peer.id)?.username?.toLowerCase();
		const name = peer.username?.toLowerCase();
		if (former !== undefined && former !== name && this.#byName.get(former)?.id === peer.id)
			this.#byName.delete(former);
		this.#peers.delete(peer.id);
		this.#peers.set(peer.id, peer);
		if (name !== undefined) this.#byName.set(name, { id: peer.id, at });
		if (peer.phone !== null) this.#byPhone.set(peer.phone.replace(/\D/g, ''), peer.id);
		if (this.#peers.size <= MAX_PEERS) return;
		const oldest = this.#peers.keys().next().value;
		if (oldest !== undefined) this.#peers.delete(oldest);
	}
}

function isMin(seen: TlObject): boolean {
	return flag(seen, 'min');
}

/** A full object may lack the hash, of who cannot be written to: what was seen of it before still holds. */
function withHash(seen: Peer, known: Peer | undefined): Peer {
	const accessHash = seen.accessHash ?? known?.accessHash ?? null;
	return { ...seen, accessHash, seenIn: accessHash === null ? (known?.seenIn ?? null) : null };
}

function usernameOf(from: TlObject): string | null {
	const active = children(from, 'usernames').find((entry) => flag(entry, 'active'));
	return text(from, 'username') || (active === undefined ? '' : text(active, 'username')) || null;
}

function stored({ chatType, accessHash, seenIn, name, username, forum }: Peer): Json {
	const where = seenIn === null ? {} : { s: [seenIn.chat, seenIn.chatHash, seenIn.message] };
	return { t: chatType, h: accessHash, n: name, u: username, f: forum, ...where };
}

function readSighting(value: Json | undefined): Sighting | null {
	if (!Array.isArray(value)) return null;
	const [chat, hash, message] = value;
	if (typeof chat !== 'string' || typeof message !== 'number') return null;
	return { chat, chatHash: typeof hash === 'string' ? hash : null, message };
}

function readStored(id: MarkedId, value: Json | undefined): Peer | null {
	const type = unmarkId(id)?.type;
	if (type === undefined || typeof value !== 'object' || value === null || Array.isArray(value)) return null;
	const { t, h, n, u, f, s } = value;
	const accessHash = typeof h === 'string' ? h : null;
	const seenIn = accessHash === null ? readSighting(s) : null;
	if (typeof t !== 'string' || (accessHash === null && seenIn === null)) return null;
	return {
		id,
		type,
		chatType: t as ChatType,
		accessHash,
		seenIn,
		name: typeof n === 'string' ? n : '',
		username: typeof u === 'string' ? u : null,
		phone: null,
		forum: f === true,
		contact: false,
	};
}
