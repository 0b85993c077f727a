import { createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { igeDecrypt, igeEncrypt } from './telegram/crypto/ige';
import { open, seal } from './telegram/crypto/message';
import { recordPassword, SrpChallenge } from './telegram/crypto/srp';
import { scene } from './telegram.support';
import type { TransportName } from './telegram/testing/client';

describe('cryptography', () => {
	it('AES-IGE is what its definition says, block by block', () => {
		const key = Buffer.from('000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f', 'hex');
		const iv = Buffer.from('000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f', 'hex');
		const plain = Buffer.alloc(64);
		const sealed = igeEncrypt(plain, key, iv);
		// By definition: c[i] = E(p[i] xor c[i-1]) xor p[i-1], undone block by block with nothing but AES.
		const aes = createDecipheriv('aes-256-ecb', key, null).setAutoPadding(false);
		let [c, p]: Buffer[] = [iv.subarray(0, 16), iv.subarray(16)];
		for (let at = 0; at < 64; at += 16) {
			const block = sealed.subarray(at, at + 16);
			const mixed = aes.update(Buffer.from(block.map((byte, i) => byte ^ (p?.[i] ?? 0))));
			expect(Buffer.from(mixed.map((byte, i) => byte ^ (c?.[i] ?? 0)))).toEqual(plain.subarray(at, at + 16));
			[c, p] = [block, plain.subarray(at, at + 16)];
		}
	});

	it('one block decrypted is the platform’s AES', () => {
		for (let i = 0; i < 50; i++) {
			const [key, block] = [randomBytes(32), randomBytes(16)];
			const aes = createDecipheriv('aes-256-ecb', key, null).setAutoPadding(false);
			expect(igeDecrypt(block, key, Buffer.alloc(32))).toEqual(aes.update(block));
		}
	});

	it('AES-IGE undoes itself at every length', () => {
		const [key, iv] = [randomBytes(32), randomBytes(32)];
		for (const blocks of [1, 2, 3, 100]) {
			const plain = randomBytes(blocks * 16);
			expect(igeDecrypt(igeEncrypt(plain, key, iv), key, iv)).toEqual(plain);
		}
	});

	it('a message opens only with its key, its side and all its bytes', () => {
		const key = randomBytes(256);
		const id = createHash('sha1').update(key).digest().subarray(12);
		const sealed = seal(key, id, Buffer.from('x'.repeat(44)), 'client');
		expect(open(key, sealed, 'client')?.plain.subarray(0, 44).toString()).toBe('x'.repeat(44));
		expect(open(key, sealed, 'server')).toBeUndefined();
		expect(open(randomBytes(256), sealed, 'client')).toBeUndefined();
		sealed[40] = (sealed[40] ?? 0) ^ 1;
		expect(open(key, sealed, 'client')).toBeUndefined();
	});

	it('SRP refuses a proof for another challenge', () => {
		const record = recordPassword('secret', '');
		expect(new SrpChallenge(record).verify(Buffer.alloc(256, 3), Buffer.alloc(32))).toBe(false);
		expect(new SrpChallenge(record).verify(Buffer.alloc(256), Buffer.alloc(32))).toBe(false);
	});
});

describe('key exchange', () => {
	const here = scene();
	const transports: TransportName[] = [
		'abridged',
		'intermediate',
		'padded',
		'full',
		'obfuscated',
		'websocket',
	];

	it.each(transports)('over %s, then an encrypted request', async (transport) => {
		const client = await here.open(2, transport);
		const config = await client.invoke({ _: 'help.getConfig' });
		expect(config).toMatchObject({ this_dc: 2 });
		const [record] = here.sandbox.control.connections();
		expect(record).toMatchObject({ handshakes: 1, kind: transport === 'websocket' ? 'websocket' : 'tcp' });
		expect(record?.transport).toContain(
			transport === 'websocket' ? 'intermediate' : transport === 'obfuscated' ? 'abridged' : transport,
		);
	});

	it('takes the older RSA padding too', async () => {
		const client = await here.connect();
		await client.exchange('SHA-1');
		expect(await client.invoke({ _: 'help.getNearestDc' })).toMatchObject({ this_dc: 2 });
	});

	it('a key belongs to one data centre', async () => {
		const client = await here.open(2);
		const elsewhere = await here.connect(1);
		elsewhere.key = client.key;
		elsewhere.send(Buffer.alloc(20));
		expect(await elsewhere.refusal()).toBe(-404);
	});

	it('an unknown RSA key, data that does not open, and nonsense end with -404', async () => {
		for (const [fingerprint, data] of [
			[1n, Buffer.alloc(256)],
			[BigInt(here.dc(2).fingerprint), Buffer.alloc(256, 1)],
			[BigInt(here.dc(2).fingerprint), Buffer.alloc(10)],
		] as const) {
			const client = await here.connect();
			const nonce = randomBytes(16);
			const { server_nonce } = await client.ask({ _: 'req_pq_multi', nonce });
			const parameters = { _: 'req_DH_params', nonce, server_nonce, p: Buffer.alloc(4), q: Buffer.alloc(4) };
			void client
				.ask({ ...parameters, public_key_fingerprint: fingerprint, encrypted_data: data })
				.catch(() => undefined);
			expect(await client.refusal()).toBe(-404);
		}
	});
});
