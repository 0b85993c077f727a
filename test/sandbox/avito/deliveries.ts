import { createHmac } from 'node:crypto';
import { Agent, request } from '#lib/undici';
import { z } from '#lib/zod';
import type { SeededRandom } from '../shared';
import { sleep, type SandboxClock } from '../shared';
import { isObject } from './settings';

/** How webhooks travel: what Avito does not document, and what goes wrong on purpose. */
export const webhookPlanSchema = z.strictObject({
	/** SPEC: the receiver answers 200 within two seconds. */
	timeout_ms: z.number().int().positive().default(2000),
	/** GUESS: no document and no evidence of any retry. Further attempts after the first. */
	retry_attempts: z.number().int().nonnegative().default(0),
	retry_delay_ms: z.number().int().nonnegative().default(60_000),
	/** GUESS: whether a repeated delivery carries the same envelope id. The message id is always the same. */
	retry_keeps_envelope_id: z.boolean().default(true),
	/** SEEN: `X-Avito-Messenger-Signature`, 64 hexadecimal digits. */
	signature: z.boolean().default(true),
	/** GUESS, never verified by anybody: HMAC-SHA256 of the raw body with this key. */
	signature_key: z.string().default('sandbox-signature-key'),
	/** Deliveries in flight to one URL; 1 keeps their order. */
	concurrency: z.number().int().positive().max(100).default(1),
	/** Every delivery starts this much later. */
	delay_ms: z.number().int().nonnegative().default(0),
	/** This many deliveries to a URL are collected and sent in random order; what is left goes out after 50 ms. */
	reorder_window: z.number().int().nonnegative().default(0),
	/** The next deliveries, counted over all URLs, that are lost. */
	drop_next: z.number().int().nonnegative().default(0),
	/** The next deliveries, counted over all URLs, that are made twice. */
	duplicate_next: z.number().int().nonnegative().default(0),
	/** Share of deliveries lost, 0…1, by the seeded random. */
	drop_rate: z.number().min(0).max(1).default(0),
	/** Share of deliveries made twice, 0…1. */
	duplicate_rate: z.number().min(0).max(1).default(0),
	/** Holds deliveries back until it is false again. */
	paused: z.boolean().default(false),
});

/** The members to change. */
export const webhookPlanPatchSchema = z.custom<Partial<z.input<typeof webhookPlanSchema>>>(
	isObject,
	'must be an object',
);

export type WebhookPlan = z.output<typeof webhookPlanSchema>;

/** One attempt, or one loss. */
export interface DeliveryRecord {
	readonly n: number;
	/** Milliseconds of the sandbox clock when it began. */
	readonly at: number;
	readonly url: string;
	readonly user_id: number;
	readonly event_id: string | null;
	readonly message_id: string | null;
	/** 1 for the first. */
	readonly attempt: number;
	/** `pending` until it ended; `delivered` = 200. */
	outcome: 'pending' | 'delivered' | 'refused' | 'timeout' | 'error' | 'dropped';
	status: number | null;
	latency_ms: number | null;
	/** Longer than the two seconds Avito allows. */
	slow: boolean;
	error: string | null;
	readonly body: string;
}

/** What is to be sent to one URL. */
export interface Parcel {
	readonly url: string;
	readonly user_id: number;
	readonly message_id: string | null;
	readonly content_type: string;
	/** The raw body for an envelope id; a parcel with a fixed body ignores it. */
	readonly body: (envelopeId: string | null) => string;
	readonly envelope_id: string | null;
	readonly attempt: number;
}

interface Lane {
	readonly queue: Parcel[];
	readonly held: Parcel[];
	running: number;
	flush: (() => void) | undefined;
}

const kept = 50_000;

/** Posts events to the subscribed URLs: in order per URL, a bounded number at once, over kept connections. */
export class Deliveries {
	readonly records: DeliveryRecord[] = [];
	plan: WebhookPlan = webhookPlanSchema.parse({});
	private readonly lanes = new Map<string, Lane>();
	private readonly agent = new Agent({ connections: 16, pipelining: 1 });
	private readonly waiters: Array<() => void> = [];
	private scope = new AbortController();
	private pendingParcels = 0;
	private count = 0;

	constructor(
		private readonly clock: SandboxClock,
		private readonly random: SeededRandom,
	) {}

	/** Parcels accepted and not yet settled: queued, held, waiting for a retry, in flight. */
	get pending(): number {
		return this.pendingParcels;
	}

	/** Resolves when nothing is pending. */
	idle(): Promise<void> {
		if (this.pendingParcels === 0) return Promise.resolve();
		return new Promise((resolve) => this.waiters.push(resolve));
	}

	post(parcel: Parcel): void {
		const { plan } = this;
		if (plan.drop_next > 0 || this.random.next() < plan.drop_rate) {
			this.plan = { ...plan, drop_next: Math.max(0, plan.drop_next - 1) };
			this.record(parcel, parcel.body(parcel.envelope_id)).outcome = 'dropped';
			return;
		}
		this.accept(parcel);
		if (plan.duplicate_next > 0 || this.random.next() < plan.duplicate_rate) {
			this.plan = { ...plan, duplicate_next: Math.max(0, plan.duplicate_next - 1) };
			this.accept(parcel);
		}
	}

	/** Starts what may start, after the plan changed. */
	pump(): void {
		for (const lane of this.lanes.values()) {
			if (this.plan.reorder_window === 0) this.release(lane);
			this.drain(lane);
		}
	}

	/** Forgets what is queued and abandons what is in flight. */
	clear(): void {
		this.scope.abort();
		this.scope = new AbortController();
		for (const lane of this.lanes.values()) {
			lane.flush?.();
			this.settle(lane.queue.splice(0).length + lane.held.splice(0).length);
		}
		this.records.length = 0;
		this.plan = webhookPlanSchema.parse({});
	}

	async close(): Promise<void> {
		this.clear();
		await this.agent.destroy();
	}

	private accept(parcel: Parcel): void {
		this.pendingParcels += 1;
		let lane = this.lanes.get(parcel.url);
		if (lane === undefined) {
			lane = { queue: [], held: [], running: 0, flush: undefined };
			this.lanes.set(parcel.url, lane);
		}
		if (this.plan.reorder_window > 1) return this.hold(lane, parcel);
		lane.queue.push(parcel);
		this.drain(lane);
	}

	private hold(lane: Lane, parcel: Parcel): void {
		lane.held.push(parcel);
		lane.flush?.();
		lane.flush = undefined;
		if (lane.held.length >= this.plan.reorder_window) return this.release(lane);
		lane.flush = this.clock.setTimer(50, () => this.release(lane));
	}

	private release(lane: Lane): void {
		lane.flush?.();
		lane.flush = undefined;
		lane.queue.push(...this.random.shuffled(lane.held.splice(0)));
		this.drain(lane);
	}

	private drain(lane: Lane): void {
		while (!this.plan.paused && lane.running < this.plan.concurrency) {
			const parcel = lane.queue.shift();
			if (parcel === undefined) return;
			lane.running += 1;
			const { signal } = this.scope;
			void this.attempt(parcel, signal).then((retry) => {
				lane.running -= 1;
				if (retry && !signal.aborted) this.retryLater(lane, parcel, signal);
				else this.settle(1);
				this.drain(lane);
			});
		}
	}

	private retryLater(lane: Lane, parcel: Parcel, signal: AbortSignal): void {
		const keep = this.plan.retry_keeps_envelope_id || parcel.envelope_id === null;
		const envelope_id = keep ? parcel.envelope_id : this.random.uuid();
		void sleep(this.clock, this.plan.retry_delay_ms, signal).then(() => {
			if (signal.aborted) return this.settle(1);
			lane.queue.push({ ...parcel, envelope_id, attempt: parcel.attempt + 1 });
			this.drain(lane);
		});
	}

	/** Makes one attempt; true when another one is due. */
	private async attempt(parcel: Parcel, signal: AbortSignal): Promise<boolean> {
		if (this.plan.delay_ms > 0) await sleep(this.clock, this.plan.delay_ms, signal);
		if (signal.aborted) return false;
		const body = parcel.body(parcel.envelope_id);
		const record = this.record(parcel, body);
		const started = performance.now();
		const startedAt = this.clock.now();
		const abort = new AbortController();
		const stop = () => abort.abort();
		signal.addEventListener('abort', stop, { once: true });
		const cancel = this.clock.setTimer(this.plan.timeout_ms, stop);
		try {
			const response = await request(parcel.url, {
				method: 'POST',
				headers: this.headers(parcel, body),
				body,
				dispatcher: this.agent,
				signal: abort.signal,
			});
			await response.body.dump();
			record.status = response.statusCode;
			record.outcome = response.statusCode === 200 ? 'delivered' : 'refused';
		} catch (error) {
			record.outcome = abort.signal.aborted ? 'timeout' : 'error';
			record.error = error instanceof Error ? error.message : String(error);
		} finally {
			cancel();
			signal.removeEventListener('abort', stop);
		}
		record.latency_ms = Math.round(Math.max(performance.now() - started, this.clock.now() - startedAt));
		record.slow = record.latency_ms > 2000 || record.outcome === 'timeout';
		return record.outcome !== 'delivered' && parcel.attempt <= this.plan.retry_attempts;
	}

	private headers(parcel: Parcel, body: string): Record<string, string> {
		const headers: Record<string, string> = { 'Content-Type': parcel.content_type };
		if (!this.plan.signature) return headers;
		const signature = createHmac('sha256', this.plan.signature_key).update(body).digest('hex');
		return { ...headers, 'X-Avito-Messenger-Signature': signature };
	}

	private record(parcel: Parcel, body: string): DeliveryRecord {
		const record: DeliveryRecord = {
			n: ++this.count,
			at: this.clock.now(),
			url: parcel.url,
			user_id: parcel.user_id,
			event_id: parcel.envelope_id,
			message_id: parcel.message_id,
			attempt: parcel.attempt,
			outcome: 'pending',
			status: null,
			latency_ms: null,
			slow: false,
			error: null,
			body,
		};
		this.records.push(record);
		if (this.records.length > kept * 1.1) this.records.splice(0, this.records.length - kept);
		return record;
	}

	private settle(count: number): void {
		this.pendingParcels -= count;
		if (this.pendingParcels > 0) return;
		for (const wake of this.waiters.splice(0)) wake();
	}
}
