import { unzipSync } from 'node:zlib';
import { perform } from '../rpc/perform';
import { encodeProtocol, readerOf } from '../tl/layers';
import { DecodeError } from '../tl/reader';
import type { Reader } from '../tl/reader';
import { int, long, longs } from '../tl/value';
import type { TlObject } from '../tl/value';
import type { AuthKey } from './auth-key';
import type { Connection } from './connection';
import type { Session } from './session';

/** Where a message came from. */
export interface Origin {
	readonly connection: Connection;
	readonly session: Session;
	readonly key: AuthKey;
}

interface Incoming {
	readonly salt: bigint;
	readonly msgId: bigint;
	readonly seqno: number;
	readonly body: Buffer;
	/** The session id was new. */
	readonly fresh: boolean;
}

interface Inner {
	readonly msgId: bigint;
	readonly seqno: number;
	readonly body: Buffer;
}

const ids = { container: 0x73f1f8dc, gzip: 0x3072cfa1 };

/** Messages that need no acknowledgement and carry an even number. */
const unrelated = new Set([
	0x62d6b459, // msgs_ack
	0x73f1f8dc, // msg_container
	0x7abe77ec, // ping: clients differ, both parities are taken
	0xf3427b8c, // ping_delay_disconnect
	0x9299359f, // http_wait
	0xda69fb52, // msgs_state_req
	0x7d861a08, // msg_resend_req
	0x8cc0d131, // msgs_all_info
	0x04deb57d, // msgs_state_info
	0xb921bd04, // get_future_salts
	0xe7512126, // destroy_session
]);

function refuse({ session, connection }: Origin, { msgId, seqno }: Inner, code: number): void {
	const { log } = session.world;
	log.badMessages.set(code, (log.badMessages.get(code) ?? 0) + 1);
	session.sendService(
		{ _: 'bad_msg_notification', bad_msg_id: msgId, bad_msg_seqno: seqno, error_code: code },
		connection,
	);
}

/** What is wrong with a message's id (core.telegram.org/mtproto/service_messages_about_messages), or undefined. */
function idProblem(session: Session, msgId: bigint): number | undefined {
	const age = session.world.serverSeconds() - Number(msgId >> 32n);
	if (msgId % 4n !== 0n) return 18;
	if (age > 300) return 16;
	if (age < -30) return 17;
	return undefined;
}

function seqnoProblem(session: Session, { msgId, seqno, body }: Inner): number | undefined {
	const id = body.readUInt32LE();
	const odd = (seqno & 1) === 1;
	if (!odd && !unrelated.has(id)) return 35;
	// mtcute numbers its msgs_ack as content and is served: only a container must be even.
	if (odd && id === ids.container) return 34;
	const last = session.lastContent;
	if (!session.world.policy.strictSeqno || !odd) return undefined;
	if (last === undefined) session.lastContent = { msgId, seqno };
	else if (msgId > last.msgId) {
		if (seqno <= last.seqno) return 32;
		session.lastContent = { msgId, seqno };
	} else if (msgId < last.msgId && seqno >= last.seqno) return 33;
	return undefined;
}

/** An opened packet: id, salt, then its message or the messages of its container. */
export function receiveMessage(origin: Origin, incoming: Incoming): void {
	const { session, connection, key } = origin;
	const { world } = session;
	const problem = idProblem(session, incoming.msgId);
	if (problem !== undefined) return refuse(origin, incoming, problem);
	const nowS = world.serverSeconds();
	const spoiled = world.faults.badSalts > 0 && connection.afflicted;
	if (spoiled) world.faults.badSalts -= 1;
	if (spoiled || !key.accepts(incoming.salt, nowS)) {
		world.log.badMessages.set(48, (world.log.badMessages.get(48) ?? 0) + 1);
		return session.sendService(
			{
				_: 'bad_server_salt',
				bad_msg_id: incoming.msgId,
				bad_msg_seqno: incoming.seqno,
				error_code: 48,
				new_server_salt: key.currentSalt(nowS),
			},
			connection,
		);
	}
	let inner: readonly Inner[];
	try {
		inner = unpack(incoming.body);
	} catch (error) {
		if (!(error instanceof DecodeError)) throw error;
		return refuse(origin, incoming, 64);
	}
	const container = incoming.body.readUInt32LE() === ids.container;
	if (container) {
		if (session.seen.has(incoming.msgId)) return refuse(origin, incoming, 19);
		if ((incoming.seqno & 1) === 1) return refuse(origin, incoming, 34);
		if (inner.some((one) => one.msgId >= incoming.msgId)) return refuse(origin, incoming, 64);
		session.remember(incoming.msgId);
	} else inner = [{ msgId: incoming.msgId, seqno: incoming.seqno, body: incoming.body }];
	if (incoming.fresh) {
		const lowest = inner.reduce((low, { msgId }) => (msgId < low ? msgId : low), incoming.msgId);
		session.sendContent(
			encodeProtocol({
				_: 'new_session_created',
				first_msg_id: lowest,
				unique_id: session.id ^ incoming.msgId,
				server_salt: key.currentSalt(nowS),
			}),
			'push',
			connection,
		);
	}
	for (const one of inner) receiveInner(origin, one, container);
}

/** The messages of a container; anything else is no container. */
function unpack(body: Buffer): Inner[] {
	const reader = readerOf(body);
	if (reader.uint() !== ids.container) return [];
	const count = reader.uint();
	if (count > 1020) throw new DecodeError('more than 1020 messages in a container');
	return Array.from({ length: count }, () => {
		const msgId = reader.long();
		const seqno = reader.int();
		return { msgId, seqno, body: reader.raw(reader.int()) };
	});
}

function receiveInner(origin: Origin, message: Inner, inContainer: boolean): void {
	const { session, connection } = origin;
	if (inContainer) {
		const problem = idProblem(session, message.msgId);
		if (problem !== undefined) return refuse(origin, message, problem);
		if (message.body.length < 4 || message.body.readUInt32LE() === ids.container)
			return refuse(origin, message, 64);
	}
	if (session.seen.has(message.msgId)) {
		// A repeat: the earlier answer again, if it is still known. Nothing is carried out twice.
		const answer = session.answers.get(message.msgId);
		if (answer !== undefined) session.sendContent(answer, 'answer', connection);
		return;
	}
	const problem = seqnoProblem(session, message);
	if (problem !== undefined) return refuse(origin, message, problem);
	session.remember(message.msgId);
	if ((message.seqno & 1) === 1) session.pendingAcks.push(message.msgId);
	receiveBody(origin, message.msgId, message.body);
}

function receiveBody(origin: Origin, msgId: bigint, body: Buffer): void {
	const reader = readerOf(body);
	if (body.readUInt32LE() === ids.gzip) {
		reader.uint();
		// With a header of gzip or of zlib: Telegram takes both, and mtcute writes the second.
		return receiveBody(origin, msgId, unzipSync(reader.bytes()));
	}
	if (!service(origin, msgId, reader)) perform(origin, msgId, body);
}

/** Carries out a protocol message; false for an API call. */
function service(origin: Origin, msgId: bigint, reader: Reader): boolean {
	const { session, connection, key } = origin;
	const id = reader.buffer.readUInt32LE();
	const object: TlObject | undefined = serviceIds.has(id) ? reader.object() : undefined;
	switch (object?._) {
		case 'msgs_ack':
			session.acknowledged(longs(object, 'msg_ids'));
			return true;
		case 'ping':
		case 'ping_delay_disconnect':
			connection.record.pings += 1;
			if (object._ === 'ping_delay_disconnect')
				connection.disconnectIn(int(object, 'disconnect_delay') * 1000);
			session.sendService({ _: 'pong', msg_id: msgId, ping_id: long(object, 'ping_id') }, connection);
			return true;
		case 'get_future_salts':
			session.sendService(futureSalts(origin, msgId, int(object, 'num')), connection);
			return true;
		case 'msgs_state_req':
			session.sendService(
				{ _: 'msgs_state_info', req_msg_id: msgId, info: session.states(longs(object, 'msg_ids')) },
				connection,
			);
			return true;
		case 'msg_resend_req':
			session.resend(longs(object, 'msg_ids'), connection);
			return true;
		case 'destroy_session': {
			const gone = long(object, 'session_id');
			const known = gone !== session.id && key.sessions.delete(gone);
			session.sendService(
				{ _: known ? 'destroy_session_ok' : 'destroy_session_none', session_id: gone },
				connection,
			);
			return true;
		}
		case 'destroy_auth_key':
			sendResult(origin, msgId, { _: 'destroy_auth_key_ok' });
			setImmediate(() => connection.dc.keys.delete(key.id));
			return true;
		case 'rpc_drop_answer':
			session.answers.delete(long(object, 'req_msg_id'));
			sendResult(origin, msgId, { _: 'rpc_answer_unknown' });
			return true;
		case undefined:
			return false;
		default:
			// http_wait, msgs_all_info, msgs_state_info: nothing to do on a socket.
			return true;
	}
}

/** A protocol method whose answer travels as rpc_result. */
function sendResult({ session, connection }: Origin, msgId: bigint, object: TlObject): void {
	const head = Buffer.alloc(12);
	head.writeUInt32LE(0xf35c6d01, 0);
	head.writeBigInt64LE(msgId, 4);
	session.sendContent(Buffer.concat([head, encodeProtocol(object)]), 'answer', connection);
}

const serviceIds = new Set([
	...unrelated,
	0x58e4a740 /* rpc_drop_answer */,
	0xd1435160 /* destroy_auth_key */,
]);
serviceIds.delete(ids.container);

function futureSalts({ key, session }: Origin, msgId: bigint, count: number): TlObject {
	const now = session.world.serverSeconds();
	const salts = key.futureSalts(now, Math.min(Math.max(count, 1), 64));
	return {
		_: 'future_salts',
		req_msg_id: msgId,
		now,
		salts: salts.map(({ since, until, salt }) => ({
			_: 'future_salt',
			valid_since: since,
			valid_until: until,
			salt,
		})),
	};
}
