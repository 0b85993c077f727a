import { jsonVersion } from '../codec/json';
import { CodecError, isWireMap } from '../codec/wire';
import type { WireMap } from '../codec/wire';
import { takeFault } from '../faults';
import { Fields } from '../fields';
import { Refusal } from '../refusal';
import { Call } from './call';
import type { Handler, HandlerTable } from './call';
import type { Connection, Incoming } from './connection';
import { display } from './display';
import type { RequestRecord } from './log';

/** Requests allowed between SESSION_INIT and LOGIN. */
const beforeLogin: ReadonlySet<number> = new Set([1, 5, 17, 18, 19, 23, 115, 224, 288, 289, 291]);
/** Requests that make no sense once logged in. */
const notOnline: ReadonlySet<number> = new Set([6, 17, 18, 19, 23]);
/** Numbers the server pushes and never answers (144 and 145 in their range are requests). */
const pushOnly: ReadonlySet<number> = new Set([
	3, 128, 129, 130, 131, 132, 134, 135, 136, 137, 138, 139, 140, 142, 143, 146, 147, 148, 150, 154, 155, 156,
	159, 165, 216, 277, 292, 293,
]);

/** Carries one frame through version check, state machine, faults and handler, and answers it. */
export function dispatch(conn: Connection, frame: Incoming, handlers: HandlerTable): void {
	const { world } = conn;
	const record: RequestRecord = {
		at: world.now(),
		connection: conn.record.id,
		account: conn.user?.id.toString(),
		cmd: frame.cmd,
		opcode: frame.opcode,
		seq: frame.seq,
		payload: undefined,
		outcome: 'ok',
	};
	const note = (payload: WireMap | null): void => world.log.request({ ...record, payload: display(payload) });
	let payload: WireMap | null = null;
	try {
		const versions = conn.dialect === 'json' ? [jsonVersion] : world.policy.binaryVersions;
		if (!versions.includes(frame.version)) throw new Refusal('proto.ver', { after: 'close' });
		payload = decode(frame);
		if (frame.cmd === 1) acknowledge(conn, frame, payload);
		if (frame.cmd !== 0) return note(payload);
		conn.noteRequest(frame.seq);
		const call = new Call(
			world,
			conn,
			frame.opcode,
			frame.seq,
			new Fields(payload ?? {}, conn.dialect, world.policy.lenientMessageIds),
		);
		const handler = allowed(conn, frame.opcode, handlers);
		const fault = conn.faulty ? takeFault(world.faults.errors, frame.opcode) : undefined;
		if (fault !== undefined) {
			throw new Refusal(fault.error, { message: fault.message ?? fault.error, title: fault.title ?? '' });
		}
		const reply = handler(call);
		note(payload);
		conn.reply(frame.seq, frame.opcode, reply);
		call.finish();
	} catch (error) {
		const refusal = asRefusal(error, conn);
		record.outcome = refusal.key;
		note(payload);
		conn.refuse(frame.seq, frame.opcode, refusal);
	}
}

function decode(frame: Incoming): WireMap | null {
	const value = frame.decode();
	if (value === null) return null;
	if (!isWireMap(value)) throw new CodecError('payload is no object');
	return value;
}

function asRefusal(error: unknown, conn: Connection): Refusal {
	if (error instanceof Refusal) return error;
	// What cannot be read cannot be trusted to be aligned: the connection ends.
	if (error instanceof CodecError)
		return new Refusal('proto.payload', { message: error.message, after: 'close' });
	conn.world.log.failures.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
	return new Refusal('internal', { message: 'the sandbox failed; see its failures' });
}

/** The state machine of the connection: which requests are answered when. */
function allowed(conn: Connection, opcode: number, handlers: HandlerTable): Handler {
	const handler = handlers[opcode];
	// choice: `session.state` and the end of the connection for anything before SESSION_INIT.
	if (conn.state === 'new' && opcode !== 6) throw new Refusal('session.state', { after: 'close' });
	if (pushOnly.has(opcode) && !(opcode === 128 && conn.world.policy.acknowledgeByRequest)) {
		const after = conn.world.policy.closeAfterPushOnly ? 'close' : 'by-policy';
		throw new Refusal('proto.opcode', { message: 'Unknown opcode', after });
	}
	if (handler === undefined) throw new Refusal('proto.opcode', { message: 'Unknown opcode' });
	const wrongState =
		(conn.state === 'init' && !beforeLogin.has(opcode)) || (conn.state === 'online' && notOnline.has(opcode));
	if (wrongState) throw new Refusal('session.state');
	return handler;
}

/** A client's `cmd` 1: the acknowledgement of a push or of a server ping. */
function acknowledge(conn: Connection, frame: Incoming, payload: WireMap | null): void {
	if (frame.opcode !== 128 || payload === null || conn.session === undefined) return;
	const messageId = new Fields(payload, conn.dialect, conn.world.policy.lenientMessageIds).messageId(
		'messageId',
	);
	const { session } = conn;
	session.unacknowledged = session.unacknowledged.filter((one) => one.messageId !== messageId);
}
