import {
	ChannelError,
	type ChannelEvent,
	type EngineEvent,
	type JournalWriter,
	type Reader,
} from '../../contract';
import { isLiveOnly } from '../../contract/schemas';
import { backoffMs, Scope } from '../../runtime';
import type { TelegramAccount } from './account';
import { messageEvent, otherEvents } from './events/normalise';
import { markId, unmarkId } from './peers/marked-id';
import { inputChannel } from './peers/peer-book';
import { child, flag, int, type TlObject } from './tl';
import { UpdateEngine } from './updates/engine';
import { formatState, parseState } from './updates/state';
import {
	DIALOG_PAGE,
	type Applied,
	type EngineInput,
	type EngineRequest,
	type Failure,
} from './updates/types';
import { newMessageOf } from './updates/unpack';

const APPEND_RETRY = { firstMs: 500, maxMs: 30_000 };
/** Telegram's own clients ask for as much of a channel at once. */
const CHANNEL_LIMIT = 100;

/**
 * Performs what the update engine decides: its requests through the connection, what it applies into the journal, its
 * state with each append, one timer. The engine decides, this file only carries.
 */
export class TelegramReader implements Reader {
	readonly live: Promise<void>;
	readonly #account: TelegramAccount;
	readonly #journal: JournalWriter;
	readonly #scope: Scope;
	readonly #engine: UpdateEngine;
	readonly #becameLive = Promise.withResolvers<void>();
	#writing: Promise<void> = Promise.resolve();
	/** applied and not yet on its way to the journal: one append takes all of it */
	#pending: Applied[] = [];
	#pendingState = false;
	#scheduled = false;
	#cancelTimer: (() => void) | null = null;
	#caughtUp = false;

	constructor(account: TelegramAccount, journal: JournalWriter) {
		const { services, settings, book, userId } = account;
		this.#account = account;
		this.#journal = journal;
		this.#scope = new Scope(services.logger);
		this.live = this.#becameLive.promise;
		this.live.catch(() => undefined);
		this.#engine = new UpdateEngine({
			self: userId,
			session: settings.sessionHash,
			state: parseState(journal.state),
			recoverSince: Math.floor(journal.recoverSince / 1000),
			watched: settings.watched.flatMap((chat) => {
				const peer = unmarkId(chat);
				return peer?.type === 'channel' ? [peer.id] : [];
			}),
			random: services.random,
			knows: (marked) => book.knows(marked),
		});
		this.#engine.start(this.#now());
		this.#pump();
	}

	get caughtUp(): boolean {
		return this.#caughtUp;
	}

	input(input: EngineInput): void {
		if (this.#scope.ended) return;
		this.#engine.receive(input, this.#now());
		this.#pump();
	}

	checkNow(): void {
		this.input({ kind: 'interrupted' });
	}

	async stop(): Promise<void> {
		const reason = new ChannelError('cancelled', 'Reading is being stopped', { channel: 'telegram' });
		this.#becameLive.reject(reason);
		this.#cancelTimer?.();
		const ended = this.#scope.end(reason);
		await Promise.allSettled([ended, this.#writing]);
	}

	#now(): number {
		return this.#account.services.clock.now();
	}

	#pump(): void {
		const { apply, requests, moved } = this.#engine.take(this.#now());
		for (const item of apply) this.#pending.push(item);
		this.#pendingState ||= moved;
		for (const request of requests) void this.#perform(request);
		if (this.#pending.length > 0 || this.#pendingState) this.#schedule();
		this.#arm();
	}

	#arm(): void {
		this.#cancelTimer?.();
		const wait = Math.max(0, this.#engine.nextAt(this.#now()) - this.#now());
		this.#cancelTimer = this.#account.services.clock.after(wait, () => {
			this.#engine.tick(this.#now());
			this.#pump();
		});
	}

	#schedule(): void {
		if (this.#scheduled) return;
		this.#scheduled = true;
		this.#writing = this.#writing.then(async () => {
			this.#scheduled = false;
			await this.#write();
		});
	}

	/** The state is taken with what is pending: it says no more than what this append holds. */
	async #write(): Promise<void> {
		const applied = this.#pending.splice(0);
		this.#pendingState = false;
		const state = this.#engine.state();
		const caughtUp = this.#engine.caughtUp;
		const events = (await Promise.all(applied.map((item) => this.#eventsOf(item)))).flat();
		const stored: EngineEvent[] = [];
		for (const entry of events) {
			if (isLiveOnly(entry.event.event_type)) this.#journal.live(entry.event);
			else stored.push(entry);
		}
		await this.#append(stored, state === null ? undefined : formatState(state));
		if (!caughtUp || this.#caughtUp) return;
		this.#caughtUp = true;
		this.#becameLive.resolve();
	}

	async #append(events: EngineEvent[], state: ReturnType<typeof formatState> | undefined): Promise<void> {
		const { clock, random, logger } = this.#account.services;
		for (let failures = 1; !this.#scope.ended || failures === 1; failures += 1) {
			try {
				await this.#journal.append(events, state);
				return;
			} catch (error) {
				if (ChannelError.is(error) && error.code === 'account_in_use') {
					// Another reader has taken over: it reads on from the stored state.
					void this.#scope.end(error);
					return;
				}
				logger.warn('telegram: events could not be journalled', { error: String(error) });
				if (this.#scope.ended) return;
				await clock
					.sleep(backoffMs(failures, APPEND_RETRY, random), this.#scope.signal)
					.catch(() => undefined);
			}
		}
	}

	async #eventsOf(applied: Applied): Promise<EngineEvent[]> {
		const now = this.#now();
		if (applied.kind === 'gap') {
			return otherEvents(applied, this.#account, now).map((event) => ({
				event,
				at: applied.to * 1000,
				recovered: true,
			}));
		}
		const { update, recovered } = applied;
		const made = newMessageOf(update);
		const edited = /^updateEdit(Channel)?Message$/.test(update._) ? child(update, 'message') : null;
		const message = made ?? edited;
		if (message === null) {
			return otherEvents(applied, this.#account, now).map((event) => ({ event, at: now, recovered }));
		}
		// `edit_hide`: reactions, views, previews. Nothing a reader would call an edit.
		if (message._ === 'messageEmpty' || (edited !== null && flag(edited, 'edit_hide'))) return [];
		const event = await this.#messageEvent(message, edited !== null);
		const at = (int(message, edited === null ? 'date' : 'edit_date') ?? 0) * 1000;
		return [{ event, at, recovered }];
	}

	async #messageEvent(message: TlObject, edited: boolean): Promise<ChannelEvent> {
		const { services, messageChats } = this.#account;
		const event = messageEvent(message, edited, false, this.#account);
		const id = int(message, 'id') ?? 0;
		if (!event.external_chat_id.startsWith('-100')) messageChats.note(id, event.external_chat_id);
		if (event.meta.direction === 'in') return event;
		const own = await services.sentByNode(event.external_chat_id, String(id));
		return own ? { ...event, meta: { ...event.meta, sent_by: 'node' } } : event;
	}

	async #perform(request: EngineRequest): Promise<void> {
		const { connection } = this.#account;
		try {
			const tl = await this.#requestOf(request);
			const result = await connection.object(tl, { signal: this.#scope.signal });
			if (this.#scope.ended) return;
			this.#account.book.learn(result);
			this.#engine.answer(request, result, this.#now());
		} catch (error) {
			if (this.#scope.ended) return;
			if (ChannelError.is(error) && error.code === 'session_ended') return;
			this.#engine.fail(request, failureOf(error), this.#now());
		}
		this.#pump();
	}

	async #requestOf(request: EngineRequest): Promise<TlObject> {
		const { book, resolver } = this.#account;
		switch (request.kind) {
			case 'state':
				return { _: 'updates.getState' };
			case 'difference':
				return { _: 'updates.getDifference', pts: request.pts, date: request.date, qts: request.qts };
			case 'channelDifference': {
				const { peer } = await resolver.resolve(markId('channel', request.channel));
				return {
					_: 'updates.getChannelDifference',
					force: true,
					channel: inputChannel(peer),
					filter: { _: 'channelMessagesFilterEmpty' },
					pts: request.pts,
					limit: CHANNEL_LIMIT,
				};
			}
			case 'channelDialog': {
				const { peer } = await resolver.resolve(markId('channel', request.channel));
				const dialog = { _: 'inputDialogPeer', peer: resolver.inputOf(peer.id) };
				return { _: 'messages.getPeerDialogs', peers: [dialog] };
			}
			case 'dialogs': {
				const { offset, folder } = request;
				if (offset !== null) await book.find(offset.peer);
				return {
					_: 'messages.getDialogs',
					offset_date: offset?.date ?? 0,
					offset_id: offset?.id ?? 0,
					offset_peer: offset === null ? { _: 'inputPeerEmpty' } : resolver.inputOf(offset.peer),
					limit: DIALOG_PAGE,
					hash: '0',
					folder_id: folder,
					exclude_pinned: offset !== null,
				};
			}
			case 'historyAfter': {
				const { peer } = await resolver.resolve(request.chat);
				return history(resolver.inputOf(peer.id), {
					offset_id: request.afterId + 1,
					add_offset: -request.limit,
					limit: request.limit,
					min_id: request.afterId,
				});
			}
			case 'historyBefore': {
				const { peer } = await resolver.resolve(request.chat);
				return history(resolver.inputOf(peer.id), { offset_date: request.date, limit: 1 });
			}
		}
	}
}

function history(peer: TlObject, place: Record<string, number>): TlObject {
	return {
		_: 'messages.getHistory',
		peer,
		offset_id: 0,
		offset_date: 0,
		add_offset: 0,
		limit: 100,
		max_id: 0,
		min_id: 0,
		hash: '0',
		...place,
	};
}

/** What a failed request means for the order of updates. */
function failureOf(error: unknown): Failure {
	if (!ChannelError.is(error)) return { kind: 'retry' };
	const name = error.providerCode ?? '';
	if (/^PERSISTENT_TIMESTAMP_(INVALID|EMPTY)$/.test(name)) return { kind: 'badPosition' };
	if (
		/^(CHANNEL_PRIVATE|CHANNEL_INVALID|CHANNEL_PUBLIC_GROUP_NA|CHAT_ID_INVALID|PEER_ID_INVALID)$/.test(name)
	) {
		return { kind: 'noAccess' };
	}
	return typeof error.retry === 'object'
		? { kind: 'retry', afterMs: error.retry.afterMs }
		: { kind: 'retry' };
}
