import { seal } from '../crypto/message';
import type { World } from '../state/world';
import type { TlObject } from '../tl/value';
import { encodeProtocol } from '../tl/layers';
import type { AuthKey } from './auth-key';
import type { Connection } from './connection';
import { ServerClock } from './server-clock';

/** A message of ours on its way: numbered when first sent, kept until acknowledged. */
interface Sent {
	readonly msgId: bigint;
	readonly seqno: number;
	readonly body: Buffer;
}

const containerId = 0x73f1f8dc;
const maxInContainer = 100;
const maxContainerBytes = 512 * 1024;
const remembered = 1000;
/** Pieces of files are not kept for repeats: a long download would fill the memory. */
const largestKept = 64 * 1024;

/** One MTProto session of one auth key: numbers, acknowledgements, answers kept for repeats, pushes that wait. */
export class Session {
	/** Where pushes go; the newest connection that used the session. */
	connection: Connection | undefined;
	/** Made an API call that wants updates. */
	wantsUpdates = false;
	lastSeen: number;
	/** Messages of the client that were seen, newest last. */
	readonly seen = new Set<bigint>();
	/** Bodies of answers by request, for a request that comes twice. */
	readonly answers = new Map<bigint, Buffer>();
	/** Requests being carried out. */
	readonly running = new Map<bigint, Promise<boolean>>();
	readonly unacknowledged = new Map<bigint, Sent>();
	/** Highest content-related message of the client and its number. */
	lastContent: { msgId: bigint; seqno: number } | undefined;
	pendingAcks: bigint[] = [];
	private contentCount = 0;
	private readonly clock: ServerClock;
	private outbox: { readonly item: Sent; readonly connection: Connection; readonly cut: boolean }[] = [];
	private flushing = false;
	private missed = false;
	private queuedPushes: Buffer[] = [];

	constructor(
		readonly world: World,
		readonly key: AuthKey,
		readonly id: bigint,
	) {
		this.clock = new ServerClock(world);
		this.lastSeen = world.now();
	}

	/** A connection uses this session; what waited for one goes out. */
	enter(connection: Connection): void {
		this.lastSeen = this.world.now();
		if (this.connection === connection) return;
		this.connection = connection;
		connection.sessions.add(this);
		if (this.world.policy.redeliverUnacknowledged) {
			for (const item of this.unacknowledged.values()) this.enqueue(item, connection, false);
		}
		const waiting = this.queuedPushes.splice(0);
		for (const body of waiting) this.sendContent(body, 'push', connection);
		if (this.missed) this.sendPushed({ _: 'updatesTooLong' });
		this.missed = false;
	}

	left(connection: Connection): void {
		if (this.connection === connection) this.connection = undefined;
		this.outbox = this.outbox.filter((one) => one.connection !== connection);
	}

	remember(msgId: bigint): void {
		this.seen.add(msgId);
		if (this.seen.size > remembered * 4) this.seen.delete(first(this.seen));
	}

	/** Keeps an answer for a request that comes twice; one too large to keep is worked out again instead. */
	keepAnswer(request: bigint, body: Buffer): void {
		if (body.length > largestKept) {
			this.seen.delete(request);
			return;
		}
		this.answers.set(request, body);
		if (this.answers.size > 200) this.answers.delete(first(this.answers.keys()));
	}

	acknowledged(msgIds: readonly bigint[]): void {
		for (const id of msgIds) this.unacknowledged.delete(id);
	}

	/** A service message: no acknowledgement expected. */
	sendService(object: TlObject, connection: Connection | undefined = this.connection): void {
		if (connection === undefined) return;
		const item = {
			msgId: this.clock.messageId('push'),
			seqno: this.contentCount * 2,
			body: encodeProtocol(object),
		};
		this.enqueue(item, connection, false);
	}

	/** Something the client must acknowledge: an answer, new_session_created, a push. */
	sendContent(body: Buffer, kind: 'answer' | 'push', connection: Connection | undefined, cut = false): void {
		if (connection === undefined || connection.ended) {
			if (kind === 'push') this.queue(body);
			return;
		}
		const item = { msgId: this.clock.messageId(kind), seqno: this.contentCount * 2 + 1, body };
		this.contentCount += 1;
		if (body.length <= largestKept) this.unacknowledged.set(item.msgId, item);
		if (this.unacknowledged.size > remembered) this.unacknowledged.delete(first(this.unacknowledged.keys()));
		this.enqueue(item, connection, cut);
	}

	/** A push already encoded for this session's layer. */
	push(body: Buffer): void {
		this.sendContent(body, 'push', this.connection);
	}

	/** msgs_state_info, one byte per asked message: 4 received, 1 unknown. */
	states(msgIds: readonly bigint[]): Buffer {
		return Buffer.from(msgIds.map((id) => (this.seen.has(id) ? 4 : 1)));
	}

	resend(msgIds: readonly bigint[], connection: Connection): void {
		for (const id of msgIds) {
			const item = this.unacknowledged.get(id);
			if (item !== undefined) this.enqueue(item, connection, false);
		}
	}

	private sendPushed(object: TlObject): void {
		this.sendContent(this.world.encodeFor(this, object), 'push', this.connection);
	}

	private queue(body: Buffer): void {
		this.queuedPushes.push(body);
		if (this.queuedPushes.length > this.world.policy.queuedPushes) {
			this.queuedPushes = [];
			this.missed = true;
		}
	}

	private enqueue(item: Sent, connection: Connection, cut: boolean): void {
		this.outbox.push({ item, connection, cut });
		if (this.flushing) return;
		this.flushing = true;
		// One turn of the event loop gathers what belongs together, as a server's write buffer does.
		setImmediate(() => {
			this.flushing = false;
			this.flush();
		});
	}

	/** Writes what gathered; nothing while the fault `hold` is on. */
	flush(): void {
		if (this.world.faults.hold) return;
		if (this.pendingAcks.length > 0 && this.connection !== undefined) {
			const acks = { _: 'msgs_ack', msg_ids: this.pendingAcks.splice(0) };
			const body = encodeProtocol(acks);
			const item = { msgId: this.clock.messageId('push'), seqno: this.contentCount * 2, body };
			this.outbox.push({ item, connection: this.connection, cut: false });
		}
		const byConnection = new Map<Connection, { items: Sent[]; cut: boolean }>();
		for (const { item, connection, cut } of this.outbox.splice(0)) {
			const group = byConnection.get(connection) ?? { items: [], cut: false };
			group.items.push(item);
			group.cut ||= cut;
			byConnection.set(connection, group);
		}
		for (const [connection, { items, cut }] of byConnection) {
			for (const batch of batches(items)) this.write(connection, batch, cut);
		}
	}

	private write(connection: Connection, batch: readonly Sent[], cut: boolean): void {
		const [only] = batch;
		const message = batch.length === 1 && only !== undefined ? only : this.container(batch);
		const head = Buffer.alloc(32);
		head.writeBigInt64LE(this.key.currentSalt(this.world.serverSeconds()), 0);
		head.writeBigInt64LE(this.id, 8);
		head.writeBigInt64LE(message.msgId, 16);
		head.writeInt32LE(message.seqno, 24);
		head.writeInt32LE(message.body.length, 28);
		connection.send(
			seal(this.key.data, this.key.idBytes, Buffer.concat([head, message.body]), 'server'),
			cut,
		);
	}

	private container(batch: readonly Sent[]): Sent {
		const head = Buffer.alloc(8);
		head.writeUInt32LE(containerId, 0);
		head.writeInt32LE(batch.length, 4);
		const parts = batch.flatMap(({ msgId, seqno, body }) => {
			const one = Buffer.alloc(16);
			one.writeBigInt64LE(msgId, 0);
			one.writeInt32LE(seqno, 8);
			one.writeInt32LE(body.length, 12);
			return [one, body];
		});
		const msgId = this.clock.messageId('push');
		return { msgId, seqno: this.contentCount * 2, body: Buffer.concat([head, ...parts]) };
	}
}

function first<T>(values: Iterable<T>): T {
	for (const value of values) return value;
	throw new Error('empty');
}

function batches(items: readonly Sent[]): Sent[][] {
	const result: Sent[][] = [];
	let size = 0;
	for (const item of items) {
		const batch = result.at(-1);
		if (
			batch === undefined ||
			batch.length >= maxInContainer ||
			size + item.body.length > maxContainerBytes
		) {
			result.push([item]);
			size = item.body.length;
		} else {
			batch.push(item);
			size += item.body.length;
		}
	}
	return result;
}
