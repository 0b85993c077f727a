import { packBody } from '../codec/compress';
import type { Compression } from '../codec/compress';
import { encodeFrame } from '../codec/frame';
import { formatJson, jsonVersion } from '../codec/json';
import { encodeMsgpack } from '../codec/msgpack';
import type { Outgoing, Wire } from '../codec/wire';
import { takeFault } from '../faults';
import type { Dialect } from '../fields';
import type { Refusal } from '../refusal';
import type { Session, User } from '../state/model';
import type { ConnectionRecord } from './log';
import { mutate, toOutgoing } from './mutate';
import type { World } from './world';

/** A socket of one of the front ends, which knows how one encoded frame leaves. */
export interface Pipe {
	readonly kind: 'tcp' | 'websocket' | 'json';
	readonly secure: boolean;
	readonly remote: string;
	/** Sends one frame; `splitBytes` and `joinFrames` as in the faults (0: off). */
	send(frame: Buffer, splitBytes: number, joinFrames: number): void;
	/** Sends the first half of a frame and cuts the connection. */
	sendHalf(frame: Buffer): void;
	/** Ends politely. `code` is the WebSocket close code. */
	end(code: number): void;
	/** Cuts without a word. */
	destroy(): void;
}

/** What SESSION_INIT told. */
export interface Device {
	readonly type: string;
	readonly appVersion: string;
	readonly deviceId: string;
	readonly name: string;
	readonly osVersion: string;
	readonly callsSeed: bigint | undefined;
}

/** One frame to send, before encoding. */
interface Envelope {
	readonly cmd: number;
	readonly seq: number;
	readonly opcode: number;
	readonly payload: Outgoing;
}

export type ConnectionState = 'new' | 'init' | 'online' | 'closed';

/** One client connection: its place in the state machine, its counters, and everything that leaves on it. */
export class Connection {
	state: ConnectionState = 'new';
	device: Device | undefined;
	user: User | undefined;
	session: Session | undefined;
	/** The client says that a person is looking. */
	interactive = false;
	/** Keys of chats opened by CHAT_SUBSCRIBE. */
	readonly subscribed = new Set<string>();
	/** Keys of chats this connection has been told of. */
	readonly known = new Set<string>();
	/** The server's own counter; from 0, so that it collides with the client's. */
	#pushSeq = 0;
	#newestRequest = 0;
	#heldPush: Envelope | undefined;
	#heldReply: Envelope | undefined;
	#cancelIdle: (() => void) | undefined;
	#cancelPing: (() => void) | undefined;

	constructor(
		readonly world: World,
		readonly pipe: Pipe,
		readonly record: ConnectionRecord,
	) {
		this.#watchIdle();
		this.#pingClient();
	}

	get dialect(): Dialect {
		return this.pipe.kind === 'json' ? 'json' : 'binary';
	}

	get transport(): 'tcp' | 'websocket' {
		return this.pipe.kind === 'tcp' ? 'tcp' : 'websocket';
	}

	get mobile(): boolean {
		return this.device !== undefined && this.device.type !== 'WEB';
	}

	/** Address of the media server that fits this connection: plain sockets get plain addresses. */
	get mediaBase(): string {
		return this.pipe.secure ? this.world.mediaBases.secure : this.world.mediaBases.plain;
	}

	/** Whether the current faults touch this connection. */
	get faulty(): boolean {
		const { accounts } = this.world.faults;
		return accounts.length === 0 || (this.user !== undefined && accounts.includes(this.user.id.toString()));
	}

	/** Called for every chunk that arrives; false: behave as if nothing came. */
	heard(bytes: number): boolean {
		this.world.log.read(this.record, bytes);
		this.#watchIdle();
		return this.state !== 'closed' && !(this.faulty && this.world.faults.halfOpen);
	}

	noteRequest(seq: number): void {
		this.record.framesIn += 1;
		this.#newestRequest = seq;
	}

	reply(seq: number, opcode: number, payload: Outgoing): void {
		const { faults } = this.world;
		const envelope = { cmd: 1, seq, opcode, payload };
		if (this.faulty && takeFault(faults.dropReplies, opcode) !== undefined) return;
		if (this.faulty && takeFault(faults.cutInReply, opcode) !== undefined) {
			this.pipe.sendHalf(this.#encode(envelope));
			this.closed('cut-in-reply');
			return;
		}
		const other = this.faulty ? takeFault(faults.cmds, opcode)?.cmd : undefined;
		if (other === 2) return this.#send({ cmd: 2, seq, opcode, payload: null });
		if (other !== undefined) this.#send({ cmd: other, seq, opcode, payload: { strange: true } });
		if (!this.faulty || !faults.reorderReplies) return this.#send(envelope);
		if (this.#heldReply === undefined) {
			this.#heldReply = envelope;
			this.world.after(50, () => this.#releaseReply());
			return;
		}
		this.#send(envelope);
		this.#releaseReply();
	}

	#releaseReply(): void {
		const held = this.#heldReply;
		this.#heldReply = undefined;
		if (held !== undefined) this.#send(held);
	}

	/** Sends an error reply and closes when the policy says so. */
	refuse(seq: number, opcode: number, refusal: Refusal): void {
		const { message, title, localizedMessage, after, wrongType } = refusal.details;
		this.#send({
			cmd: 3,
			seq,
			opcode,
			payload: { error: refusal.key, message: message ?? refusal.key, title, localizedMessage },
		});
		const { closeTcpAfter, closeWebSocketAfter } = this.world.policy;
		const payloadError = refusal.key === 'proto.payload';
		const byPolicy =
			this.pipe.kind === 'tcp'
				? closeTcpAfter === 'every-error' || (closeTcpAfter === 'payload' && payloadError)
				: closeWebSocketAfter === 'every-error' ||
					(closeWebSocketAfter === 'wrong-type' && payloadError && wrongType === true);
		if (after === 'close' || byPolicy) this.end('server', 1008);
	}

	/** Sends a push; returns the seq it carries. */
	push(opcode: number, payload: Outgoing, seq?: number): number {
		const { faults, random } = this.world;
		const collide = this.faulty && faults.collideSeq;
		const own = seq ?? (collide ? this.#newestRequest : this.#pushSeq);
		if (seq === undefined && !collide) this.#pushSeq = (this.#pushSeq + 1) & 0xffff;
		const envelope = { cmd: 0, seq: own, opcode, payload };
		this.world.log.push(opcode);
		const touched = this.faulty && (faults.pushOpcodes.length === 0 || faults.pushOpcodes.includes(opcode));
		if (touched && faults.losePush > 0 && random.next() < faults.losePush) return own;
		if (
			touched &&
			this.#heldPush === undefined &&
			faults.reorderPush > 0 &&
			random.next() < faults.reorderPush
		) {
			this.#heldPush = envelope;
			// The last push of a burst must not wait for ever.
			this.world.after(50, () => this.#releasePush());
			return own;
		}
		this.#send(envelope);
		this.#releasePush();
		if (touched && faults.duplicatePush > 0 && random.next() < faults.duplicatePush) this.#send(envelope);
		return own;
	}

	#releasePush(): void {
		const held = this.#heldPush;
		this.#heldPush = undefined;
		if (held !== undefined) this.#send(held);
	}

	#send(envelope: Envelope): void {
		const { faults } = this.world;
		if (this.state === 'closed' || (this.faulty && (faults.silent || faults.halfOpen))) return;
		const frame = this.#encode(envelope);
		if (this.faulty && faults.delayMs > 0) this.world.after(faults.delayMs, () => this.#write(frame));
		else this.#write(frame);
	}

	#write(frame: Buffer): void {
		if (this.state === 'closed') return;
		const { faults } = this.world;
		this.record.framesOut += 1;
		this.record.bytesOut += frame.length;
		this.pipe.send(frame, this.faulty ? faults.splitBytes : 0, this.faulty ? faults.joinFrames : 0);
		if (this.faulty && faults.cutAfterFrames > 0 && this.record.framesOut >= faults.cutAfterFrames) {
			this.cut('cut-after-frames');
		}
	}

	#encode({ cmd, seq, opcode, payload }: Envelope): Buffer {
		const mutation = this.faulty ? takeFault(this.world.faults.mutations, opcode) : undefined;
		const body =
			mutation === undefined
				? payload
				: mutate(payload, mutation.path.split('.'), toOutgoing(mutation.value));
		if (this.dialect === 'json') {
			return Buffer.from(formatJson({ ver: jsonVersion, cmd, seq, opcode, payload: body ?? null }));
		}
		const raw = body === null || body === undefined ? Buffer.alloc(0) : this.#pack(body);
		return encodeFrame({ cmd, seq, opcode, ...packBody(raw, this.#compression()) });
	}

	#pack(payload: Outgoing): Buffer {
		return encodeMsgpack(payload, this.world.policy.extension);
	}

	#compression(): Exclude<Compression, 'random'> {
		const { compression } = this.world.policy;
		if (compression !== 'random') return compression;
		const kinds = ['never', 'auto', 'always', 'zstd', 'zstd-unflagged', 'lz4-frame'] as const;
		return kinds[this.world.random.below(kinds.length)] ?? 'never';
	}

	/** Ends politely, as the service does after an error or a logout. */
	end(by: string, code = 1000): void {
		if (this.state === 'closed') return;
		this.closed(by);
		this.pipe.end(code);
	}

	/** Cuts without a word. */
	cut(by: string): void {
		if (this.state === 'closed') return;
		this.closed(by);
		this.pipe.destroy();
	}

	/** The socket is gone, whoever ended it. */
	closed(by: string): void {
		if (this.state === 'closed') return;
		this.state = 'closed';
		this.record.closed = this.world.now();
		this.record.closedBy = by;
		this.#cancelIdle?.();
		this.#cancelPing?.();
		this.world.left(this);
		if (this.record.session !== undefined) this.world.log.left(this.record.session);
		if (this.user !== undefined) this.user.lastSeen = this.world.now();
	}

	#watchIdle(): void {
		this.#cancelIdle?.();
		const { idleTimeoutMs } = this.world.policy;
		if (idleTimeoutMs > 0) this.#cancelIdle = this.world.after(idleTimeoutMs, () => this.end('idle'));
	}

	#pingClient(): void {
		const { serverPingMs } = this.world.policy;
		if (serverPingMs <= 0) return;
		this.#cancelPing = this.world.after(serverPingMs, () => {
			this.push(1, null);
			this.#pingClient();
		});
	}
}

/** A frame that arrived, its body still to be decoded. */
export interface Incoming {
	readonly version: number;
	readonly cmd: number;
	readonly seq: number;
	readonly opcode: number;
	/** Throws `CodecError`. */
	decode(): Wire;
}
