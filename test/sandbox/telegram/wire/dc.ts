import { open } from '../crypto/message';
import type { ServerKey } from '../crypto/rsa';
import type { World } from '../state/world';
import { DecodeError, Reader } from '../tl/reader';
import { Door } from '../transport/door';
import type { Packet } from '../transport/framing';
import type { AuthKey } from './auth-key';
import { Connection } from './connection';
import { HandshakeError } from './handshake';
import { receiveMessage } from './receive';
import { Session } from './session';

/** One data centre: a port, an RSA key and the auth keys made here. Other data centres do not know them. */
export class DataCentre {
	readonly keys = new Map<bigint, AuthKey>();
	readonly door: Door;

	constructor(
		readonly world: World,
		readonly id: number,
		readonly host: string,
		readonly serverKey: ServerKey,
	) {
		this.door = new Door(host, (pipe) => new Connection(world, this, pipe));
	}

	get port(): number {
		return this.door.port;
	}

	/** A packet from the wire, plain or encrypted. */
	receive(connection: Connection, { data, quickAck }: Packet): void {
		if (data.length < 8) return;
		const keyId = data.readBigInt64LE();
		if (keyId === 0n) return this.receivePlain(connection, data);
		const key = this.keys.get(keyId);
		const now = this.world.serverSeconds();
		if (key === undefined || (key.expires !== undefined && key.expires <= now))
			return connection.transportError(-404);
		const { transportErrors } = this.world.faults;
		if (transportErrors.count > 0 && connection.afflicted) {
			transportErrors.count -= 1;
			return connection.transportError(transportErrors.code);
		}
		// A padded framing leaves up to 15 bytes behind the cipher blocks.
		const opened = open(key.data, data.subarray(0, 24 + Math.floor((data.length - 24) / 16) * 16), 'client');
		if (opened === undefined) {
			connection.transportError(-404);
			return connection.cut('server', false);
		}
		const hex = key.principal.hex;
		if (!connection.record.authKeys.includes(hex)) connection.record.authKeys.push(hex);
		connection.record.account ??= key.principal.authorization?.account.toString();
		if (quickAck) connection.sendQuickAck(opened.quickAck);
		this.receiveOpened(connection, key, opened.plain);
	}

	private receivePlain(connection: Connection, data: Buffer): void {
		try {
			connection.handshake.receive(data);
		} catch (error) {
			if (!(error instanceof HandshakeError) && !(error instanceof DecodeError)) throw error;
			connection.transportError(-404);
			connection.cut('server', false);
		}
	}

	private receiveOpened(connection: Connection, key: AuthKey, plain: Buffer): void {
		const reader = new Reader(plain, () => undefined);
		const salt = reader.long();
		const sessionId = reader.long();
		const msgId = reader.long();
		const seqno = reader.int();
		const length = reader.int();
		const padding = reader.left - length;
		// MTProto 2.0: 12 to 1024 bytes of padding, length a multiple of 4; what breaks this is dropped.
		if (length < 4 || length % 4 !== 0 || padding < 12 || padding > 1024)
			return connection.cut('server', false);
		const body = reader.raw(length);
		let session = key.sessions.get(sessionId);
		const { sessionLifeMs } = this.world.policy;
		if (session?.connection === undefined && this.world.now() - (session?.lastSeen ?? 0) > sessionLifeMs) {
			session = undefined;
		}
		const fresh = session === undefined;
		session ??= new Session(this.world, key, sessionId);
		key.sessions.set(sessionId, session);
		session.enter(connection);
		receiveMessage({ connection, session, key }, { salt, msgId, seqno, body, fresh });
	}
}
