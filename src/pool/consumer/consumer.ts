import type {
	AccountId,
	Clock,
	ConsumerPosition,
	ConsumerRecord,
	EngineEvent,
	JournalEntry,
	Logger,
	Random,
	Store,
} from '../../contract';
import { createAcknowledger } from './acknowledger';
import { createAgenda } from './agenda';
import { createBodies, unjournalled } from './bodies';
import type { Chat, Pending } from './chat';
import type { CompiledFilter } from './filter';
import { createFlights } from './flights';
import { createGapTeller } from './gap-teller';
import { createHolds } from './holds';
import { createIntake } from './intake';
import { judge, openPosition, type JudgeRules } from './judge';
import type { LauncherOptions } from './launcher';
import { journalLedger, memoryLedger, sinceLedger } from './ledger';
import { CONSUMER_LIMITS, type ConsumerLimits } from './limits';
import type { NodeMemory } from './node-memory';
import { isQuiet } from './quiet';
import { createStart, type StartMark } from './start-from-time';
import { takeUp } from './take-up';
import type { Consumer, ConsumerHost, ConsumerRequest } from './types';

export interface ConsumerSetup {
	store: Store;
	account: AccountId;
	clock: Clock;
	random: Random;
	logger: Logger;
	request: ConsumerRequest;
	record: ConsumerRecord;
	position: ConsumerPosition;
	/** entries of its unsettled emits */
	unsettled: readonly JournalEntry[];
	/** last journal number when it attached */
	backlogEnd: number;
	filter: CompiledFilter;
	memory: NodeMemory;
	host: ConsumerHost;
	/** resolves when the account is live */
	live: Promise<void>;
	/** a start at a chosen time, begun or done, or null */
	start: StartMark | null;
	since: ((sinceMs: number, signal: AbortSignal) => AsyncIterable<EngineEvent>) | undefined;
	limits?: ConsumerLimits;
}

/**
 * One trigger node on one account: reads the journal after its position, emits what its filter accepts, keeps its
 * progress. Woken by appends, never polls; its memory is bounded whatever the backlog. This file only joins the parts:
 * intake (reads) → judge → agenda (whose turn) → flights (emit, settle) → acknowledger (writes).
 */
export function createConsumer(setup: ConsumerSetup): Consumer {
	const { store, account, clock, random, logger, request, record, memory, host } = setup;
	const { batch, chatOrderMs, acknowledge: mode, catchUpPerChat, quietAfterDeviceMs } = request.options;
	const limits = setup.limits ?? CONSUMER_LIMITS;
	const position = openPosition(setup.position);
	const rules: JudgeRules = {
		consumer: record.id,
		filter: setup.filter,
		notBefore: record.notBefore,
		cutBefore: clock.now() - record.catchUpMs,
		backlogEnd: setup.backlogEnd,
	};
	const bodies = createBodies(limits.bodies);
	const acknowledger = createAcknowledger({ store, consumer: record.id, clock, random, logger });
	const since = sinceLedger(store, account, record.id);
	let livePending = 0;
	let liveDropped = 0;
	let recovering = true;
	/** The whole backlog is looked through before the first emit: its size per chat decides what is cut. */
	let inBacklog = position.start < setup.backlogEnd;
	let ended = false;

	const launcher: LauncherOptions = {
		store,
		account,
		identity: request.identity,
		wantsRaw: request.options.wantsRaw,
		handedOn: memory.handedOn,
		ledgers: {
			journal: journalLedger({ store, consumer: record.id, clock, acknowledger }),
			since,
			live: memoryLedger,
		},
		deliver: (delivery) => request.deliver(delivery),
		ended: () => ended,
	};
	const agenda = createAgenda({
		clock,
		window: memory.window,
		rules: () => ({ chatOrderMs, batch, complete: isComplete(), mayStart: mayStart() }),
		unwanted: quietOnes,
		dropped: (items) => {
			left(items);
			start.left(items.filter((item) => item.source === 'since').length);
			acknowledger.pass(items.filter((item) => item.source === 'journal').map((item) => item.seq));
		},
		started: left,
		launch: (chat, emission, place) => {
			flights.fly(chat, emission, place);
		},
		idle: () => {
			intake.read();
			start.room();
		},
	});
	const flights = createFlights({
		launcher,
		mode,
		clock,
		random,
		maxRepeats: limits.repeats,
		agenda,
		gaveUp: (event) => {
			host.gaveUp(event, record.id);
		},
		settled: (emission) => {
			if (emission.source === 'since') start.left(emission.members.length);
		},
		stuck: (emission) => {
			if (emission.source === 'since') start.stuck(emission.members.length);
		},
	});
	const gaps = createGapTeller({
		clock,
		random,
		logger,
		journal: (gap) => host.tellGap(gap, record.id),
		pass: (seqs) => {
			acknowledger.pass(seqs);
		},
	});
	const holds = createHolds(clock, agenda);
	const intake = createIntake({
		store,
		account,
		start: position.start,
		clock,
		random,
		logger,
		wantsMore,
		take,
		reachedEnd: () => {
			// The last entries of the backlog may have been swept; and a batch may be complete now.
			leaveBacklog();
			if (batch !== null) agenda.touchAll();
		},
	});
	const start = createStart({
		mark: setup.start,
		live: setup.live,
		since: setup.since,
		ledger: since,
		mode,
		handedOn: (key) => memory.handedOn.has(key),
		clock,
		random,
		logger,
		accepts: (event) => setup.filter.accepts(event),
		add: (chatId, pending) => {
			agenda.add(chatId, pending);
		},
		repeat: (chatId, emission) => {
			agenda.addEmission(chatId, emission);
		},
		hasRoom: () => agenda.pending < limits.readAhead,
		exhausted: () => {
			agenda.touchAll();
		},
		done: () => {
			intake.read();
			agenda.touchAll();
		},
		saveMark: (mark) => {
			record.extra = { ...record.extra, start: { ...mark } };
			return store.saveConsumer({ ...record });
		},
	});

	function leaveBacklog(): void {
		if (!inBacklog) return;
		inBacklog = false;
		gaps.tell();
		agenda.touchAll();
	}

	function mayStart(): boolean {
		return flights.mayStart() && (start.running || !inBacklog);
	}

	function isComplete(): boolean {
		if (start.running) return start.exhausted || agenda.pending >= limits.readAhead;
		return intake.atEnd || agenda.pending >= limits.pending;
	}

	function wantsMore(): boolean {
		if (ended || start.running || agenda.pending >= limits.pending) return false;
		// A batch needs all of its chat; and when every waiting event waits for its own chat, other chats must not wait with it.
		if (inBacklog || batch !== null) return true;
		return agenda.pending < limits.readAhead || !agenda.waitsForPlace;
	}

	function take(entries: readonly JournalEntry[]): void {
		const passed: number[] = [];
		for (const entry of entries) {
			if (position.skips(entry.seq)) continue;
			switch (start.handed(entry.eventId) ? 'pass' : judge(entry, rules, clock.now())) {
				case 'pass':
					passed.push(entry.seq);
					break;
				case 'cut':
					gaps.add(entry.chatId, entry);
					break;
				case 'held':
				case 'take':
					admit(entry);
			}
		}
		if (passed.length > 0) acknowledger.pass(passed);
		if ((entries[entries.length - 1]?.seq ?? 0) >= setup.backlogEnd) leaveBacklog();
	}

	function admit(entry: JournalEntry): void {
		const until = Math.max(
			entry.heldBy === null ? 0 : (entry.heldUntil ?? 0),
			host.holdUntil(entry.seq) ?? 0,
		);
		const isHeld = until > clock.now();
		const catchUp = !isHeld && (entry.seq <= setup.backlogEnd || (recovering && entry.recovered));
		const pending = bodies.pending(entry, catchUp);
		if (isHeld) {
			// Read when its turn comes: the wait may have taken it by then, in whatever process.
			bodies.leaves(pending);
			pending.event = null;
			holds.hold(entry.chatId, pending, until);
			return;
		}
		agenda.add(entry.chatId, pending, entry.event?.event_type === 'gap');
		if (!catchUp) return;
		for (const cut of agenda.cut(entry.chatId, catchUpPerChat)) {
			bodies.leaves(cut);
			gaps.add(entry.chatId, cut);
		}
	}

	function left(items: readonly Pending[]): void {
		for (const item of items) {
			bodies.leaves(item);
			if (item.source === 'live') livePending -= 1;
		}
	}

	/** Messages in a chat a person has taken over are done without an execution. */
	function quietOnes(chat: Chat, head: readonly Pending[]): Pending[] {
		if (quietAfterDeviceMs <= 0) return [];
		const times = host.deviceTimes(chat.id);
		if (times.length === 0) return [];
		return head.filter((item) => item.inbound && isQuiet(times, item.at, clock.now(), quietAfterDeviceMs));
	}

	takeUp({
		unsettled: setup.position.unsettled,
		entries: setup.unsettled,
		mode,
		handedOn: (key) => memory.handedOn.has(key),
		acknowledger,
		add: (chatId, emission) => {
			agenda.addEmission(chatId, emission);
		},
		gaveUp: (event) => {
			host.gaveUp(event, record.id);
		},
	});
	intake.read();

	return {
		appended(entries) {
			intake.appended(entries);
		},
		live(event) {
			if (ended || !setup.filter.accepts(event)) return;
			if (livePending >= limits.live) {
				liveDropped += 1;
				return;
			}
			livePending += 1;
			agenda.add(event.external_chat_id, unjournalled('live', event, clock.now(), clock.now()));
		},
		caughtUp() {
			if (!recovering) return;
			recovering = false;
			if (!inBacklog) gaps.tell();
		},
		released(seq) {
			holds.release(seq);
		},
		consumed(seq) {
			if (holds.consume(seq)) acknowledger.pass([seq]);
		},
		end() {
			if (ended) return;
			ended = true;
			start.end();
			intake.end();
			agenda.end();
			holds.end();
			gaps.end();
			acknowledger.end();
		},
		async idle() {
			await acknowledger.idle();
			await since.idle();
		},
		stats: () => ({
			pending: agenda.pending,
			launching: flights.launching,
			unsettled: agenda.emissions,
			cursor: intake.cursor,
			atEnd: intake.atEnd,
			liveDropped,
		}),
	};
}
