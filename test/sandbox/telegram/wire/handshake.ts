import { randomBytes } from 'node:crypto';
import { dhGenerator, dhPair, dhPrime, dhShared, plausible } from '../crypto/dh';
import { igeDecrypt, igeEncrypt, xor } from '../crypto/ige';
import { sha1, toBytes } from '../crypto/numbers';
import { openInnerData } from '../crypto/rsa';
import { encodeProtocol, readerOf } from '../tl/layers';
import { bytes, int, long } from '../tl/value';
import type { TlObject } from '../tl/value';
import { AuthKey } from './auth-key';
import type { Connection } from './connection';
import { ServerClock } from './server-clock';

/** A key exchange a client gets wrong: it is told -404 and the connection ends, as Telegram does. */
export class HandshakeError extends Error {}

/** 31-bit primes: their product is factored in no time, which is all the client has to prove. */
const primes = [1_229_739_323n, 1_402_015_859n] as const;

interface Asked {
	readonly nonce: Buffer;
	readonly serverNonce: Buffer;
}

interface Opened extends Asked {
	readonly newNonce: Buffer;
	readonly secret: Buffer;
	readonly expiresIn: number | undefined;
	readonly media: boolean;
	readonly key: Buffer;
	readonly iv: Buffer;
}

/** The key exchange of one connection (core.telegram.org/mtproto/auth_key): resPQ, DH parameters, dh_gen_ok. */
export class Handshake {
	private asked: Asked | undefined;
	private opened: Opened | undefined;
	private readonly clock: ServerClock;
	/** Which RSA padding the client used last: both are served. */
	padding: string | undefined;

	constructor(private readonly connection: Connection) {
		this.clock = new ServerClock(connection.world);
	}

	/** An unencrypted message: its body in, the answer out. */
	receive(packet: Buffer): void {
		const reader = readerOf(packet);
		reader.raw(8);
		const msgId = reader.long();
		if (msgId % 4n !== 0n) throw new HandshakeError('a message id that is no multiple of 4');
		const length = reader.int();
		const answer = this.answer(readerOf(reader.raw(length)).object());
		if (answer === undefined) return;
		const body = encodeProtocol(answer);
		const head = Buffer.alloc(20);
		head.writeBigInt64LE(this.clock.messageId('answer'), 8);
		head.writeInt32LE(body.length, 16);
		this.connection.send(Buffer.concat([head, body]));
	}

	private answer(request: TlObject): TlObject | undefined {
		switch (request._) {
			case 'req_pq':
			case 'req_pq_multi':
				return this.start(bytes(request, 'nonce'));
			case 'req_DH_params':
				return this.parameters(request);
			case 'set_client_DH_params':
				return this.finish(request);
			case 'msgs_ack':
				return undefined;
			default:
				throw new HandshakeError(`${request._} without encryption`);
		}
	}

	private start(nonce: Buffer): TlObject {
		this.asked = { nonce, serverNonce: randomBytes(16) };
		this.opened = undefined;
		return {
			_: 'resPQ',
			nonce,
			server_nonce: this.asked.serverNonce,
			pq: toBytes(primes[0] * primes[1], 8),
			server_public_key_fingerprints: [this.connection.dc.serverKey.fingerprint],
		};
	}

	private parameters(request: TlObject): TlObject {
		const asked = this.same(request, this.asked);
		const { world, dc } = this.connection;
		if (long(request, 'public_key_fingerprint') !== dc.serverKey.fingerprint)
			throw new HandshakeError('unknown key');
		const opened = openInnerData(dc.serverKey, bytes(request, 'encrypted_data'));
		if (opened === undefined) throw new HandshakeError('encrypted_data does not open');
		const body = opened.padding === 'RSA_PAD' ? opened.data : opened.data.subarray(20);
		const reader = readerOf(body);
		const inner = reader.object();
		if (
			opened.padding === 'SHA-1' &&
			!sha1(body.subarray(0, reader.position)).equals(opened.data.subarray(0, 20))
		) {
			throw new HandshakeError('the hash of the inner data is wrong');
		}
		if (!inner._.startsWith('p_q_inner_data')) throw new HandshakeError(`${inner._} as inner data`);
		this.same(inner, asked);
		const [p, q] = primes.map((prime) => toBytes(prime, 4));
		const factored = (one: TlObject): boolean =>
			p !== undefined && q !== undefined && bytes(one, 'p').equals(p) && bytes(one, 'q').equals(q);
		if (!factored(inner) || !factored(request)) throw new HandshakeError('wrong factors');
		this.checkDc(inner);
		this.padding = opened.padding;
		const newNonce = bytes(inner, 'new_nonce');
		const { dhSecret } = world.policy;
		const { secret, open } = dhPair(dhSecret === '' ? undefined : Buffer.from(dhSecret, 'hex'));
		const a = sha1(newNonce, asked.serverNonce);
		const b = sha1(asked.serverNonce, newNonce);
		const key = Buffer.concat([a, b.subarray(0, 12)]);
		const iv = Buffer.concat([b.subarray(12), sha1(newNonce, newNonce), newNonce.subarray(0, 4)]);
		const expiresIn = inner._.includes('temp') ? int(inner, 'expires_in') : undefined;
		this.opened = { ...asked, newNonce, secret, expiresIn, media: int(inner, 'dc') < 0, key, iv };
		const answer = encodeProtocol({
			_: 'server_DH_inner_data',
			nonce: asked.nonce,
			server_nonce: asked.serverNonce,
			g: dhGenerator,
			dh_prime: dhPrime,
			g_a: open,
			server_time: Math.floor(world.serverNow() / 1000),
		});
		const hashed = Buffer.concat([sha1(answer), answer]);
		const padded = Buffer.concat([hashed, randomBytes((16 - (hashed.length % 16)) % 16)]);
		return {
			_: 'server_DH_params_ok',
			nonce: asked.nonce,
			server_nonce: asked.serverNonce,
			encrypted_answer: igeEncrypt(padded, key, iv),
		};
	}

	/** `dc` is the data centre's number, plus 10000 for test servers, negative for media. */
	private checkDc(inner: TlObject): void {
		if (inner.dc === undefined) return;
		const dc = Math.abs(int(inner, 'dc')) % 10_000;
		if (dc !== this.connection.dc.id) throw new HandshakeError(`made for data centre ${dc}`);
	}

	private finish(request: TlObject): TlObject {
		const opened = this.same(request, this.opened);
		const plain = igeDecrypt(bytes(request, 'encrypted_data'), opened.key, opened.iv);
		const reader = readerOf(plain.subarray(20));
		const inner = reader.object();
		if (!sha1(plain.subarray(20, 20 + reader.position)).equals(plain.subarray(0, 20))) {
			throw new HandshakeError('the hash of the client DH data is wrong');
		}
		this.same(inner, opened);
		const other = bytes(inner, 'g_b');
		if (!plausible(other)) throw new HandshakeError('g_b is out of range');
		const { world, dc } = this.connection;
		const { newNonce, serverNonce, nonce } = opened;
		const salt = xor(newNonce.subarray(0, 8), serverNonce.subarray(0, 8)).readBigInt64LE();
		const now = world.serverNow();
		const expires = opened.expiresIn === undefined ? undefined : Math.floor(now / 1000) + opened.expiresIn;
		const data = dhShared(opened.secret, other);
		const authKey = new AuthKey(data, dc.id, salt, now, expires, opened.media);
		const hash = (byte: number): Buffer => sha1(newNonce, Buffer.from([byte]), authKey.auxHash).subarray(4);
		if (dc.keys.has(authKey.id)) {
			return { _: 'dh_gen_retry', nonce, server_nonce: serverNonce, new_nonce_hash2: hash(2) };
		}
		dc.keys.set(authKey.id, authKey);
		this.connection.record.handshakes += 1;
		world.log.handshakes += 1;
		this.asked = undefined;
		this.opened = undefined;
		return { _: 'dh_gen_ok', nonce, server_nonce: serverNonce, new_nonce_hash1: hash(1) };
	}

	private same<T extends Asked>(object: TlObject, expected: T | undefined): T {
		if (expected === undefined) throw new HandshakeError(`${object._} out of order`);
		const right =
			bytes(object, 'nonce').equals(expected.nonce) &&
			bytes(object, 'server_nonce').equals(expected.serverNonce);
		if (!right) throw new HandshakeError('wrong nonce');
		return expected;
	}
}
