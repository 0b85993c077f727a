import { BoundedMap } from '../../runtime';
import type { Budget, Clock } from '../../contract';
import { getChat, type ChatType } from './api/chats';
import type { Caller, RequestContext } from './api/caller';
import { voiceUrl } from './api/media';
import { readChatFacts, type ChatFacts } from './events/chat-facts';
import type { MessageFacts } from './events/normalise';
import type { AvitoChat } from './schemas/chat';
import { ENRICHMENT } from './session/session';

const HOUR_MS = 3_600_000;
/** names and ads rarely change; reading a chat list refreshes them for nothing */
const CHAT_LIFE_MS = HOUR_MS;
/** Avito's voice URLs live one hour; an execution needs some of it */
const VOICE_LIFE_MS = 50 * 60_000;
const MAX_CHATS = 5_000;
const MAX_VOICES = 2_000;
/** A webhook's event goes on without its details rather than wait longer for them. */
const PATIENCE_MS = 1_000;

export interface EnrichOptions {
	caller: Caller;
	clock: Clock;
	budget: Budget;
}

/** What a message does not say itself: client name, ad, voice URL. From a cache; asked for only when there is room. */
export class Enrichment {
	readonly #options: EnrichOptions;
	readonly #chats = new BoundedMap<ChatFacts>(MAX_CHATS, CHAT_LIFE_MS);
	readonly #voices = new BoundedMap<string>(MAX_VOICES, VOICE_LIFE_MS);
	readonly #asking = new Map<string, Promise<unknown>>();

	constructor(options: EnrichOptions) {
		this.#options = options;
	}

	/** Remembers what a chat list or a chat told in passing; `type` where it was asked for by type. */
	learn(chat: AvitoChat, type?: ChatType): ChatFacts {
		const now = this.#options.clock.now();
		const known = type ?? this.#chats.get(chat.id, now)?.chatType;
		const facts = readChatFacts(chat, this.#options.caller.userId, known);
		this.#chats.set(facts.chatId, facts, now);
		return facts;
	}

	/** Details for an event on its way to the journal: never waits for the budget, at most a second for Avito. */
	async around(
		facts: MessageFacts,
		signal: AbortSignal,
	): Promise<{ chat: ChatFacts | null; voiceUrl: string | null }> {
		const voiceId = facts.content.voice?.voice_id;
		const [chat, voice] = await Promise.all([
			this.#chatIfRoom(facts.chatId, signal),
			voiceId === undefined ? null : this.#voiceIfRoom(voiceId, signal),
		]);
		return { chat, voiceUrl: voice };
	}

	/** What is known now, without asking anybody. */
	known(facts: MessageFacts): { chat: ChatFacts | null; voiceUrl: string | null } {
		const now = this.#options.clock.now();
		const voiceId = facts.content.voice?.voice_id;
		return {
			chat: this.#chats.get(facts.chatId, now) ?? null,
			voiceUrl: voiceId === undefined ? null : (this.#voices.get(voiceId, now) ?? null),
		};
	}

	/** For commands: asks Avito when the cache does not know. */
	async chat(chatId: string, context: RequestContext): Promise<ChatFacts> {
		const known = this.#chats.get(chatId, this.#options.clock.now());
		return known ?? this.learn((await getChat(this.#options.caller, chatId, context)).value);
	}

	/** A voice URL that lives at least ten minutes more; null when Avito gives none. */
	async voice(voiceId: string, context: RequestContext): Promise<string | null> {
		const known = this.#voices.get(voiceId, this.#options.clock.now());
		if (known !== undefined) return known;
		const url = await voiceUrl(this.#options.caller, voiceId, context);
		if (url !== null) this.#voices.set(voiceId, url, this.#options.clock.now());
		return url;
	}

	async #chatIfRoom(chatId: string, signal: AbortSignal): Promise<ChatFacts | null> {
		const known = this.#chats.get(chatId, this.#options.clock.now());
		return known ?? this.#ifRoom(`chat ${chatId}`, signal, (context) => this.chat(chatId, context));
	}

	async #voiceIfRoom(voiceId: string, signal: AbortSignal): Promise<string | null> {
		const known = this.#voices.get(voiceId, this.#options.clock.now());
		return known ?? this.#ifRoom(`voice ${voiceId}`, signal, (context) => this.voice(voiceId, context));
	}

	/** One question at a time per thing. Its failure costs a detail, never the event. */
	async #ifRoom<T>(
		key: string,
		signal: AbortSignal,
		ask: (context: RequestContext) => Promise<T>,
	): Promise<T | null> {
		let asking = this.#asking.get(key) as Promise<T> | undefined;
		if (asking === undefined) {
			if (!this.#options.budget.tryTake(ENRICHMENT)) return null;
			asking = ask({ signal, background: true, prepaid: true });
			this.#asking.set(key, asking);
			asking.catch(() => undefined).finally(() => this.#asking.delete(key));
		}
		return this.#withPatience(asking);
	}

	#withPatience<T>(work: Promise<T>): Promise<T | null> {
		return new Promise((resolve) => {
			const cancel = this.#options.clock.after(PATIENCE_MS, () => resolve(null));
			work.then(resolve, () => resolve(null)).finally(cancel);
		});
	}
}
