import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { Cipheriv, Decipheriv } from 'node:crypto';
import { abridged, FramingError, full, intermediate } from './framing';
import type { Framing, Packet } from './framing';
import { obfuscationKeys } from './mtproxy';

/** bytes */
const MIN_ARENA = 4_096;

/** A byte stream of one client: finds out which transport it speaks, then yields its packets. */
export class ClientStream {
	private pending: Buffer = Buffer.alloc(0);
	/** what `pending` is a part of; packets given away lie before it and are left alone */
	private arena: Buffer = Buffer.alloc(0);
	private framing: Framing | undefined;
	private decrypt: Decipheriv | undefined;
	private encrypt: Cipheriv | undefined;
	/** From the obfuscated header: negative for a media data centre. */
	dcId: number | undefined;

	/** `secret`: of the MTProxy this client came through; then it is always obfuscated. */
	constructor(private readonly secret?: Buffer) {}

	/** Transport as a person names it; undefined until enough bytes arrived. */
	get name(): string | undefined {
		if (this.framing === undefined) return undefined;
		return this.encrypt === undefined ? this.framing.name : `obfuscated ${this.framing.name}`;
	}

	/** Whole packets in `chunk` and what was left of earlier ones. Throws `FramingError` on nonsense. */
	read(chunk: Buffer): Packet[] {
		this.append(this.decrypt?.update(chunk) ?? chunk);
		if (this.framing === undefined && !this.detect()) return [];
		const packets: Packet[] = [];
		for (;;) {
			const taken = this.framing?.take(this.pending);
			if (taken === undefined) return packets;
			packets.push(taken.packet);
			this.pending = this.pending.subarray(taken.used);
		}
	}

	/** The bytes that carry `packet` to this client. */
	write(packet: Buffer): Buffer {
		const framed = this.framing?.wrap(packet) ?? packet;
		return this.encrypt?.update(framed) ?? framed;
	}

	writeQuickAck(token: Buffer): Buffer | undefined {
		const framed = this.framing?.wrapQuickAck(token);
		return framed === undefined ? undefined : (this.encrypt?.update(framed) ?? framed);
	}

	/** Behind what is pending, with room for what comes: a large packet is not copied anew with each chunk of it. */
	private append(chunk: Buffer): void {
		const { pending } = this;
		const end = pending.byteOffset + pending.length;
		if (pending.buffer !== this.arena.buffer || end + chunk.length > this.arena.length) {
			this.arena = Buffer.allocUnsafeSlow(Math.max(MIN_ARENA, 2 * (pending.length + chunk.length)));
			pending.copy(this.arena);
			chunk.copy(this.arena, pending.length);
			this.pending = this.arena.subarray(0, pending.length + chunk.length);
		} else {
			chunk.copy(this.arena, end);
			this.pending = this.arena.subarray(pending.byteOffset, end + chunk.length);
		}
	}

	private detect(): boolean {
		const data = this.pending;
		if (this.secret !== undefined) return data.length >= 64 && this.deobfuscate();
		if (data[0] === 0xef) return this.use(abridged(), 1);
		if (data.length < 8) return false;
		const first = data.readUInt32LE();
		if (first === 0xeeeeeeee) return this.use(intermediate(false), 4);
		if (first === 0xdddddddd) return this.use(intermediate(true), 4);
		if (data.readUInt32LE(4) === 0) return this.use(full(), 0);
		return data.length >= 64 && this.deobfuscate();
	}

	private use(framing: Framing, used: number): true {
		this.framing = framing;
		this.pending = this.pending.subarray(used);
		return true;
	}

	/** The 64 bytes that begin an obfuscated connection hold both keys and, encrypted, the inner framing. */
	private deobfuscate(): true {
		const header = Buffer.from(this.pending.subarray(0, 64));
		const { decryptKey, decryptIv, encryptKey, encryptIv } = obfuscationKeys(header, this.secret);
		this.decrypt = createDecipheriv('aes-256-ctr', decryptKey, decryptIv);
		this.encrypt = createCipheriv('aes-256-ctr', encryptKey, encryptIv);
		this.pending = this.decrypt.update(this.pending);
		this.dcId = this.pending.readInt16LE(60);
		const tag = this.pending.readUInt32LE(56);
		if (tag === 0xefefefef) return this.use(abridged(), 64);
		if (tag === 0xeeeeeeee) return this.use(intermediate(false), 64);
		if (tag === 0xdddddddd) return this.use(intermediate(true), 64);
		throw new FramingError('an obfuscated connection of unknown framing');
	}
}
