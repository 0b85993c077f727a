import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { sha1 } from './telegram/crypto/numbers';
import { igeEncrypt } from './telegram/crypto/ige';
import { randomBytes } from 'node:crypto';
import { encodeObject, newestLayer } from './telegram/tl/layers';
import { children, int, long } from './telegram/tl/value';
import type { TlObject } from './telegram/tl/value';
import { RawClient, Refused } from './telegram/testing/client';
import { Writer } from './telegram/tl/writer';
import { schemaOf } from './telegram/tl/layers';
import { refusal, scene, sendText, self } from './telegram.support';

const ping: TlObject = { _: 'ping', ping_id: 77n };

function encode(object: TlObject): Buffer {
	return encodeObject(newestLayer, object);
}

interface Part {
	readonly msgId: bigint;
	readonly seqno: number;
	readonly body: Buffer;
}

function container(parts: readonly Part[]): Buffer {
	const head = Buffer.alloc(8);
	head.writeUInt32LE(0x73f1f8dc);
	head.writeInt32LE(parts.length, 4);
	const bodies = parts.flatMap(({ msgId, seqno, body }) => {
		const one = Buffer.alloc(16);
		one.writeBigInt64LE(msgId);
		one.writeInt32LE(seqno, 8);
		one.writeInt32LE(body.length, 12);
		return [one, body];
	});
	return Buffer.concat([head, ...bodies]);
}

/** A client whose salt is right, so that the next message is judged for itself. */
async function settled(here: ReturnType<typeof scene>): Promise<RawClient> {
	const client = await here.open();
	await client.invoke({ _: 'help.getNearestDc' });
	client.received.length = 0;
	return client;
}

async function badMessage(client: RawClient): Promise<number> {
	return int((await client.next('bad_msg_notification')).object, 'error_code');
}

describe('messages', () => {
	const here = scene();

	it('a new session is announced, a ping answered, a request acknowledged', async () => {
		const client = await here.open();
		const msgId = client.send(encode(ping), { content: false });
		expect((await client.next('pong')).object).toMatchObject({ msg_id: msgId, ping_id: 77n });
		expect((await client.next('new_session_created')).object).toMatchObject({ first_msg_id: msgId });
		client.send(RawClient.request({ _: 'help.getConfig' }));
		await client.next('rpc_result');
		await client.next('msgs_ack');
	});

	it('a wrong salt is answered by the right one, and nothing is carried out', async () => {
		const client = await here.open();
		const body = RawClient.request({ _: 'help.getNearestDc' });
		const msgId = client.send(body, { salt: 5n });
		const { object } = await client.next('bad_server_salt');
		expect(object).toMatchObject({ bad_msg_id: msgId, error_code: 48 });
		expect(here.sandbox.control.requests()).toEqual([]);
		client.send(body, { salt: long(object, 'new_server_salt') });
		await client.next('rpc_result');
	});

	it('future salts are valid when they say so', async () => {
		const client = await settled(here);
		client.send(encode({ _: 'get_future_salts', num: 8 }), { content: false });
		const salts = children((await client.next('future_salts')).object, 'salts');
		expect(salts).toHaveLength(8);
		const later = salts[4];
		here.sandbox.control.advanceClock({ ms: (int(later!, 'valid_since') - Date.now() / 1000 + 60) * 1000 });
		client.timeOffsetS = int(later!, 'valid_since') - Date.now() / 1000 + 60;
		client.received.length = 0;
		client.send(encode(ping), { salt: long(salts[0]!, 'salt'), content: false });
		await client.next('bad_server_salt');
		client.send(encode(ping), { salt: long(later!, 'salt'), content: false });
		await client.next('pong');
	});

	it.each([
		[16, -400],
		[17, 100],
	])('code %i: a message id %i s off', async (code, offset) => {
		const client = await settled(here);
		client.timeOffsetS = offset;
		const msgId = (BigInt(Math.floor(Date.now() / 1000) + offset) << 32n) & ~3n;
		client.send(encode(ping), { msgId, content: false });
		expect(await badMessage(client)).toBe(code);
	});

	it('code 18: a message id that is no multiple of four', async () => {
		const client = await settled(here);
		client.send(encode(ping), { msgId: client.messageId() + 1n, content: false });
		expect(await badMessage(client)).toBe(18);
	});

	it('codes 32 and 33: seqnos that do not grow with ids', async () => {
		const client = await settled(here);
		const body = RawClient.request({ _: 'help.getNearestDc' });
		const early = client.messageId();
		client.send(body, { seqno: 21 });
		client.send(body, { seqno: 11 });
		expect(await badMessage(client)).toBe(32);
		client.received.length = 0;
		client.send(body, { msgId: early, seqno: 31 });
		expect(await badMessage(client)).toBe(33);
	});

	it('codes 34 and 35: even where odd is due and the reverse', async () => {
		const client = await settled(here);
		const inner = { msgId: client.messageId(), seqno: 0, body: encode(ping) };
		client.send(container([inner]), { seqno: 101 });
		expect(await badMessage(client)).toBe(34);
		client.received.length = 0;
		client.send(RawClient.request({ _: 'help.getNearestDc' }), { seqno: 100 });
		expect(await badMessage(client)).toBe(35);
	});

	it('code 64: a container inside a container, or one older than what it holds', async () => {
		const client = await settled(here);
		const [first, second] = [client.messageId(), client.messageId()];
		const inner = container([{ msgId: first, seqno: 0, body: encode(ping) }]);
		client.send(container([{ msgId: second, seqno: 0, body: inner }]), { content: false });
		expect(await badMessage(client)).toBe(64);
		client.received.length = 0;
		const outer = client.messageId();
		const late = { msgId: client.messageId(), seqno: 0, body: encode(ping) };
		client.send(container([late]), { msgId: outer, content: false });
		expect(await badMessage(client)).toBe(64);
	});

	it('code 19: a container twice', async () => {
		const client = await settled(here);
		const body = container([{ msgId: client.messageId(), seqno: 0, body: encode(ping) }]);
		const msgId = client.messageId();
		client.send(body, { msgId, content: false });
		await client.next('pong');
		client.send(body, { msgId, content: false });
		expect(await badMessage(client)).toBe(19);
	});

	it('a container’s requests are all answered, packed or not', async () => {
		const client = await settled(here);
		const bodies = [
			RawClient.request({ _: 'help.getNearestDc' }),
			RawClient.request({ _: 'help.getConfig' }),
		];
		const packed = new Writer(schemaOf(newestLayer)).int(0x3072cfa1).bytes(gzipSync(bodies[1]!)).finish();
		const parts = [bodies[0]!, packed].map((body, index) => ({
			msgId: client.messageId(),
			seqno: 201 + index * 2,
			body,
		}));
		client.send(container(parts), { seqno: 204 });
		expect(await client.answerTo(parts[0]!.msgId)).toMatchObject({ _: 'nearestDc' });
		expect(await client.answerTo(parts[1]!.msgId)).toMatchObject({ _: 'config' });
	});

	it('a request that comes twice is carried out once and answered twice', async () => {
		const client = await here.enter(1);
		const body = RawClient.request({ _: 'messages.sendMessage', peer: self, message: 'once', random_id: 5n });
		const msgId = client.send(body, { seqno: 1001 });
		await client.answerTo(msgId);
		client.send(body, { msgId, seqno: 1001 });
		await client.until(() =>
			client.received.filter((one) => one.object.req_msg_id === msgId).length === 2 ? true : undefined,
		);
		expect(here.sandbox.control.requests({ method: 'messages.sendMessage' })).toHaveLength(1);
	});

	it('what was not acknowledged comes again on the next connection', async () => {
		const client = await settled(here);
		const msgId = client.send(RawClient.request({ _: 'help.getConfig' }));
		await client.answerTo(msgId);
		client.end();
		const next = await here.again(client);
		next.sessionId = client.sessionId;
		next.send(encode(ping), { content: false, msgId: client.messageId() + 400n });
		expect(await next.answerTo(msgId)).toMatchObject({ _: 'config' });
	});

	it('state, resend and the end of a session', async () => {
		const client = await settled(here);
		const msgId = client.send(RawClient.request({ _: 'help.getConfig' }));
		const answer = await client.next('rpc_result');
		client.send(encode({ _: 'msgs_state_req', msg_ids: [msgId, 4n] }), { content: false });
		expect((await client.next('msgs_state_info')).object.info).toEqual(Buffer.from([4, 1]));
		client.received.length = 0;
		client.send(encode({ _: 'msg_resend_req', msg_ids: [answer.msgId] }), { content: false });
		expect((await client.next('rpc_result')).msgId).toBe(answer.msgId);
		client.send(encode({ _: 'destroy_session', session_id: 99n }), { content: false });
		expect((await client.next('destroy_session_none')).object).toMatchObject({ session_id: 99n });
	});

	it('a ping with a delay hangs up when no other comes', async () => {
		const client = await settled(here);
		client.send(encode({ _: 'ping_delay_disconnect', ping_id: 1n, disconnect_delay: 75 }), {
			content: false,
		});
		await client.next('pong');
		here.sandbox.control.advanceClock({ ms: 76_000 });
		expect(await client.refusal()).toBe('ended');
	});

	it('an unknown method is refused and listed', async () => {
		const client = await here.enter(1);
		expect(await refusal(client.invoke({ _: 'payments.getStarsTopupOptions' }))).toBe('400 METHOD_INVALID');
		expect(here.sandbox.control.counts().unknownMethods).toEqual({ 'payments.getStarsTopupOptions': 1 });
		const nonsense = client.send(Buffer.from('0badf00d', 'hex'));
		await expect(client.answerTo(nonsense)).rejects.toThrow('INPUT_METHOD_INVALID');
	});

	it('the API answers only after initConnection, and only to a login', async () => {
		const client = await here.open();
		await client.invoke({ _: 'help.getNearestDc' });
		expect(await refusal(client.invoke({ _: 'updates.getState' }))).toBe('401 AUTH_KEY_UNREGISTERED');
		const bare = await here.open();
		const first = bare.send(encode({ _: 'help.getNearestDc' }));
		await expect(bare.answerTo(first)).rejects.toThrow(Refused);
	});

	it('a request may wait for another', async () => {
		const client = await here.enter(1);
		here.sandbox.control.setFaults({ delays: [{ method: 'messages.sendMessage', ms: 60_000, count: 1 }] });
		const slow = client.send(
			RawClient.request({ _: 'messages.sendMessage', peer: self, message: 'a', random_id: 1n }),
		);
		const query = { _: 'messages.sendMessage', peer: self, message: 'b', random_id: 2n };
		const after = client.send(encode({ _: 'invokeAfterMsg', msg_id: slow, query }));
		await sendText(client, self, 'c');
		here.sandbox.control.advanceClock({ ms: 60_000 });
		await client.answerTo(after);
		const { id } = here.sandbox.accounts[1];
		expect(here.sandbox.control.messages({ owner: id, peer: id }).map((one) => one.text)).toEqual([
			'c',
			'a',
			'b',
		]);
	});
});

describe('temporary keys', () => {
	const here = scene();

	/** bind_auth_key_inner under the permanent key, as MTProto 1.0 seals it. */
	function sealBinding(permanent: Buffer, idBytes: Buffer, msgId: bigint, inner: Buffer): Buffer {
		const head = Buffer.alloc(32);
		randomBytes(16).copy(head);
		head.writeBigInt64LE(msgId, 16);
		head.writeInt32LE(inner.length, 28);
		const message = Buffer.concat([head, inner]);
		const msgKey = sha1(message).subarray(4, 20);
		const [a, b, c, d] = [
			sha1(msgKey, permanent.subarray(0, 32)),
			sha1(permanent.subarray(32, 48), msgKey, permanent.subarray(48, 64)),
			sha1(permanent.subarray(64, 96), msgKey),
			sha1(msgKey, permanent.subarray(96, 128)),
		];
		const key = Buffer.concat([a.subarray(0, 8), b.subarray(8, 20), c.subarray(4, 16)]);
		const iv = Buffer.concat([a.subarray(8, 20), b.subarray(0, 8), c.subarray(16, 20), d.subarray(0, 8)]);
		const padded = Buffer.concat([message, randomBytes((16 - (message.length % 16)) % 16)]);
		return Buffer.concat([idBytes, msgKey, igeEncrypt(padded, key, iv)]);
	}

	it('bound to a permanent key it speaks for its login until it expires', async () => {
		const main = await here.enter(1);
		const permanent = main.key!;
		const client = await here.connect();
		const temporary = await client.exchange('RSA_PAD', 3600);
		const expires_at = Math.floor(Date.now() / 1000) + 3600;
		const [perm_auth_key_id, temp_auth_key_id] = [
			permanent.idBytes.readBigInt64LE(),
			temporary.idBytes.readBigInt64LE(),
		];
		const bind = (msgId: bigint, nonce: bigint): TlObject => {
			const inner = {
				_: 'bind_auth_key_inner',
				nonce: 3n,
				temp_auth_key_id,
				perm_auth_key_id,
				temp_session_id: client.sessionId,
				expires_at,
			};
			const encrypted_message = sealBinding(permanent.data, permanent.idBytes, msgId, encode(inner));
			return { _: 'auth.bindTempAuthKey', perm_auth_key_id, nonce, expires_at, encrypted_message };
		};
		const wrong = client.messageId();
		client.send(encode(bind(wrong, 4n)), { msgId: wrong });
		await expect(client.answerTo(wrong)).rejects.toThrow('ENCRYPTED_MESSAGE_INVALID');
		const right = client.messageId();
		client.send(encode(bind(right, 3n)), { msgId: right });
		expect(await client.answerTo(right)).toEqual({ _: 'value', value: true });
		expect(await client.invoke({ _: 'updates.getState' })).toMatchObject({ _: 'updates.state' });
		here.sandbox.control.advanceClock({ ms: 3_601_000 });
		client.timeOffsetS = 3601;
		client.send(encode(ping), { content: false });
		expect(await client.refusal()).toBe(-404);
	});
});

describe('one key on two connections', () => {
	const here = scene();

	it.each([
		['off', '127.0.0.2', 'accepted'],
		['address', undefined, 'accepted'],
		['address', '127.0.0.2', '406 AUTH_KEY_DUPLICATED'],
		['connection', undefined, '406 AUTH_KEY_DUPLICATED'],
		['overlap', undefined, 'accepted'],
	])('policy %s, second address %s: %s', async (duplicateKey, address, expected) => {
		here.sandbox.control.setPolicy({ duplicateKey });
		const first = await here.enter(1);
		const second = await here.again(first, address);
		expect(await refusal(second.invoke({ _: 'updates.getState' }))).toBe(expected);
		const later = await refusal(first.invoke({ _: 'updates.getState' }));
		expect(later).toBe(duplicateKey === 'overlap' ? '406 AUTH_KEY_DUPLICATED' : expected);
		expect(here.sandbox.control.overlaps()).toHaveLength(1);
	});

	it('one after the other is no overlap', async () => {
		here.sandbox.control.setPolicy({ duplicateKey: 'connection' });
		const first = await here.enter(1);
		first.end();
		await first.refusal();
		const second = await here.again(first);
		expect(await refusal(second.invoke({ _: 'updates.getState' }))).toBe('accepted');
		expect(here.sandbox.control.overlaps()).toEqual([]);
	});
});
