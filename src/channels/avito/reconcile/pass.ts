import { mapConcurrently } from '../../../runtime';
import { ChannelError, type EngineEvent, type JournalWriter } from '../../../contract';
import type { AvitoAccount } from '../account';
import { PAGE, type RequestContext } from '../api/caller';
import { listChats, type ChatType } from '../api/chats';
import { eventFromMessage, isPlaceholderMessage, recoveredEvent } from '../events/from-list';
import { gapEvent, type Gap } from '../events/gap';
import { factsFromMessage } from '../events/normalise';
import type { AvitoChat } from '../schemas/chat';
import type { AvitoMessage } from '../schemas/message';
import type { WithRaw } from '../schemas/parse';
import { tellMissingSubscription } from '../subscription';
import { CONVERSATIONS, newestFirst, walkChats, walkMessages, WITH_AVITO } from '../walk';
import {
	advance,
	catchUpGap,
	changedAt,
	decidePage,
	DELETABLE_S,
	finishPass,
	floorOf,
	initialState,
	planChat,
	type ChatPlan,
	type PassLimits,
} from './decide';
import { formatState, type ReconcileState } from './state';

/** chats read at once; the budget is the real limit, this only hides latency */
const CHATS_AT_ONCE = 4;
/** Rounds over a list that keeps moving; then the mark stays for the next pass. */
const MAX_ROUNDS = 10;

/**
 * One reconciliation: every message created since the state, chat by chat, into the journal. A chat's position is
 * stored with its last event, so that a long pass goes on where it was cut off; the mark moves when all are done.
 *
 * The chat list moves while it is walked: a chat that gets a message jumps to its top and out of the part not yet read.
 * So the walk is repeated down to where the last one began, until a round fits in its first page, which is one moment.
 */
export class ReconcilePass {
	readonly #account: AvitoAccount;
	readonly #journal: JournalWriter;
	readonly #context: RequestContext;
	readonly #limits: PassLimits;
	#state: ReconcileState;
	#writing: Promise<unknown> = Promise.resolve();

	private constructor(
		account: AvitoAccount,
		journal: JournalWriter,
		state: ReconcileState,
		signal: AbortSignal,
	) {
		this.#account = account;
		this.#journal = journal;
		this.#context = { signal, background: true };
		this.#state = state;
		this.#limits = {
			recoverSince: Math.floor(journal.recoverSince / 1000),
			deletedSince: Math.max(journal.recoverSince, state.passedAt) / 1000 - DELETABLE_S,
		};
	}

	/**
	 * `withAvito`: look into the account's chat with Avito itself, too.
	 * @returns the new state. @throws ChannelError; what was read until then is journalled
	 */
	static async run(
		account: AvitoAccount,
		journal: JournalWriter,
		state: ReconcileState | null,
		signal: AbortSignal,
		withAvito = true,
	): Promise<ReconcileState> {
		const begun = state ?? (await begin(account, journal, signal));
		// Nothing was written between the first trigger's publication and the first look: nothing to read.
		if (state === null && begun.mark < startOf(journal)) return begun;
		return new ReconcilePass(account, journal, begun, signal).#run(begun, withAvito);
	}

	async #run(before: ReconcileState, withAvito: boolean): Promise<ReconcileState> {
		const since = Math.max(floorOf(before), this.#limits.recoverSince);
		let downTo = since;
		let mark = before.mark;
		for (let round = 0; round < MAX_ROUNDS; round += 1) {
			const walked = await this.#walkOnce(downTo, round === 0 ? before : null);
			if (walked.pages <= 1) {
				mark = Math.max(mark, walked.head);
				break;
			}
			downTo = walked.head;
		}
		// The mark is that of the conversations, and moves when this list was read from the old one on, too.
		if (withAvito) await optional(this.#account, () => this.#walkOnce(since, null, WITH_AVITO));
		this.#state = finishPass(this.#state, mark, this.#account.services.clock.now());
		await this.#write([]);
		return this.#state;
	}

	/** Chats changed since `downTo`, newest first. `before` is given in the first round, which alone tells gaps of the list. */
	async #walkOnce(
		downTo: number,
		before: ReconcileState | null,
		chatTypes: readonly ChatType[] = CONVERSATIONS,
	): Promise<{ pages: number; head: number }> {
		let pages = 0;
		let head = 0;
		const walk = walkChats(this.#account, { chatTypes }, this.#context);
		for await (const page of newestFirst(walk, changedAt)) {
			const chats = page.members.map(({ value }) => value);
			if (pages === 0) head = Math.max(0, ...chats.map(changedAt));
			pages += 1;
			tellMissingSubscription(this.#account, chats);
			const changed = chats.filter((chat) => changedAt(chat) >= downTo);
			await this.#readChats(changed);
			const oldest = chats.at(-1);
			if (changed.length < chats.length) {
				const missed = chats.some(
					(chat) => changedAt(chat) < downTo && changedAt(chat) > (before?.mark ?? Infinity),
				);
				if (before !== null && missed) await this.#writeGap(catchUpGap(before, this.#limits));
				break;
			}
			if (page.ceiling && before !== null && oldest !== undefined) {
				await this.#writeGap({ chatId: null, from: downTo, to: changedAt(oldest), reason: 'chat_ceiling' });
			}
		}
		return { pages, head };
	}

	async #readChats(chats: readonly AvitoChat[]): Promise<void> {
		await mapConcurrently(chats, CHATS_AT_ONCE, async (chat) => {
			const plan = planChat(chat, this.#state, this.#limits);
			if (plan !== null) await this.#readChat(chat, plan);
			else if (chat.last_message?.type === 'deleted') await this.#tellDeletion(chat, chat.last_message);
		});
	}

	async #readChat(chat: AvitoChat, plan: ChatPlan): Promise<void> {
		const taken: WithRaw<AvitoMessage>[] = [];
		let gap: Gap | null = null;
		const walk = walkMessages(this.#account, chat.id, this.#context);
		for await (const page of newestFirst(walk, ({ created }) => created)) {
			const decision = decidePage(page.members, plan, this.#limits);
			taken.push(...decision.take);
			if (decision.cutOff)
				gap = { chatId: chat.id, from: plan.wanted.at, to: plan.position.at, reason: 'catch_up_limit' };
			if (decision.complete) break;
			const oldest = taken.at(-1);
			if (page.ceiling && oldest !== undefined) {
				gap = {
					chatId: chat.id,
					from: plan.position.at,
					to: oldest.value.created,
					reason: 'message_ceiling',
				};
			}
		}
		const events = await this.#eventsOf(chat, taken.reverse());
		if (gap !== null) events.unshift(recoveredEvent(gapEvent(gap, this.#account), gap.to));
		const position = advance(
			plan.position,
			taken.map(({ value }) => value),
		);
		await this.#write(events, { chatId: chat.id, position });
	}

	async #eventsOf(chat: AvitoChat, messages: readonly WithRaw<AvitoMessage>[]): Promise<EngineEvent[]> {
		const { enrichment, userId } = this.#account;
		const facts = enrichment.learn(chat);
		const events: EngineEvent[] = [];
		for (const message of messages) {
			if (isPlaceholderMessage(message.value)) continue;
			// Asks for a voice URL if there is room; the event below takes what is known by then.
			await enrichment.around(
				factsFromMessage(chat.id, message.value, message.raw, userId),
				this.#context.signal,
			);
			const event = await eventFromMessage(this.#account, chat.id, message, facts);
			events.push(recoveredEvent(event, message.value.created));
		}
		return events;
	}

	/** The last message of a chat with nothing new in it was deleted: the list itself says so, no need to read on. */
	async #tellDeletion(chat: AvitoChat, message: AvitoMessage): Promise<void> {
		if (message.created < this.#limits.deletedSince) return;
		await this.#write(await this.#eventsOf(chat, [{ value: message, raw: null }]));
	}

	async #writeGap(gap: Gap): Promise<void> {
		await this.#write([recoveredEvent(gapEvent(gap, this.#account), gap.to)]);
	}

	/** One append at a time, each with the positions as they are then. */
	#write(
		events: readonly EngineEvent[],
		moved?: { chatId: string; position: ReconcileState['chats'][string] },
	): Promise<unknown> {
		const writing = this.#writing.then(() => {
			if (moved !== undefined) {
				this.#state = { ...this.#state, chats: { ...this.#state.chats, [moved.chatId]: moved.position } };
			}
			return this.#journal.append(events, formatState(this.#state));
		});
		this.#writing = writing.catch(() => undefined);
		return writing;
	}
}

/** Unix seconds from which an engine without a state reads. */
function startOf({ startAt }: JournalWriter): number {
	return startAt === undefined ? Infinity : Math.floor(startAt / 1000);
}

/** What one page of the chat list shows at this moment is what is known, up to where somebody waits for more. */
async function begin(
	account: AvitoAccount,
	journal: JournalWriter,
	signal: AbortSignal,
): Promise<ReconcileState> {
	const listed = async (chatTypes: readonly ChatType[]): Promise<AvitoChat[]> => {
		const { chats } = await listChats(account, { chatTypes, limit: PAGE }, { signal, background: true });
		return chats.map(({ value }) => value);
	};
	const values = await listed(CONVERSATIONS);
	tellMissingSubscription(account, values);
	for (const chat of values) account.enrichment.learn(chat);
	values.push(...((await optional(account, () => listed(WITH_AVITO))) ?? []));
	const state = initialState(values, account.services.clock.now(), startOf(journal));
	await journal.append([], formatState(state));
	return state;
}

/** Avito's own chat is worth less than everybody else's: a refusal to show it costs nothing but itself. */
async function optional<T>(account: AvitoAccount, look: () => Promise<T>): Promise<T | null> {
	try {
		return await look();
	} catch (error) {
		if (!ChannelError.is(error) || !REFUSALS.includes(error.code)) throw error;
		account.services.logger.warn('avito: its own chat cannot be read', { code: error.code });
		return null;
	}
}

const REFUSALS = ['invalid_parameter', 'permission_denied', 'peer_not_found', 'not_supported'];
