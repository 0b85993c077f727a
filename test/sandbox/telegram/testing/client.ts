import { connect } from 'node:net';
import {
	createCipheriv,
	createDecipheriv,
	createPublicKey,
	publicEncrypt,
	randomBytes,
	constants,
} from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import type { Socket } from 'node:net';
import { WebSocket } from '#lib/ws';
import { dhPrime } from '../crypto/dh';
import { igeDecrypt, igeEncrypt, xor } from '../crypto/ige';
import { open, seal } from '../crypto/message';
import { powMod, sha1, sha256, toBigInt, toBytes } from '../crypto/numbers';
import type { DcAddress } from '../start';
import { encodeObject, newestLayer, readerOf } from '../tl/layers';
import { bytes, int, long, text } from '../tl/value';
import type { TlObject } from '../tl/value';
import { abridged, full, intermediate } from '../transport/framing';
import type { Framing } from '../transport/framing';

export type TransportName = 'abridged' | 'intermediate' | 'padded' | 'full' | 'obfuscated' | 'websocket';

/** A message of the server, decoded; `result` is what an rpc_result carries. */
export interface Received {
	readonly msgId: bigint;
	readonly seqno: number;
	readonly object: TlObject;
	readonly inContainer: boolean;
}

/** An rpc_error, thrown by `invoke`. */
export class Refused extends Error {
	constructor(
		readonly code: number,
		readonly text: string,
	) {
		super(`${code} ${text}`);
	}
}

export interface Key {
	readonly data: Buffer;
	readonly idBytes: Buffer;
	salt: bigint;
}

const framings: Readonly<Record<TransportName, () => { framing: Framing; hello: Buffer }>> = {
	abridged: () => ({ framing: abridged(), hello: Buffer.from([0xef]) }),
	intermediate: () => ({ framing: intermediate(false), hello: Buffer.alloc(4, 0xee) }),
	padded: () => ({ framing: intermediate(true), hello: Buffer.alloc(4, 0xdd) }),
	full: () => ({ framing: full(), hello: Buffer.alloc(0) }),
	obfuscated: () => ({ framing: abridged(), hello: Buffer.alloc(0) }),
	websocket: () => ({ framing: intermediate(false), hello: Buffer.alloc(0) }),
};

/** `full` numbers what it takes and wraps separately, so one object serves both directions. */
export interface SendOptions {
	readonly salt?: bigint;
	readonly msgId?: bigint;
	readonly seqno?: number;
	readonly content?: boolean;
}

/**
 * A bare MTProto client for the sandbox's own tests: every number can be set wrong. Not a judge of the sandbox
 * (it shares its cryptography); the judges are Telethon and teleproto in test/flows.
 */
export class RawClient {
	key: Key | undefined;
	sessionId = randomBytes(8).readBigInt64LE();
	readonly received: Received[] = [];
	/** Four-byte packets: transport errors. */
	readonly transportErrors: number[] = [];
	readonly quickAcks: Buffer[] = [];
	ended = false;
	timeOffsetS = 0;
	private contentCount = 0;
	private lastId = 0n;
	private waiters: (() => void)[] = [];
	private plain: Buffer[] = [];
	private pending: Buffer = Buffer.alloc(0);
	private encrypt = (data: Buffer): Buffer => data;
	private decrypt = (data: Buffer): Buffer => data;
	private greeted = false;

	private constructor(
		readonly dc: DcAddress,
		private readonly framing: Framing,
		private readonly write: (data: Buffer) => void,
		private readonly stop: () => void,
		private hello: Buffer,
	) {}

	static async connect(
		dc: DcAddress,
		transport: TransportName = 'abridged',
		localAddress?: string,
	): Promise<RawClient> {
		const { framing, hello } = framings[transport]();
		const client =
			transport === 'websocket'
				? await RawClient.overWebSocket(dc, framing)
				: await RawClient.overTcp(dc, framing, hello, localAddress);
		if (transport === 'obfuscated' || transport === 'websocket')
			client.obfuscate(transport === 'obfuscated' ? 0xef : 0xee);
		return client;
	}

	private static async overTcp(
		dc: DcAddress,
		framing: Framing,
		hello: Buffer,
		localAddress?: string,
	): Promise<RawClient> {
		const socket: Socket = connect({
			port: dc.port,
			host: dc.host,
			...(localAddress === undefined ? {} : { localAddress }),
		});
		await new Promise<void>((resolve, reject) => {
			socket.once('connect', resolve);
			socket.once('error', reject);
		});
		const client = new RawClient(
			dc,
			framing,
			(data) => void socket.write(data),
			() => socket.destroy(),
			hello,
		);
		socket.on('data', (data: Buffer) => client.bytes(data));
		socket.on('error', () => socket.destroy());
		socket.on('close', () => client.close());
		return client;
	}

	private static async overWebSocket(dc: DcAddress, framing: Framing): Promise<RawClient> {
		const socket = new WebSocket(dc.websocket, 'binary');
		await new Promise<void>((resolve, reject) => {
			socket.once('open', resolve);
			socket.once('error', reject);
		});
		const client = new RawClient(
			dc,
			framing,
			(data) => socket.send(data),
			() => socket.terminate(),
			Buffer.alloc(0),
		);
		socket.on('message', (data: Buffer) => client.bytes(data));
		socket.on('close', () => client.close());
		return client;
	}

	private obfuscate(tag: number): void {
		let header: Buffer;
		do header = randomBytes(64);
		while (
			header[0] === 0xef ||
			header.readUInt32LE(4) === 0 ||
			[0xeeeeeeee, 0xdddddddd].includes(header.readUInt32LE())
		);
		header.fill(tag, 56, 60);
		header.writeInt16LE(this.dc.id, 60);
		const back = Buffer.from(header.subarray(8, 56)).reverse();
		const out = createCipheriv('aes-256-ctr', header.subarray(8, 40), header.subarray(40, 56));
		const into = createDecipheriv('aes-256-ctr', back.subarray(0, 32), back.subarray(32, 48));
		const sealed = out.update(header);
		this.hello = Buffer.concat([header.subarray(0, 56), sealed.subarray(56)]);
		this.encrypt = (data) => out.update(data);
		this.decrypt = (data) => into.update(data);
	}

	end(): void {
		this.stop();
	}

	private close(): void {
		this.ended = true;
		this.wake();
	}

	private wake(): void {
		for (const waiter of this.waiters.splice(0)) waiter();
	}

	private raw(packet: Buffer): void {
		const data = this.encrypt(this.framing.wrap(packet));
		this.write(this.greeted ? data : Buffer.concat([this.hello, data]));
		this.greeted = true;
	}

	private bytes(data: Buffer): void {
		this.pending = Buffer.concat([this.pending, this.decrypt(data)]);
		for (;;) {
			const taken = this.framing.take(this.pending);
			if (taken === undefined) break;
			this.pending = this.pending.subarray(taken.used);
			this.packet(taken.packet.data);
		}
		this.wake();
	}

	private packet(data: Buffer): void {
		if (data.length < 20) this.transportErrors.push(data.readInt32LE());
		else if (data.readBigInt64LE() === 0n) this.plain.push(data);
		else if (this.key !== undefined) {
			const whole = data.subarray(0, 24 + Math.floor((data.length - 24) / 16) * 16);
			const opened = open(this.key.data, whole, 'server');
			if (opened === undefined) throw new Error('a message of the server that does not open');
			const reader = readerOf(opened.plain.subarray(16));
			const [msgId, seqno] = [reader.long(), reader.int()];
			this.take(msgId, seqno, reader.raw(reader.int()), false);
		}
	}

	private take(msgId: bigint, seqno: number, body: Buffer, inContainer: boolean): void {
		const reader = readerOf(body);
		const id = body.readUInt32LE();
		if (id === 0x73f1f8dc) {
			reader.uint();
			for (let left = reader.uint(); left > 0; left--) {
				const [innerId, innerSeqno] = [reader.long(), reader.int()];
				this.take(innerId, innerSeqno, reader.raw(reader.int()), true);
			}
			return;
		}
		this.received.push({ msgId, seqno, object: decode(body), inContainer });
	}

	/** Waits until `find` finds something among what was received; rejects when the connection ends first. */
	async until<T>(find: () => T | undefined): Promise<T> {
		for (;;) {
			const found = find();
			if (found !== undefined) return found;
			if (this.ended) throw new Error('the connection ended');
			await new Promise<void>((resolve) => this.waiters.push(resolve));
		}
	}

	/** The first message of that name, now or later. */
	next(name: string): Promise<Received> {
		return this.until(() => this.received.find((one) => one.object._ === name));
	}

	/** Waits for the end of the connection, or four bytes in place of a message. */
	async refusal(): Promise<number | 'ended'> {
		while (!this.ended && this.transportErrors.length === 0)
			await new Promise<void>((resolve) => this.waiters.push(resolve));
		return this.transportErrors[0] ?? 'ended';
	}

	messageId(): bigint {
		const now = Date.now() + this.timeOffsetS * 1000;
		const wanted = (BigInt(Math.floor(now / 1000)) << 32n) | (((BigInt(now % 1000) << 32n) / 1000n) & ~3n);
		this.lastId = wanted > this.lastId ? wanted : this.lastId + 4n;
		return this.lastId;
	}

	/** An unencrypted request and its answer. */
	async ask(object: TlObject): Promise<TlObject> {
		const body = encodeObject(newestLayer, object);
		const head = Buffer.alloc(20);
		head.writeBigInt64LE(this.messageId(), 8);
		head.writeInt32LE(body.length, 16);
		const before = this.plain.length;
		this.raw(Buffer.concat([head, body]));
		const answer = await this.until(() => this.plain[before]);
		return readerOf(answer.subarray(20)).object();
	}

	/** The key exchange, with either RSA padding; `temporary` makes a key of that many seconds. */
	async exchange(padding: 'RSA_PAD' | 'SHA-1' = 'RSA_PAD', temporary?: number): Promise<Key> {
		const nonce = randomBytes(16);
		const resPq = await this.ask({ _: 'req_pq_multi', nonce });
		const server_nonce = bytes(resPq, 'server_nonce');
		const [p, q] = factors(toBigInt(bytes(resPq, 'pq'))).map((one) => toBytes(one, 4));
		const newNonce = randomBytes(32);
		const inner = encodeObject(newestLayer, {
			_: temporary === undefined ? 'p_q_inner_data_dc' : 'p_q_inner_data_temp_dc',
			pq: bytes(resPq, 'pq'),
			p,
			q,
			nonce,
			server_nonce,
			new_nonce: newNonce,
			dc: this.dc.id,
			expires_in: temporary,
		});
		const sealed =
			padding === 'RSA_PAD' ? rsaPad(this.dc.publicKeyPem, inner) : rsaOld(this.dc.publicKeyPem, inner);
		const public_key_fingerprint = BigInt(this.dc.fingerprint);
		const parameters = await this.ask({
			_: 'req_DH_params',
			nonce,
			server_nonce,
			p,
			q,
			public_key_fingerprint,
			encrypted_data: sealed,
		});
		const [a, b] = [sha1(newNonce, server_nonce), sha1(server_nonce, newNonce)];
		const key = Buffer.concat([a, b.subarray(0, 12)]);
		const iv = Buffer.concat([b.subarray(12), sha1(newNonce, newNonce), newNonce.subarray(0, 4)]);
		const answer = readerOf(igeDecrypt(bytes(parameters, 'encrypted_answer'), key, iv).subarray(20)).object();
		const secret = toBigInt(randomBytes(256));
		const prime = toBigInt(dhPrime);
		const g_b = toBytes(powMod(BigInt(int(answer, 'g')), secret, prime), 256);
		const data = toBytes(powMod(toBigInt(bytes(answer, 'g_a')), secret, prime), 256);
		const mine = encodeObject(newestLayer, {
			_: 'client_DH_inner_data',
			nonce,
			server_nonce,
			retry_id: 0n,
			g_b,
		});
		const hashed = Buffer.concat([sha1(mine), mine]);
		const encrypted_data = igeEncrypt(
			Buffer.concat([hashed, randomBytes((16 - (hashed.length % 16)) % 16)]),
			key,
			iv,
		);
		const done = await this.ask({ _: 'set_client_DH_params', nonce, server_nonce, encrypted_data });
		if (done._ !== 'dh_gen_ok') throw new Error(done._);
		const digest = sha1(data);
		const expected = sha1(newNonce, Buffer.from([1]), digest.subarray(0, 8)).subarray(4);
		if (!bytes(done, 'new_nonce_hash1').equals(expected)) throw new Error('wrong new_nonce_hash1');
		const salt = xor(newNonce.subarray(0, 8), server_nonce.subarray(0, 8)).readBigInt64LE();
		this.key = { data, idBytes: digest.subarray(12), salt };
		return this.key;
	}

	/** Encrypts and sends a body; returns its message id. */
	send(body: Buffer, options: SendOptions = {}): bigint {
		if (this.key === undefined) throw new Error('no key');
		const content = options.content ?? true;
		const seqno = options.seqno ?? this.contentCount * 2 + (content ? 1 : 0);
		if (content && options.seqno === undefined) this.contentCount += 1;
		const msgId = options.msgId ?? this.messageId();
		const head = Buffer.alloc(32);
		head.writeBigInt64LE(options.salt ?? this.key.salt, 0);
		head.writeBigInt64LE(this.sessionId, 8);
		head.writeBigInt64LE(msgId, 16);
		head.writeInt32LE(seqno, 24);
		head.writeInt32LE(body.length, 28);
		this.raw(seal(this.key.data, this.key.idBytes, Buffer.concat([head, body]), 'client'));
		return msgId;
	}

	/** The bytes of a request, as a client of `layer` would send them. */
	static request(object: TlObject, layer = newestLayer): Buffer {
		return encodeObject(newestLayer, {
			_: 'invokeWithLayer',
			layer,
			query: {
				_: 'initConnection',
				api_id: 12345,
				device_model: 'Raw',
				system_version: '1',
				app_version: '1',
				system_lang_code: 'en',
				lang_pack: '',
				lang_code: 'en',
				query: object,
			},
		});
	}

	async answerTo(msgId: bigint): Promise<TlObject> {
		const found = await this.until(() =>
			this.received.find((one) => one.object._ === 'rpc_result' && one.object.req_msg_id === msgId),
		);
		const { result } = found.object;
		if (typeof result !== 'object' || Buffer.isBuffer(result) || !('_' in result))
			return { _: 'value', value: result };
		if (result._ === 'rpc_error') throw new Refused(int(result, 'error_code'), text(result, 'error_message'));
		return result;
	}

	/** A request and its result; adopts the salt a bad_server_salt brings and asks again. */
	async invoke(object: TlObject, layer = newestLayer): Promise<TlObject> {
		const body = RawClient.request(object, layer);
		const msgId = this.send(body);
		const bad = (): Received | undefined =>
			this.received.find((one) => one.object._ === 'bad_server_salt' && one.object.bad_msg_id === msgId);
		const answered = (): true | undefined =>
			this.received.some((one) => one.object._ === 'rpc_result' && one.object.req_msg_id === msgId) ||
			undefined;
		const outcome = await this.until<Received | true>(() => bad() ?? answered());
		if (outcome === true) return this.answerTo(msgId);
		if (this.key !== undefined) this.key.salt = long(outcome.object, 'new_server_salt');
		return this.answerTo(this.send(body));
	}
}

function decode(body: Buffer): TlObject {
	const id = body.readUInt32LE();
	if (id === 0xf35c6d01) {
		const reader = readerOf(body.subarray(4));
		return { _: 'rpc_result', req_msg_id: reader.long(), result: value(reader.raw(reader.left)) };
	}
	if (id === 0xae500895) {
		// future_salts holds a bare vector, which only a client reads.
		const reader = readerOf(body.subarray(4));
		const [req_msg_id, now, count] = [reader.long(), reader.int(), reader.int()];
		const salts = Array.from({ length: count }, () => ({
			_: 'future_salt',
			valid_since: reader.int(),
			valid_until: reader.int(),
			salt: reader.long(),
		}));
		return { _: 'future_salts', req_msg_id, now, salts };
	}
	return readerOf(body).object();
}

/** A result: an object, a boxed vector, or a Bool; packed or not. */
function value(body: Buffer): TlObject | readonly TlObject[] | boolean {
	const id = body.readUInt32LE();
	if (id === 0x3072cfa1) return value(gunzipSync(readerOf(body.subarray(4)).bytes()));
	if (id === 0x997275b5 || id === 0xbc799737) return id === 0x997275b5;
	if (id === 0x1cb5c415) {
		const reader = readerOf(body.subarray(4));
		const count = reader.uint();
		if (reader.left === count * 8)
			return Array.from({ length: count }, () => ({ _: 'long', value: reader.long() }));
		if (reader.left === count * 4)
			return Array.from({ length: count }, () => ({ _: 'int', value: reader.int() }));
		return Array.from({ length: count }, () => reader.object());
	}
	return readerOf(body).object();
}

function rsaRaw(pem: string, block: Buffer): Buffer {
	return publicEncrypt({ key: createPublicKey(pem), padding: constants.RSA_NO_PADDING }, block);
}

/** RSA_PAD: retried while the block is above the modulus. */
function rsaPad(pem: string, inner: Buffer): Buffer {
	const data = Buffer.concat([inner, randomBytes(192 - inner.length)]);
	for (;;) {
		const tempKey = randomBytes(32);
		const withHash = Buffer.concat([Buffer.from(data).reverse(), sha256(tempKey, data)]);
		const sealed = igeEncrypt(withHash, tempKey, Buffer.alloc(32));
		const block = Buffer.concat([xor(tempKey, sha256(sealed)), sealed]);
		try {
			return rsaRaw(pem, block);
		} catch {
			// The block is not below the modulus: another key.
		}
	}
}

function rsaOld(pem: string, inner: Buffer): Buffer {
	const block = Buffer.concat([sha1(inner), inner]);
	return rsaRaw(pem, Buffer.concat([Buffer.alloc(1), block, randomBytes(255 - block.length)]));
}

/** Pollard's rho (Floyd). */
function factors(n: bigint): [bigint, bigint] {
	const gcd = (a: bigint, b: bigint): bigint => (b === 0n ? a : gcd(b, a % b));
	for (let c = 1n; ; c++) {
		let [x, y, d] = [2n, 2n, 1n];
		const step = (value_: bigint): bigint => (value_ * value_ + c) % n;
		while (d === 1n) {
			x = step(x);
			y = step(step(y));
			d = gcd(x > y ? x - y : y - x, n);
		}
		if (d !== n) return d < n / d ? [d, n / d] : [n / d, d];
	}
}
