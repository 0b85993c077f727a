import type { JsonObject, Random } from '../../../../src/contract';
import { markPeer } from '../../../../src/channels/telegram/peers/marked-id';
import { child, int, ints, long, text, type TlObject } from '../../../../src/channels/telegram/tl';
import { UpdateEngine } from '../../../../src/channels/telegram/updates/engine';
import { formatState, parseState } from '../../../../src/channels/telegram/updates/state';
import type { Applied, EngineInput, EngineRequest } from '../../../../src/channels/telegram/updates/types';
import { markId } from '../../../../src/channels/telegram/peers/marked-id';
import { seededRandom } from '../../../support/manual-clock';
import { Provider } from './provider';

export interface ScenarioOptions {
	seed: number;
	updates: number;
	/** share of pushes that get lost on a live connection */
	loss: number;
	doubling: number;
	/** longest delay of a push, ms: more than the distance of two means reordering */
	jitterMs: number;
	/** chance per update that the connection breaks */
	cuts: number;
	/** chance per update that the process dies and starts from the stored state */
	crashes: number;
	/** chance that a request fails */
	failures: number;
	slice: number;
	tooLong: number;
}

interface Folded {
	version: number;
	text: string;
	deleted: boolean;
}

/** A journal as the store keeps it: every event once, the state with it. */
class ModelJournal {
	readonly chats = new Map<string, Map<number, Folded>>();
	readonly gaps: Applied[] = [];
	/** chat → ids of new messages in the order they came, with how */
	readonly order = new Map<string, { id: number; recovered: boolean }[]>();
	state: JsonObject | null = null;
	readonly #ids = new Set<string>();
	/** ids of private chats are unique in the account: a deletion names no chat */
	readonly #chatOf = new Map<number, string>();
	readonly #deletedBefore = new Set<string>();

	append(applied: readonly Applied[], state: JsonObject | null): void {
		for (const item of applied) this.#one(item);
		if (state !== null) this.state = state;
	}

	#one(item: Applied): void {
		if (item.kind === 'gap') {
			this.gaps.push(item);
			return;
		}
		const { update } = item;
		const message = child(update, 'message');
		if (message !== null) this.#message(update._, message, item.recovered);
		const channel = long(update, 'channel_id');
		if (/^updateDelete(Channel)?Messages$/.test(update._)) {
			for (const id of ints(update, 'messages'))
				this.#delete(channel === null ? null : markId('channel', channel), id);
		}
	}

	#message(name: string, message: TlObject, recovered: boolean): void {
		const chat = markPeer(child(message, 'peer_id')) ?? '';
		const id = int(message, 'id') ?? 0;
		const version = int(message, 'version') ?? 0;
		const isNew = name.startsWith('updateNew');
		const eventId = isNew ? `${chat}:${String(id)}` : `${chat}:${String(id)}:${String(version)}`;
		if (this.#ids.has(eventId)) return;
		this.#ids.add(eventId);
		if (isNew) {
			const order = this.order.get(chat) ?? [];
			order.push({ id, recovered });
			this.order.set(chat, order);
			if (!chat.startsWith('-100')) this.#chatOf.set(id, chat);
		}
		const folded = this.chats.get(chat) ?? new Map<number, Folded>();
		this.chats.set(chat, folded);
		const known = folded.get(id);
		if (known !== undefined && known.version >= version && !isNew) return;
		if (known !== undefined && known.version > version) return;
		const deleted = (known?.deleted ?? false) || this.#deletedBefore.has(`${chat}:${String(id)}`);
		folded.set(id, { version, text: text(message, 'message'), deleted });
	}

	#delete(channel: string | null, id: number): void {
		const chat = channel ?? this.#chatOf.get(id);
		if (chat === undefined) return;
		const known = this.chats.get(chat)?.get(id);
		if (known === undefined) this.#deletedBefore.add(`${chat}:${String(id)}`);
		else known.deleted = true;
	}
}

interface Happening {
	at: number;
	order: number;
	run(): void;
}

/** Virtual time: what is to happen, by time. */
class Timeline {
	now = Date.parse('2026-03-01T00:00:00Z');
	readonly #heap: Happening[] = [];
	#count = 0;

	at(at: number, run: () => void): void {
		this.#heap.push({ at, order: this.#count++, run });
		for (let child = this.#heap.length - 1; child > 0;) {
			const parent = (child - 1) >> 1;
			if (!this.#before(child, parent)) break;
			this.#swap(child, parent);
			child = parent;
		}
	}

	/** Runs what is due until `until`; `false` when nothing was left. */
	step(until: number): boolean {
		const next = this.#heap[0];
		if (next === undefined || next.at > until) {
			this.now = until;
			return false;
		}
		const last = this.#heap.pop();
		if (last !== undefined && this.#heap.length > 0) {
			this.#heap[0] = last;
			for (let parent = 0; ;) {
				const left = 2 * parent + 1;
				const child = left + 1 < this.#heap.length && this.#before(left + 1, left) ? left + 1 : left;
				if (child >= this.#heap.length || !this.#before(child, parent)) break;
				this.#swap(child, parent);
				parent = child;
			}
		}
		this.now = Math.max(this.now, next.at);
		next.run();
		return true;
	}

	#before(a: number, b: number): boolean {
		const first = this.#heap[a];
		const second = this.#heap[b];
		if (first === undefined || second === undefined) return false;
		return first.at < second.at || (first.at === second.at && first.order < second.order);
	}

	#swap(a: number, b: number): void {
		const first = this.#heap[a];
		const second = this.#heap[b];
		if (first === undefined || second === undefined) return;
		this.#heap[a] = second;
		this.#heap[b] = first;
	}
}

export interface ScenarioResult {
	provider: Provider;
	journal: ModelJournal;
	/** seeds that never meet an obstacle prove nothing */
	met: { lost: number; doubled: number; cuts: number; crashes: number; tooLongs: number; requests: number };
	caughtUp: boolean;
}

const SELF = '1';

/** Plays a history against an engine over a bad connection and lets it settle at the end. */
export function play(options: ScenarioOptions): ScenarioResult {
	const random: Random = seededRandom(options.seed);
	const time = new Timeline();
	const provider = new Provider({
		random,
		privateChats: 6,
		channels: 19,
		slice: options.slice,
		tooLong: options.tooLong,
		now: () => time.now,
	});
	const journal = new ModelJournal();
	const met = { lost: 0, doubled: 0, cuts: 0, crashes: 0, tooLongs: 0, requests: 0 };
	let online = true;
	/** everything under way on an older connection is lost */
	let connection = 0;
	let wakeAt = Infinity;

	const start = (): UpdateEngine => {
		const made = new UpdateEngine({
			self: SELF,
			session: 'a',
			state: parseState(journal.state),
			recoverSince: 0,
			watched: [],
			random,
			knows: () => true,
		});
		made.start(time.now);
		return made;
	};
	let engine: UpdateEngine;

	const pump = (): void => {
		for (;;) {
			const { apply, requests, moved } = engine.take(time.now);
			const state = engine.state();
			if (apply.length > 0 || moved) journal.append(apply, state === null ? null : formatState(state));
			if (requests.length === 0) break;
			for (const request of requests) ask(request);
		}
		const next = engine.nextAt(time.now);
		if (next < wakeAt) {
			wakeAt = next;
			time.at(next, () => {
				wakeAt = Infinity;
				engine.tick(time.now);
				pump();
			});
		}
	};

	const ask = (request: EngineRequest): void => {
		met.requests += 1;
		const asked = engine;
		const onConnection = connection;
		const answerLater = (settle: () => void): void => {
			time.at(time.now + 5 + random.next() * 80, () => {
				if (asked !== engine) return;
				settle();
				pump();
			});
		};
		if (!online) {
			answerLater(() => {
				engine.fail(request, { kind: 'retry' }, time.now);
			});
			return;
		}
		time.at(time.now + 5 + random.next() * 40, () => {
			if (asked !== engine) return;
			const failed = onConnection !== connection || random.next() < options.failures;
			const answer = failed ? null : provider.answer(request);
			answerLater(() => {
				if (answer === null || onConnection !== connection) engine.fail(request, { kind: 'retry' }, time.now);
				else engine.answer(request, answer, time.now);
			});
		});
	};

	const receive = (input: EngineInput): void => {
		engine.receive(input, time.now);
		pump();
	};

	const push = (payload: TlObject): void => {
		if (!online) return;
		if (random.next() < options.loss) {
			met.lost += 1;
			return;
		}
		const copies = random.next() < options.doubling ? 2 : 1;
		if (copies === 2) met.doubled += 1;
		for (let copy = 0; copy < copies; copy += 1) {
			const onConnection = connection;
			time.at(time.now + random.next() * options.jitterMs, () => {
				if (onConnection === connection) receive({ kind: 'updates', payload });
			});
		}
	};

	const cut = (): void => {
		met.cuts += 1;
		connection += 1;
		online = false;
		time.at(time.now + random.next() * 20_000, () => {
			online = true;
			receive({ kind: 'interrupted' });
		});
	};

	// Something was said before we came: none of it is news.
	for (const chat of provider.chats.keys()) provider.say(chat);
	for (let index = 0; index < 60; index += 1) provider.happen();
	time.now += 10_000;
	const before = new Map([...provider.chats].map(([chat, messages]) => [chat, messages.length]));
	engine = start();
	pump();
	while (!engine.caughtUp) time.step(time.now + 1000);

	for (let index = 0; index < options.updates; index += 1) {
		const until = time.now + random.next() * 300;
		while (time.step(until));
		if (random.next() < 0.03) push(provider.presence());
		push(provider.happen());
		if (online && random.next() < options.cuts) cut();
		if (random.next() < options.crashes) {
			met.crashes += 1;
			engine = start();
			wakeAt = Infinity;
			pump();
		}
	}
	// What was lost last is found by the idle check, at the latest.
	const end = time.now + 2.5 * 900_000;
	while (time.step(end));
	met.tooLongs = provider.tooLongs;
	for (const [chat, length] of before) provider.chats.get(chat)?.splice(0, length);
	return { provider, journal, met, caughtUp: engine.caughtUp };
}
