import { createDecipheriv } from 'node:crypto';
import { sha256 } from '../crypto/numbers';
import type { Pipe, Receiver } from './door';

/** Longest that a client may take to say its 64-byte header, in bytes: the header itself. */
const headerLength = 64;

/** The two cipher keys of an obfuscated header; a proxy's secret is mixed into both (core.telegram.org/mtproto/mtproto-transports). */
export function obfuscationKeys(header: Buffer, secret: Buffer | undefined) {
	const back = Buffer.from(header.subarray(8, 56)).reverse();
	const key = (raw: Buffer): Buffer => (secret === undefined ? raw : sha256(raw, secret));
	return {
		decryptKey: key(header.subarray(8, 40)),
		decryptIv: header.subarray(40, 56),
		encryptKey: key(back.subarray(0, 32)),
		encryptIv: back.subarray(32, 48),
	};
}

/** A client of the MTProxy: its header says for which data centre it is, then it is that one's client. */
export class ProxyClient implements Receiver {
	private pending: Buffer = Buffer.alloc(0);
	private inner: Receiver | undefined;

	constructor(
		private readonly pipe: Pipe,
		private readonly secret: Buffer,
		/** The data centre's end of this client, or undefined when there is no such data centre. */
		private readonly enter: (dcId: number, pipe: Pipe) => Receiver | undefined,
	) {}

	bytes(data: Buffer): void {
		if (this.inner !== undefined) return this.inner.bytes(data);
		this.pending = Buffer.concat([this.pending, data]);
		if (this.pending.length < headerLength) return;
		const header = this.pending.subarray(0, headerLength);
		const { decryptKey, decryptIv } = obfuscationKeys(header, this.secret);
		const plain = createDecipheriv('aes-256-ctr', decryptKey, decryptIv).update(header);
		const tag = plain.readUInt32LE(56);
		const known = [0xefefefef, 0xeeeeeeee, 0xdddddddd].includes(tag);
		// A wrong secret decrypts to noise.
		this.inner = known ? this.enter(Math.abs(plain.readInt16LE(60)) % 10_000, this.pipe) : undefined;
		if (this.inner === undefined) return this.pipe.end();
		this.inner.bytes(this.pending);
	}

	closed(): void {
		this.inner?.closed();
	}
}
