import { BoundedMap } from '../../runtime';
import type { Clock, Json, Logger } from '../../contract';
import { readChat, readContact, type ChatFacts, type ContactFacts } from './facts';
import { isPerson } from './ids';
import { ids, number, object, objects } from './json';
import { OP } from './opcodes';
import type { LoginReply } from './session/greeting';
import type { Session } from './session/session';

/** Entries kept per account: a person with more chats asks again, memory stays flat. */
const MAX_CONTACTS = 3_000;
const MAX_CHATS = 3_000;
const LIFE_MS = 24 * 3_600_000;
/** people per CONTACT_INFO; 100 is fine (measured) */
const PER_REQUEST = 100;

/** Who is who: people and chats seen so far, asked for when unknown. */
export class Directory {
	readonly #session: Session;
	readonly #userId: string;
	readonly #clock: Clock;
	readonly #logger: Logger;
	readonly #contacts = new BoundedMap<ContactFacts>(MAX_CONTACTS, LIFE_MS);
	readonly #chats = new BoundedMap<ChatFacts>(MAX_CHATS, LIFE_MS);
	readonly #listed = new Set<string>();
	/** ms until which a chat is muted; -1 for ever */
	#muted = new Map<string, number>();

	constructor(session: Session, userId: string, clock: Clock, logger: Logger) {
		this.#session = session;
		this.#userId = userId;
		this.#clock = clock;
		this.#logger = logger;
	}

	/** ids of the own contact list, as LOGIN told it */
	get listed(): string[] {
		return [...this.#listed];
	}

	list(userId: string, member: boolean): void {
		if (member) this.#listed.add(userId);
		else this.#listed.delete(userId);
	}

	learnLogin(login: LoginReply): void {
		for (const { id, removed } of this.learnContacts(login.contacts)) this.list(id, !removed);
		this.learnChats(login.chats);
		this.learnConfig(login.config);
	}

	/** A list of contacts; `null` members were seen live. */
	learnContacts(contacts: Json): ContactFacts[] {
		return objects(contacts).flatMap((contact) => this.learnContact(contact) ?? []);
	}

	learnContact(contact: Json): ContactFacts | null {
		const facts = readContact(contact);
		if (facts === null) return null;
		this.#contacts.set(facts.id, facts, this.#clock.now());
		if (facts.removed) this.list(facts.id, false);
		return facts;
	}

	learnChats(chats: Json): ChatFacts[] {
		return objects(chats).flatMap((chat) => this.learnChat(chat) ?? []);
	}

	learnChat(chat: Json): ChatFacts | null {
		const facts = readChat(chat, this.#userId);
		if (facts !== null) this.#chats.set(facts.id, facts, this.#clock.now());
		return facts;
	}

	/** `{chats: {"<id>": {dontDisturbUntil}}}` of LOGIN and push 134. */
	learnConfig(config: Json): void {
		const chats = object(object(config)?.['chats']);
		for (const [chatId, settings] of Object.entries(chats ?? {})) {
			const until = number(object(settings)?.['dontDisturbUntil']);
			if (until === null || until === 0) this.#muted.delete(chatId);
			else this.#muted.set(chatId, until);
		}
	}

	/** of every chat seen lately */
	chatIds(): string[] {
		return this.#chats.keys(this.#clock.now());
	}

	isMuted(chatId: string): boolean {
		const until = this.#muted.get(chatId) ?? 0;
		return until === -1 || until > this.#clock.now();
	}

	knownContact(userId: string): ContactFacts | null {
		return this.#contacts.get(userId, this.#clock.now()) ?? null;
	}

	knownChat(chatId: string): ChatFacts | null {
		return this.#chats.get(chatId, this.#clock.now()) ?? null;
	}

	/** Asks for those that are unknown. A failure leaves them unknown: names are no reason to lose a message. */
	async meet(userIds: readonly string[], signal?: AbortSignal): Promise<void> {
		const unknown = [...new Set(userIds)].filter(
			(userId) => isPerson(userId) && this.knownContact(userId) === null,
		);
		for (let at = 0; at < unknown.length; at += PER_REQUEST) {
			const asked = unknown.slice(at, at + PER_REQUEST).map(Number);
			try {
				const reply = await this.#session.request(
					OP.contactInfo,
					{ contactIds: asked },
					{ ...(signal === undefined ? {} : { signal }) },
				);
				this.learnContacts(object(reply)?.['contacts'] ?? null);
			} catch (error) {
				signal?.throwIfAborted();
				this.#logger.debug('max: people could not be looked up', {
					count: asked.length,
					error: String(error),
				});
				return;
			}
		}
	}

	async chat(chatId: string, signal?: AbortSignal): Promise<ChatFacts | null> {
		const known = this.knownChat(chatId);
		if (known !== null) return known;
		try {
			const reply = await this.#session.request(
				OP.chatInfo,
				{ chatIds: [Number(chatId)] },
				{ ...(signal === undefined ? {} : { signal }) },
			);
			return this.learnChats(object(reply)?.['chats'] ?? null).find(({ id }) => id === chatId) ?? null;
		} catch (error) {
			signal?.throwIfAborted();
			this.#logger.debug('max: a chat could not be looked up', { chat: chatId, error: String(error) });
			return null;
		}
	}

	/** User ids a message names: its sender and, in a dialog, the other side. */
	static peopleOf(message: Json): string[] {
		return ids([object(message)?.['sender'] ?? null]);
	}
}
