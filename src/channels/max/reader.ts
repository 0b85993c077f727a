import { ChannelError, type JournalWriter, type JsonObject, type Reader } from '../../contract';
import { backoffMs, Scope } from '../../runtime';
import { isAllowedChat, type MaxAccount } from './account';
import { Appender } from './engine/appender';
import { compareChats, firstPosition, type EditSuspicion } from './engine/compare';
import type { FillContext } from './engine/fill';
import { RecoveryGate } from './engine/gate';
import { Intake, readPushed, type Pushed } from './engine/intake';
import { OpenChats } from './engine/open-chats';
import { Reactions } from './engine/reactions';
import { parseState } from './engine/state';
import { Tips } from './engine/tips';
import { eventsFromPush, unknownEvent } from './events/from-push';
import { readMessage } from './events/normalise';
import type { ChatFacts } from './facts';
import { id, object, objects } from './json';
import { OP } from './opcodes';
import type { LoginReply } from './session/greeting';
import type { Push } from './session/port';

/** Pushes worked on at once; more are dropped unacknowledged, and the comparison that follows finds them. */
const MAX_WORKING = 20_000;
/** ms that what was received has to be journalled when reading stops; the rest is recovered at the next start */
const STOP_MS = 5_000;
/** After a failed comparison: soon again, then ever slower. */
const RETRY = { firstMs: 2_000, maxMs: 120_000 };

export type ReaderState = 'recovering' | 'live' | 'waiting';

/**
 * The engine of one account: a comparison after every LOGIN (and at the attach, and every ten minutes), pushes in between.
 * A push moves its chat's position only when its previous message is the last one proven there.
 */
export class MaxReader implements Reader {
	readonly live: Promise<void>;
	readonly #account: MaxAccount;
	readonly #journal: JournalWriter;
	readonly #appender: Appender;
	readonly #tips = new Tips();
	readonly #intake: Intake;
	readonly #openChats: OpenChats;
	readonly #reactions: Reactions;
	readonly #scope: Scope;
	readonly #becameLive = Promise.withResolvers<void>();
	readonly #working = new Set<Promise<unknown>>();
	readonly #running: Promise<void>;
	#gate = new RecoveryGate();
	/** ends with the connection its pushes came on */
	#connection = new AbortController();
	#status: ReaderState = 'recovering';
	#suspicion: EditSuspicion;
	#wake: (() => void) | null = null;
	#again = false;
	#stopping = false;

	/** @param atOpen chats of the LOGIN reply the account was opened with */
	constructor(account: MaxAccount, journal: JournalWriter, atOpen: readonly ChatFacts[]) {
		this.#account = account;
		this.#journal = journal;
		this.#appender = new Appender(journal, parseState(journal.state));
		const since = this.#appender.state?.since.time ?? Infinity;
		const edited = atOpen.filter(({ modified, lastEventTime }) => modified > Math.max(since, lastEventTime));
		this.#suspicion = { chatIds: edited.map((chat) => chat.id), sinceMs: since };
		this.#scope = new Scope(account.services.logger);
		this.#intake = new Intake({
			account,
			appender: this.#appender,
			tips: this.#tips,
			signal: this.#scope.signal,
			fillContext: (signal) => this.#context(signal),
			connection: () => this.#connection.signal,
			failed: (error) => this.#failed(error),
		});
		this.#reactions = new Reactions(account.services.clock, (event) => journal.live(event));
		this.#openChats = new OpenChats({
			caller: account.session,
			clock: account.services.clock,
			logger: account.services.logger,
			wanted: () => (journal.typingChats?.() ?? []).filter((chatId) => isAllowedChat(account, chatId)),
		});
		this.live = this.#becameLive.promise;
		this.live.catch(() => undefined);
		this.#running = this.#run();
		this.#openChats.connected();
	}

	get status(): ReaderState {
		return this.#status;
	}

	/** A new LOGIN: what happened meanwhile comes first. */
	connected(login: LoginReply): void {
		if (!this.#connection.signal.aborted) this.disconnected();
		this.#connection = new AbortController();
		this.#gate = new RecoveryGate();
		this.#intake.forgetDoubts();
		this.#status = 'recovering';
		// LOGIN told what changed since its marker, edits included.
		const marker = this.#account.session.markers.chats;
		const chatIds = marker === null ? [] : objects(login.chats).flatMap((chat) => id(chat['id']) ?? []);
		this.#suspicion = {
			chatIds: [...new Set([...this.#suspicion.chatIds, ...chatIds])],
			sinceMs: Math.min(this.#suspicion.sinceMs, marker ?? Infinity),
		};
		this.#compareSoon();
		this.#openChats.connected();
	}

	/** The connection is gone: pushes that still wait are dropped unacknowledged, the recovery brings them. */
	disconnected(): void {
		this.#connection.abort(
			new ChannelError('unreachable', 'The connection to MAX broke', { channel: 'max', retry: 'now' }),
		);
		this.#gate.open();
		this.#status = 'waiting';
	}

	/** Looks for missed messages now instead of at the next turn. */
	checkNow(): void {
		this.#compareSoon();
	}

	push(push: Push): void {
		if (this.#stopping || this.#scope.ended) return;
		if (this.#working.size + this.#intake.underWay >= MAX_WORKING) {
			this.#compareSoon();
			return;
		}
		if (push.opcode !== OP.notifMessage || push.unreadable !== undefined)
			return this.#work(this.#other(push));
		const pushed = readPushed(push);
		if (pushed === null) return this.#work(this.#unknown(push));
		if (!this.#gate.isOpen) return this.#work(this.#held(push, pushed));
		if (this.#intake.atOnce(push, pushed)) return;
		this.#work(this.#intake.inOrder(push, pushed, this.#connection.signal));
	}

	/** A message this connection sent: other sessions get a push of it, this one does not. */
	sent(chatId: string, raw: JsonObject): void {
		const facts = readMessage(chatId, raw);
		if (facts === null || this.#scope.ended || !isAllowedChat(this.#account, chatId)) return;
		this.#work(this.#intake.sent(facts));
	}

	async stop(): Promise<void> {
		this.#becameLive.reject(
			new ChannelError('cancelled', 'Reading was stopped before the account was live', { channel: 'max' }),
		);
		this.#stopping = true;
		this.#gate.open();
		await this.#settleWork();
		const reason = new ChannelError('cancelled', 'Reading is being stopped', { channel: 'max' });
		const ended = this.#scope.end(reason);
		this.#connection.abort(reason);
		this.#intake.forgetDoubts();
		this.#openChats.end();
		this.#reactions.end();
		this.#wake?.();
		await Promise.allSettled([ended, this.#running, ...this.#working]);
		await this.#appender.idle();
	}

	async #settleWork(): Promise<void> {
		if (this.#working.size === 0) return;
		const done = new AbortController();
		const late = this.#account.services.clock.sleep(STOP_MS, done.signal).catch(() => undefined);
		await Promise.race([Promise.allSettled(this.#working), late]);
		done.abort();
	}

	/** Nothing a push does may end the loop: what fails is left unacknowledged and looked for again. */
	#work(work: Promise<unknown>): void {
		const guarded = work.catch((error: unknown) => this.#failed(error));
		this.#working.add(guarded);
		void guarded.finally(() => this.#working.delete(guarded));
	}

	#failed(error: unknown): void {
		if (this.#scope.ended || this.#connection.signal.aborted) return;
		this.#account.services.logger.warn('max: a push could not be journalled', { error: String(error) });
		this.#compareSoon();
	}

	/** A push during a recovery waits until what was missed in its chat is journalled. */
	async #held(push: Push, pushed: Pushed): Promise<void> {
		const { signal } = this.#connection;
		if (!(await this.#gate.pass(pushed.facts.chatId))) {
			this.#compareSoon();
			return;
		}
		signal.throwIfAborted();
		await this.#intake.inOrder(push, pushed, signal);
	}

	async #other(push: Push): Promise<void> {
		if (push.unreadable !== undefined) return this.#unknown(push);
		const at = Math.floor(this.#account.serverNow());
		const chatId = id(object(push.payload)?.['chatId']);
		if (chatId !== null && !isAllowedChat(this.#account, chatId)) return;
		const events = eventsFromPush(this.#account, push.opcode, push.payload, at);
		for (const { event, live, hint } of events) {
			if (!live) continue;
			if (hint) this.#reactions.hinted(event);
			else if (event.event_type === 'reaction') this.#reactions.told(event);
			else this.#journal.live(event);
		}
		const kept = events.filter(({ live }) => !live).map(({ event }) => ({ event, at, recovered: false }));
		if (kept.length > 0) await this.#intake.other(chatId ?? '', () => this.#appender.append(kept));
	}

	async #unknown(push: Push): Promise<void> {
		const at = Math.floor(this.#account.serverNow());
		const event = unknownEvent(this.#account, push.opcode, push.payload, at, push.unreadable);
		await this.#appender.append([{ event, at, recovered: false }]);
	}

	#context(signal: AbortSignal): FillContext {
		return {
			account: this.#account,
			appender: this.#appender,
			tips: this.#tips,
			recoverSince: this.#journal.recoverSince,
			signal,
		};
	}

	async #run(): Promise<void> {
		let failures = 0;
		while (!this.#scope.ended) {
			const gate = this.#gate;
			const connection = this.#connection.signal;
			this.#again = false;
			try {
				await this.#recover(gate, AbortSignal.any([connection, this.#scope.signal]));
				failures = 0;
				if (connection === this.#connection.signal && !connection.aborted) this.#status = 'live';
				this.#becameLive.resolve();
			} catch (error) {
				if (this.#scope.ended) return;
				failures += 1;
				if (!connection.aborted) {
					this.#account.services.logger.warn('max: the comparison of chats failed', { error: String(error) });
					gate.open();
				}
			}
			await this.#pause(failures, connection);
		}
	}

	async #recover(gate: RecoveryGate, signal: AbortSignal): Promise<void> {
		const context = this.#context(signal);
		if (this.#appender.state === null) {
			const since = await firstPosition(context, this.#journal.startAt ?? Infinity);
			await this.#appender.begin({ since, chats: new Map() });
		}
		const suspicion = this.#suspicion;
		await compareChats(context, gate, suspicion);
		if (suspicion === this.#suspicion) this.#suspicion = { chatIds: [], sinceMs: Infinity };
		gate.open();
	}

	#compareSoon(): void {
		this.#again = true;
		this.#wake?.();
	}

	/**
	 * Until the next comparison is due, somebody asks for one, or reading ends. A connection that came meanwhile wants one
	 * at once; without a connection there is nothing to compare until the next one comes.
	 */
	async #pause(failures: number, compared: AbortSignal): Promise<void> {
		const isNew = compared !== this.#connection.signal;
		if (this.#scope.ended || isNew || (this.#again && failures === 0)) return;
		const { clock, random } = this.#account.services;
		const { promise, resolve } = Promise.withResolvers<void>();
		const regular = this.#journal.pollEveryMs?.() ?? this.#account.settings.compareMs;
		const ms = failures === 0 ? regular : backoffMs(failures, RETRY, random);
		const cancel = compared.aborted ? () => undefined : clock.after(ms, resolve);
		this.#wake = resolve;
		await promise;
		this.#wake = null;
		cancel();
	}
}
