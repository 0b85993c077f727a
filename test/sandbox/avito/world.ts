import type { SeededRandom } from '../shared';
import { type SandboxClock } from '../shared';

export type ChatType = 'u2i' | 'u2u' | 'a2u';

export interface Person {
	readonly id: number;
	readonly name: string;
}

export interface Review {
	readonly id: number;
	readonly score: number;
	readonly stage: 'done' | 'fell_through' | 'not_agree' | 'not_communicate';
	readonly text: string;
	readonly createdAt: number;
	readonly sender: string | null;
	readonly item_id: number | null;
	answer: {
		id: number;
		text: string;
		status: 'moderation' | 'published' | 'rejected';
		createdAt: number;
	} | null;
}

/** One Avito account: the owner of chats, ads, webhooks and keys. */
export interface Account extends Person {
	readonly email: string;
	readonly phone: string;
	/** The company this account is an employee of; its key then sees nothing of the company's chats. */
	readonly employer_id: number | null;
	/** The paid access to the messenger API. */
	subscription: boolean;
	balance: { real: number; bonus: number };
	reviews: Review[];
	readonly webhooks: Set<string>;
	readonly blacklist: Map<number, { item_id: number | null; reason_id: number }>;
}

/** A pair of `client_id` and `client_secret`, tied to one account. */
export interface Key {
	readonly client_id: string;
	readonly client_secret: string;
	readonly user_id: number;
}

export interface Item {
	readonly id: number;
	readonly user_id: number;
	readonly title: string;
	readonly status: 'active' | 'removed' | 'old' | 'blocked' | 'rejected';
	price: number | null;
	readonly address: string;
	readonly category: { readonly id: number; readonly name: string };
	/** Unix seconds. */
	readonly updated: number;
}

export interface Message {
	readonly id: string;
	readonly author_id: number;
	/** Unix seconds. */
	readonly created: number;
	type: string;
	content: Readonly<Record<string, unknown>>;
	readonly quote_id: string | null;
	/** Unix seconds when the person it was written to read it. */
	read: number | null;
}

export interface Chat {
	readonly id: string;
	readonly account_id: number;
	readonly type: ChatType;
	readonly item_id: number | null;
	readonly partner_id: number;
	readonly created: number;
	updated: number;
	/** Grows with every change in the world: the order of chats that changed within one second. */
	rank: number;
	/** Oldest first. */
	readonly messages: Message[];
}

export interface Picture {
	readonly bytes: Buffer;
	readonly type: string;
}

/** The data behind the sandbox: who there is and what was written. Knows nothing of HTTP. */
export class World {
	readonly accounts = new Map<number, Account>();
	readonly keys = new Map<string, Key>();
	readonly people = new Map<number, Person>();
	readonly items = new Map<number, Item>();
	readonly chats = new Map<string, Chat>();
	/** Uploaded and injected pictures by the name in their URL. */
	readonly pictures = new Map<string, Picture>();
	/** `image_id` of an upload → the account that made it and the picture's name. */
	readonly uploads = new Map<string, { user_id: number; name: string }>();
	/** `voice_id` → the account whose chat holds it. */
	readonly voices = new Map<string, number>();
	private readonly byAccount = new Map<number, Map<string, Chat>>();
	private readonly byMessage = new Map<string, Chat>();
	private lastPerson = 200_000_000;
	private lastRank = 0;

	constructor(
		readonly clock: SandboxClock,
		readonly random: SeededRandom,
	) {}

	/** Unix seconds. */
	seconds(): number {
		return Math.floor(this.clock.now() / 1000);
	}

	account(id: number): Account {
		const account = this.accounts.get(id);
		if (account === undefined) throw new Error(`no account ${id}`);
		return account;
	}

	/** The first account: what control commands mean when they name none. */
	get firstAccount(): Account {
		for (const account of this.accounts.values()) return account;
		throw new Error('there is no account');
	}

	addAccount(account: Account, keys: readonly Key[]): void {
		this.accounts.set(account.id, account);
		this.people.set(account.id, account);
		this.byAccount.set(account.id, new Map());
		for (const key of keys) this.keys.set(key.client_id, key);
	}

	/** Finds the person, or makes one up; a name given for a known id replaces the old one. */
	person(id?: number, name?: string): Person {
		const personId = id ?? ++this.lastPerson;
		const known = this.people.get(personId);
		if (known !== undefined && name === undefined) return known;
		const person = { id: personId, name: name ?? `Покупатель ${personId % 100_000}` };
		this.people.set(personId, person);
		return person;
	}

	/** Chats of an account, last changed first. */
	chatsOf(accountId: number): Chat[] {
		const chats = [...(this.byAccount.get(accountId)?.values() ?? [])];
		return chats.sort((a, b) => b.updated - a.updated || b.rank - a.rank);
	}

	chatOf(accountId: number, chatId: string): Chat | undefined {
		return this.byAccount.get(accountId)?.get(chatId);
	}

	chatWith(accountId: number, partnerId: number, type: ChatType, itemId: number | null): Chat | undefined {
		for (const chat of this.byAccount.get(accountId)?.values() ?? []) {
			if (chat.partner_id === partnerId && chat.type === type && chat.item_id === itemId) return chat;
		}
		return undefined;
	}

	chatOfMessage(messageId: string): Chat | undefined {
		return this.byMessage.get(messageId);
	}

	/** A new, still empty chat. Ids look like real ones: `u2i-` and 22 characters that may include `~`. */
	addChat(
		chat: Pick<Chat, 'account_id' | 'type' | 'item_id' | 'partner_id' | 'created'> & { id?: string },
	): Chat {
		const random = this.random;
		const id = chat.id ?? `${chat.type}-${random.text(7)}~${random.text(6)}_${random.text(7)}`;
		const added: Chat = { ...chat, id, updated: chat.created, rank: ++this.lastRank, messages: [] };
		this.chats.set(id, added);
		this.byAccount.get(chat.account_id)?.set(id, added);
		return added;
	}

	/** Appends a message and moves its chat to the top. Ids are 32 lower-case hexadecimal digits. */
	addMessage(
		chat: Chat,
		message: Pick<Message, 'author_id' | 'type' | 'content'> &
			Partial<Pick<Message, 'id' | 'created' | 'quote_id'>>,
	): Message {
		const added: Message = {
			id: message.id ?? this.random.hex(32),
			author_id: message.author_id,
			created: message.created ?? this.seconds(),
			type: message.type,
			content: message.content,
			quote_id: message.quote_id ?? null,
			read: null,
		};
		chat.messages.push(added);
		chat.updated = Math.max(chat.updated, added.created);
		chat.rank = ++this.lastRank;
		this.byMessage.set(added.id, chat);
		return added;
	}

	/** True when something that others wrote here was not read by the account. */
	isUnread(chat: Chat): boolean {
		for (let i = chat.messages.length - 1; i >= 0; i--) {
			const message = chat.messages[i];
			if (message !== undefined && message.author_id !== chat.account_id && message.read === null)
				return true;
		}
		return false;
	}

	/** Marks everything read that the given side (account or the other one) had not read yet. */
	markRead(chat: Chat, reader: 'account' | 'partner'): number {
		let marked = 0;
		for (const message of chat.messages) {
			const mine = message.author_id === chat.account_id;
			if (message.read !== null || mine === (reader === 'account')) continue;
			message.read = this.seconds();
			marked += 1;
		}
		return marked;
	}

	clear(): void {
		for (const map of [this.accounts, this.keys, this.people, this.items, this.chats, this.pictures])
			map.clear();
		for (const map of [this.uploads, this.voices, this.byAccount, this.byMessage]) map.clear();
		this.lastPerson = 200_000_000;
	}
}
