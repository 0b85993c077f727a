import { ChannelError, invalidParameter } from '../../../contract';
import type { TelegramConnection } from '../client/connection';
import { child, children, long, type TlObject } from '../tl';
import { readDialogsPage } from '../updates/dialogs-page';
import { markId, markPeer, peerOf, unmarkId } from './marked-id';
import { inputPeer, isAddressable, type Peer } from './peer';
import { type PeerBook } from './peer-book';
import { parseReference, type Reference } from './reference';

/** pages of the dialog list looked through for an id that is not known */
const PAGES = 10;

export interface Resolved {
	peer: Peer;
	/** it had to be looked up at Telegram */
	looked: boolean;
	/** it was added to the contacts for this */
	imported?: true;
}

export interface ResolveOptions {
	signal?: AbortSignal | undefined;
	/** name of the parameter, for the error */
	field?: string;
	/** add an unknown phone number to the contacts */
	importContact?: boolean;
}

/** A user's reference → somebody this session can address. */
export class PeerResolver {
	readonly #connection: TelegramConnection;
	readonly #book: PeerBook;

	constructor(connection: TelegramConnection, book: PeerBook) {
		this.#connection = connection;
		this.#book = book;
	}

	/** @throws ChannelError `invalid_parameter`, `peer_not_found`, `not_on_messenger` … */
	async resolve(given: string, options: ResolveOptions = {}): Promise<Resolved> {
		const reference = parseReference(given);
		if (reference === null) {
			throw invalidParameter(
				options.field ?? 'chatId',
				'is no chat id, @username, t.me link or phone number',
				'Ids of groups begin with "-", those of channels and supergroups with "-100".',
			);
		}
		return this.#find(reference, options);
	}

	async #find(reference: Reference, options: ResolveOptions): Promise<Resolved> {
		switch (reference.kind) {
			case 'self':
				return this.#known(this.#book.get(this.#book.self));
			case 'id':
			case 'message':
				return this.#byId(reference.id, options);
			case 'username': {
				const known = this.#book.byUsername(reference.name);
				if (known?.accessHash != null) return this.#known(known);
				return this.#ask({ _: 'contacts.resolveUsername', username: reference.name }, options);
			}
			case 'phone': {
				const known = this.#book.byPhone(reference.digits);
				if (known?.accessHash != null) return this.#known(known);
				return this.#byPhone(reference.digits, options);
			}
			case 'invite': {
				const invite = await this.#connection.object(
					{ _: 'messages.checkChatInvite', hash: reference.hash },
					options,
				);
				const chat = child(invite, 'chat');
				if (chat !== null) this.#book.learn({ _: '', chats: [chat] });
				const id = chat === null || invite._ === 'chatInvite' ? null : idOfChat(chat);
				if (id === null)
					throw notFound('The account is not in the chat of this invite link', 'Join it first (Chat: Join).');
				return this.#known(this.#book.get(id), true);
			}
		}
	}

	async #byPhone(digits: string, options: ResolveOptions): Promise<Resolved> {
		try {
			return await this.#ask({ _: 'contacts.resolvePhone', phone: digits }, options);
		} catch (error) {
			if (!ChannelError.is(error) || error.providerCode !== 'PHONE_NOT_OCCUPIED') throw error;
			if (options.importContact !== true) throw notFoundByPhone();
		}
		const name = `+${digits}`;
		const contact = { _: 'inputPhoneContact', client_id: '1', phone: name, first_name: name, last_name: '' };
		const imported = await this.#connection.object(
			{ _: 'contacts.importContacts', contacts: [contact] },
			options,
		);
		// By the answer's own word: who hides the number is imported and still shown without it.
		const userId = long(children(imported, 'imported')[0] ?? { _: '' }, 'user_id');
		const peer = userId === null ? undefined : this.#book.get(userId);
		if (peer !== undefined) return { peer, looked: true, imported: true };
		const later = imported['retry_contacts'];
		if (Array.isArray(later) && later.length > 0) {
			throw new ChannelError('flood_wait', 'Telegram takes no more contacts of this account for now', {
				channel: 'telegram',
				hint: 'Import fewer numbers a day.',
			});
		}
		throw new ChannelError('not_on_messenger', 'Nobody with this number can be reached on Telegram', {
			channel: 'telegram',
		});
	}

	async #byId(id: string, options: ResolveOptions): Promise<Resolved> {
		const known = await this.#addressable(id);
		if (known !== undefined) return this.#known(known);
		if (unmarkId(id)?.type === 'chat') {
			// Basic groups need no hash.
			return { peer: { ...EMPTY, id, type: 'chat', chatType: 'group' }, looked: false };
		}
		const unmarked = await this.#unmarked(id);
		if (unmarked !== undefined) return this.#known(unmarked);
		await this.#scan(id, options);
		return this.#known(
			(await this.#addressable(id)) ?? (await this.#unmarked(id)) ?? this.#book.get(id),
			true,
		);
	}

	/** Somebody seen whom this session can write to; a basic group that became a supergroup is that one. */
	async #addressable(id: string): Promise<Peer | undefined> {
		const known = await this.#book.find(id);
		const moved = this.#book.successor(id);
		if (moved !== null) return (await this.#book.find(moved)) ?? known;
		return known !== undefined && isAddressable(known) ? known : undefined;
	}

	/** A number without its mark, as some programs give channels and groups: only when it is nobody's own. */
	async #unmarked(id: string): Promise<Peer | undefined> {
		if (unmarkId(id)?.type !== 'user') return undefined;
		return (await this.#addressable(markId('channel', id))) ?? (await this.#addressable(markId('chat', id)));
	}

	/** The dialog list shows everybody the account talks with. */
	async #scan(id: string, options: ResolveOptions): Promise<void> {
		for (const folder of [0, 1]) {
			let offset: TlObject = { offset_date: 0, offset_id: 0, _: '', offset_peer: { _: 'inputPeerEmpty' } };
			for (let page = 0; page < PAGES; page += 1) {
				const { _: _none, ...from } = offset;
				const answer = await this.#connection.object(
					{
						_: 'messages.getDialogs',
						...from,
						limit: 100,
						hash: '0',
						folder_id: folder,
						exclude_pinned: page > 0,
					},
					options,
				);
				const { next } = readDialogsPage(answer);
				if (next === null || (await this.#seen(id))) break;
				offset = { _: '', offset_date: next.date, offset_id: next.id, offset_peer: this.inputOf(next.peer) };
			}
			if (await this.#seen(id)) return;
		}
	}

	async #seen(id: string): Promise<boolean> {
		return ((await this.#addressable(id)) ?? (await this.#unmarked(id))) !== undefined;
	}

	async #ask(request: TlObject, options: ResolveOptions): Promise<Resolved> {
		const resolved = await this.#connection.object(request, options);
		return this.#known(this.#book.get(markPeer(child(resolved, 'peer')) ?? ''), true);
	}

	/** `InputPeer` of anybody seen; `inputPeerEmpty` otherwise. */
	inputOf(id: string): TlObject {
		const peer = this.#book.get(id);
		if (peer !== undefined) return inputPeer(peer, this.#book.self);
		const bare = peerOf(id);
		return bare._ === 'peerChat' ? { _: 'inputPeerChat', chat_id: bare['chat_id'] } : { _: 'inputPeerEmpty' };
	}

	#known(peer: Peer | undefined, looked = false): Resolved {
		if (peer === undefined || !(isAddressable(peer) || peer.id === this.#book.self)) {
			throw notFound(
				'Telegram does not know this chat for this account',
				'Open the chat once, or use its @username, link or phone number.',
			);
		}
		return { peer, looked };
	}
}

const EMPTY: Peer = {
	id: '',
	type: 'chat',
	chatType: 'group',
	accessHash: null,
	seenIn: null,
	name: '',
	username: null,
	phone: null,
	forum: false,
	contact: false,
};

function notFoundByPhone(): ChannelError {
	return new ChannelError('phone_not_in_contacts', 'Nobody with this number can be found', {
		channel: 'telegram',
		providerCode: 'PHONE_NOT_OCCUPIED',
		hint: 'The person may have hidden it, or not be on Telegram: switch on "Import Contact if Needed", or import the contact first (Contact: Import).',
	});
}

function notFound(message: string, hint: string): ChannelError {
	return new ChannelError('peer_not_found', message, { channel: 'telegram', hint });
}

function idOfChat(chat: TlObject): string | null {
	return markPeer(
		chat._.startsWith('channel')
			? { _: 'peerChannel', channel_id: chat['id'] }
			: { _: 'peerChat', chat_id: chat['id'] },
	);
}
