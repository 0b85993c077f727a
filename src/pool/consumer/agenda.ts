import type { Clock } from '../../contract';
import {
	cutOldest,
	dequeue,
	emptyChat,
	enqueue,
	isIdle,
	newEmission,
	nextStep,
	type Chat,
	type ChatRules,
	type Emission,
	type Pending,
} from './chat';
import type { Place, Seat, Window } from './window';

export interface AgendaOptions {
	clock: Clock;
	window: Window;
	rules(): ChatRules;
	/** Which of the head of a queue are not to be emitted after all. */
	unwanted(chat: Chat, head: readonly Pending[]): Pending[];
	/** These left the queue unwanted. */
	dropped(pending: readonly Pending[]): void;
	/** These left the queue to be emitted. */
	started(pending: readonly Pending[]): void;
	/** A place was taken; the launch releases it. */
	launch(chat: Chat, emission: Emission, place: Place): void;
	/** Called after each round. */
	idle(): void;
}

/**
 * Whose turn is it? The chats of one consumer, which of them are ready, and the timers of those that wait for a moment.
 * A round emits while the node's window has a place; chats take turns.
 */
export interface Agenda {
	add(chatId: string, pending: Pending, first?: boolean): void;
	/** An unsettled emit of an earlier life, or one that is still under way. */
	addEmission(chatId: string, emission: Emission): void;
	hold(chatId: string, pending: Pending, until: number): void;
	/** @returns the held entry, out of its hold */
	unhold(chatId: string, seq: number): Pending | undefined;
	cut(chatId: string, perChat: number): Pending[];
	removeEmission(chat: Chat, emission: Emission): void;
	chat(chatId: string): Chat;
	/** Something changed for one chat, or for all. */
	touch(chat: Chat): void;
	touchAll(): void;
	end(): void;
	/** events waiting, without those under way */
	readonly pending: number;
	/** is something ready that waits for a place only? */
	readonly waitsForPlace: boolean;
	readonly emissions: number;
}

export function createAgenda(options: AgendaOptions): Agenda {
	const { clock } = options;
	const chats = new Map<string, Chat>();
	const ready = new Set<Chat>();
	const timers = new Map<Chat, () => void>();
	const seat: Seat = options.window.join(wake);
	let pending = 0;
	let emissions = 0;
	let scheduled = false;
	let ended = false;

	/** One round per turn of the event loop's microtasks, however many things changed. */
	function wake(): void {
		if (scheduled || ended) return;
		scheduled = true;
		queueMicrotask(() => {
			scheduled = false;
			if (!ended) round();
		});
	}

	function round(): void {
		for (const chat of ready) {
			const step = nextStep(chat, clock.now(), options.rules());
			if (step.step === 'wait') {
				ready.delete(chat);
				waitUntil(chat, step.until);
				continue;
			}
			if (step.step === 'start' && dropUnwanted(chat, step.count)) {
				touch(chat);
				continue;
			}
			const place = seat.tryTake();
			if (place === null) {
				options.idle();
				return;
			}
			const emission = step.step === 'again' ? step.emission : start(chat, step.count);
			emission.state = 'flying';
			emission.orderUntil ??= clock.now() + options.rules().chatOrderMs;
			// To the back of the line; a Set walks on to what is added while it is walked.
			ready.delete(chat);
			ready.add(chat);
			options.launch(chat, emission, place);
		}
		seat.pass();
		options.idle();
	}

	function dropUnwanted(chat: Chat, count: number): boolean {
		const unwanted = options.unwanted(chat, chat.queue.slice(0, count));
		if (unwanted.length === 0) return false;
		chat.queue = chat.queue.filter((item) => !unwanted.includes(item));
		for (const item of unwanted) if (item.catchUp) chat.catchUp -= 1;
		pending -= unwanted.length;
		options.dropped(unwanted);
		return true;
	}

	function start(chat: Chat, count: number): Emission {
		const members = dequeue(chat, count);
		pending -= members.length;
		options.started(members);
		const emission = newEmission(members[0]?.source ?? 'journal', members, {
			attempt: 1,
			key: null,
			replaces: null,
		});
		chat.emissions.push(emission);
		emissions += 1;
		return emission;
	}

	function waitUntil(chat: Chat, until: number | null): void {
		timers.get(chat)?.();
		timers.delete(chat);
		if (until !== null) {
			const cancel = clock.after(Math.max(1, until - clock.now()), () => {
				timers.delete(chat);
				touch(chat);
			});
			timers.set(chat, cancel);
		} else if (isIdle(chat)) {
			chats.delete(chat.id);
		}
	}

	function touch(chat: Chat): void {
		if (ended) return;
		// A chat that was idle may have been dropped from the map meanwhile.
		chats.set(chat.id, chat);
		ready.add(chat);
		wake();
	}

	function chatOf(chatId: string): Chat {
		const known = chats.get(chatId);
		if (known !== undefined) return known;
		const chat = emptyChat(chatId);
		chats.set(chatId, chat);
		return chat;
	}

	return {
		add(chatId, item, first = false) {
			const chat = chatOf(chatId);
			enqueue(chat, item, first);
			pending += 1;
			touch(chat);
		},
		addEmission(chatId, emission) {
			const chat = chatOf(chatId);
			chat.emissions.push(emission);
			emissions += 1;
			touch(chat);
		},
		hold(chatId, item, until) {
			const chat = chatOf(chatId);
			chat.held.set(item.seq, { pending: item, until });
			touch(chat);
		},
		unhold(chatId, seq) {
			const chat = chats.get(chatId);
			const held = chat?.held.get(seq);
			if (chat === undefined || held === undefined) return undefined;
			chat.held.delete(seq);
			touch(chat);
			return held.pending;
		},
		cut(chatId, perChat) {
			const chat = chats.get(chatId);
			const cut = chat === undefined ? [] : cutOldest(chat, perChat);
			pending -= cut.length;
			return cut;
		},
		removeEmission(chat, emission) {
			const index = chat.emissions.indexOf(emission);
			if (index === -1) return;
			chat.emissions.splice(index, 1);
			emissions -= 1;
		},
		chat: chatOf,
		touch,
		touchAll() {
			for (const chat of chats.values()) ready.add(chat);
			wake();
		},
		end() {
			ended = true;
			for (const cancel of timers.values()) cancel();
			timers.clear();
			seat.leave();
		},
		get pending() {
			return pending;
		},
		get waitsForPlace() {
			return ready.size > 0;
		},
		get emissions() {
			return emissions;
		},
	};
}
