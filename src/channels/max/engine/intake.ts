import type { ChannelEvent, JsonObject } from '../../../contract';
import { KeyedQueue } from '../../../runtime';
import { isAllowedChat, type MaxAccount } from '../account';
import { messageId, wireId } from '../codec';
import { eventAtOnce, eventFromMessage } from '../events/from-message';
import { readMessage, type MessageFacts } from '../events/normalise';
import { id, messageIn, object } from '../json';
import { pace } from '../pace';
import type { Push } from '../session/port';
import type { Appender } from './appender';
import { Doubts } from './doubts';
import { fillChat, type FillContext } from './fill';
import { isAfter, positionOf, type Position } from './state';
import type { Continuity, Tips } from './tips';
import { positionOfMessage } from './walk';

/** A push of a message (128), read. */
export interface Pushed {
	facts: MessageFacts;
	body: JsonObject;
	/** the chat's message before it, as far as the push names one */
	previous: string | null;
}

/** null: not a message of any shape that is known */
export function readPushed({ payload }: Push): Pushed | null {
	const body = object(payload);
	const chatId = id(body?.['chatId']);
	const facts = chatId === null ? null : readMessage(chatId, withPost(body));
	if (body === null || facts === null) return null;
	const previous = id(body['prevMessageId']) ?? id(facts.raw['prevMessageId']);
	return { facts, body, previous: previous !== null && /^[1-9]/.test(previous) ? previous : null };
}

/** The post a comment belongs to may stand beside the message, as it does in requests. */
function withPost(body: JsonObject | null): JsonObject | null {
	const message = body === null ? null : messageIn(body);
	const postId = id(body?.['postId']);
	return message === null || postId === null || message['postId'] !== undefined
		? message
		: { ...message, postId };
}

export interface IntakeOptions {
	account: MaxAccount;
	appender: Appender;
	tips: Tips;
	/** ends with the reading */
	signal: AbortSignal;
	fillContext(signal: AbortSignal): FillContext;
	/** of the connection that is open now */
	connection(): AbortSignal;
	/** A message could not be journalled: it must be looked for. */
	failed(error: unknown): void;
}

/**
 * Messages as they arrive: brought into the order of their chat, compared with what is proven of it, journalled, and
 * acknowledged once durable. Most need nothing but what is known already and are handed to the journal at once, many
 * together; only the others wait in a line per chat.
 */
export class Intake {
	readonly #options: IntakeOptions;
	readonly #order = new KeyedQueue();
	/** chats whose history is read: one after another, the service is asked one thing at a time */
	readonly #fills = new KeyedQueue();
	readonly #doubts: Doubts;
	#underWay = 0;

	constructor(options: IntakeOptions) {
		this.#options = options;
		this.#doubts = new Doubts(options.account.services.clock, (chats) => {
			this.#look(chats).catch((error: unknown) => options.failed(error));
		});
	}

	/** messages handed to the journal that are not durable yet */
	get underWay(): number {
		return this.#underWay;
	}

	/** All chats are about to be compared. */
	forgetDoubts(): void {
		this.#doubts.clear();
	}

	/** The usual case, without waiting for anything. @returns false when it has to wait: see `inOrder` */
	atOnce(push: Push, { facts, body, previous }: Pushed): boolean {
		const { account } = this.#options;
		const { chatId } = facts;
		if (facts.status !== null || this.#order.has(chatId)) return false;
		this.#learnChat(body);
		if (!isAllowedChat(account, chatId)) {
			acknowledge(push, facts);
			return true;
		}
		const event = eventAtOnce(account, facts);
		if (event === null) return false;
		const continuity = this.#judge(facts, previous);
		if (continuity === 'gap') return false;
		this.#hand(facts, event, continuity, (error) => {
			if (error === null) acknowledge(push, facts);
			else this.#options.failed(error);
		});
		return true;
	}

	/** Resolves when it is journalled and acknowledged. */
	async inOrder(push: Push, pushed: Pushed, signal: AbortSignal): Promise<void> {
		// What stands before it in the line ends with the same signal, so the line is short-lived.
		await this.#order.run(pushed.facts.chatId, null, () => this.#journal(pushed, signal));
		acknowledge(push, pushed.facts);
	}

	/** A message this connection sent: other sessions get a push of it, this one does not. */
	async sent(facts: MessageFacts): Promise<void> {
		const { account, appender, tips, signal } = this.#options;
		const { chatId } = facts;
		tips.noteSent(chatId, facts.id, account.services.clock.now());
		await this.#order.run(chatId, signal, async () => {
			const event = await eventFromMessage(account, facts, { sentByNode: true, signal });
			await appender.append([{ event, at: facts.time, recovered: false }]);
		});
	}

	/** Something that is no message, in the order of its chat. */
	async other(chatId: string, work: () => Promise<void>): Promise<void> {
		await this.#order.run(chatId, this.#options.signal, work);
	}

	async #journal({ facts, body, previous }: Pushed, signal: AbortSignal): Promise<void> {
		signal.throwIfAborted();
		const { account, appender } = this.#options;
		const { chatId } = facts;
		this.#learnChat(body);
		if (!isAllowedChat(account, chatId)) return;
		const kind = facts.status === 'EDITED' ? 'edited' : facts.status === 'REMOVED' ? 'deleted' : 'message';
		const event = await eventFromMessage(account, facts, { kind, signal });
		if (kind !== 'message') {
			await appender.append([{ event, at: facts.updateTime ?? facts.time, recovered: false }]);
			return;
		}
		if (this.#judge(facts, previous) === 'gap') await this.#fill(chatId, positionOfMessage(facts), signal);
		// Nothing may be awaited between the judgement and the hand-over: it holds for what is on its way right now.
		const { promise, resolve, reject } = Promise.withResolvers<void>();
		this.#hand(facts, event, this.#judge(facts, previous), (error) => {
			if (error === null) resolve();
			else reject(error);
		});
		await promise;
	}

	#judge(facts: MessageFacts, previous: string | null): Continuity {
		const { account, appender, tips } = this.#options;
		const { state } = appender;
		if (state === null) return 'unproven';
		// A comment is no part of the channel's own history: nothing is proven or missed by it.
		if (id(facts.raw['postId']) !== null) return 'late';
		const position = positionOf(state, facts.chatId);
		// The id of the common position is one of another chat.
		const stored = position === state.since ? { time: position.time, id: '0' } : position;
		return tips.judge(facts.chatId, facts, previous, stored, account.services.clock.now());
	}

	#hand(
		facts: MessageFacts,
		event: ChannelEvent,
		continuity: Continuity,
		settled: (error: Error | null) => void,
	): void {
		const { account, appender, tips } = this.#options;
		const { chatId } = facts;
		const to = positionOfMessage(facts);
		const proven = continuity === 'contiguous';
		// What follows is judged by it; the journal takes both or neither.
		if (proven) tips.set(chatId, facts.id, account.services.clock.now());
		else if (continuity !== 'late') this.#doubts.add(chatId, to);
		this.#underWay += 1;
		appender.hand([{ event, at: facts.time, recovered: false }], proven ? { chatId, to } : null, (error) => {
			this.#underWay -= 1;
			if (error !== null) tips.forget(chatId);
			settled(error);
		});
	}

	async #look(chats: ReadonlyMap<string, Position>): Promise<void> {
		const { account, appender, connection } = this.#options;
		const signal = connection();
		let first = true;
		for (const [chatId, newest] of chats) {
			if (signal.aborted) return;
			// A later message has settled it.
			if (appender.state === null || !isAfter(newest, positionOf(appender.state, chatId))) continue;
			if (!first) await pace(account.services.clock, account.settings.pageDelayMs, signal);
			first = false;
			await this.#order.run(chatId, signal, () => this.#fill(chatId, newest, signal));
		}
	}

	#fill(chatId: string, newest: Position, signal: AbortSignal): Promise<void> {
		return this.#fills.run('', signal, () => fillChat(this.#options.fillContext(signal), chatId, newest));
	}

	#learnChat(body: JsonObject): void {
		const chat = body['chat'];
		if (chat !== undefined && chat !== null) this.#options.account.directory.learnChat(chat);
	}
}

function acknowledge(push: Push, { chatId, id: about }: MessageFacts): void {
	push.acknowledge({ chatId: wireId(chatId), messageId: messageId(about) });
}
