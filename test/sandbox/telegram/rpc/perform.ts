import { gzipSync } from 'node:zlib';
import { takeFault } from '../faults';
import type { RequestRecord } from '../log';
import { encodeProtocol, encodeResult, definitionOf, readerOf, schemaLayer } from '../tl/layers';
import { DecodeError } from '../tl/reader';
import type { Definition } from '../tl/schema';
import { upgrade } from '../tl/upgrade';
import { bytes, int, long, longs, text, toJson } from '../tl/value';
import type { TlObject, TlValue } from '../tl/value';
import type { Origin } from '../wire/receive';
import { Call } from './call';
import { RpcError } from './errors';
import { handlers } from './handlers';
import { observeConnections } from './parallel';

/** What a request was wrapped in. */
interface Wrapped {
	readonly definition: Definition;
	readonly args: TlObject;
	readonly after: readonly bigint[];
	readonly withoutUpdates: boolean;
}

/** Takes invokeWithLayer, initConnection and their kin off; what they say is kept on the key. */
function unwrap({ key, session }: Origin, body: Buffer): Wrapped {
	const principal = key.principal;
	const after: bigint[] = [];
	let withoutUpdates = false;
	for (let query = body; ;) {
		const id = query.readUInt32LE();
		const definition = definitionOf(id);
		if (definition?.method !== true) throw new RpcError(400, `INPUT_METHOD_INVALID_${id}_0`);
		const args = readerOf(query).object();
		switch (definition.name) {
			case 'invokeWithLayer':
				principal.layer = Math.min(int(args, 'layer'), session.world.policy.newestLayer);
				if (principal.layer < 100) throw new RpcError(400, 'CONNECTION_LAYER_INVALID');
				break;
			case 'initConnection':
				if (int(args, 'api_id') <= 0) throw new RpcError(400, 'API_ID_INVALID');
				principal.client = {
					apiId: int(args, 'api_id'),
					deviceModel: text(args, 'device_model'),
					systemVersion: text(args, 'system_version'),
					appVersion: text(args, 'app_version'),
					langCode: text(args, 'lang_code'),
				};
				break;
			case 'invokeAfterMsg':
				after.push(long(args, 'msg_id'));
				break;
			case 'invokeAfterMsgs':
				after.push(...longs(args, 'msg_ids'));
				break;
			case 'invokeWithoutUpdates':
				withoutUpdates = true;
				break;
			case 'invokeWithMessagesRange':
			case 'invokeWithTakeout':
				break;
			default:
				return { definition, args, after, withoutUpdates };
		}
		query = bytes(args, 'query');
	}
}

/** Carries out an API request and answers it, in the order of arrival unless it must wait. */
export function perform(origin: Origin, msgId: bigint, body: Buffer): void {
	const { session, connection, key } = origin;
	const { world } = session;
	connection.record.requests += 1;
	const record: RequestRecord = {
		at: world.now(),
		dc: connection.dc.id,
		connection: connection.record.id,
		authKey: key.principal.hex,
		session: session.id.toString(),
		account: key.principal.authorization?.account.toString(),
		layer: key.principal.layer,
		msgId: msgId.toString(),
		method: '?',
		args: undefined,
		outcome: 'pending',
	};
	const done = run(origin, msgId, body, record).then(
		(value) => ({ value, error: undefined }),
		(error: unknown) => ({ value: undefined, error: asRpcError(origin, error, record) }),
	);
	session.running.set(
		msgId,
		done.then(({ error }) => error === undefined),
	);
	void done.then(({ value, error }) => {
		session.running.delete(msgId);
		record.outcome = error === undefined ? 'ok' : error.message;
		answer(origin, msgId, record, value ?? encodeError(error ?? new RpcError(500, 'INTERNAL')));
	});
}

function asRpcError({ session }: Origin, error: unknown, record: RequestRecord): RpcError {
	if (error instanceof RpcError) return error;
	if (error instanceof DecodeError) return new RpcError(400, 'INPUT_FETCH_ERROR');
	session.world.log.fail(record.method, error);
	return new RpcError(500, 'INTERNAL');
}

function encodeError({ code, text: message }: RpcError): Buffer {
	return encodeProtocol({ _: 'rpc_error', error_code: code, error_message: message });
}

async function run(origin: Origin, msgId: bigint, body: Buffer, record: RequestRecord): Promise<Buffer> {
	const { session, connection, key } = origin;
	const { world } = session;
	const { definition, args: raw, after, withoutUpdates } = unwrap(origin, body);
	const args = upgrade(raw);
	const method = args._;
	Object.assign(record, { method, args: toJson(args), layer: key.principal.layer });
	world.log.request(record);
	// An account's principal key may have been bound while this connection was open.
	connection.record.account ??= key.principal.authorization?.account.toString();
	if (world.policy.requireInit && (key.principal.layer === 0 || key.principal.client === undefined)) {
		// Binding comes first on a temporary key and is allowed bare.
		if (method !== 'auth.bindTempAuthKey') throw new RpcError(400, 'CONNECTION_NOT_INITED');
	}
	observeConnections(origin);
	if (key.principal.duplicated) throw new RpcError(406, 'AUTH_KEY_DUPLICATED');
	if (!withoutUpdates && key.principal.authorization !== undefined) session.wantsUpdates = true;
	const authorization = key.principal.authorization;
	if (authorization !== undefined) authorization.active = world.serverSeconds();
	const account = authorization?.account.toString();
	for (const id of after) {
		if ((await session.running.get(id)) === false) throw new RpcError(400, 'MSG_WAIT_FAILED');
	}
	const delay = takeFault(world.faults.delays, method, account);
	if (delay !== undefined) await new Promise<void>((resolve) => void world.later(delay.ms, resolve));
	const fault = takeFault(world.faults.errors, method, account);
	if (fault !== undefined && fault.after !== true) throw new RpcError(fault.code, fault.message);
	const handler = handlers[method];
	if (handler === undefined) {
		world.log.unknownMethods.set(method, (world.log.unknownMethods.get(method) ?? 0) + 1);
		throw new RpcError(400, 'METHOD_INVALID');
	}
	demandHome(origin, method);
	const call = new Call(world, origin, args, msgId);
	const result: TlValue = await handler(call);
	if (!withoutUpdates && key.principal.authorization !== undefined) session.wantsUpdates = true;
	if (fault !== undefined) throw new RpcError(fault.code, fault.message);
	return encodeResult(schemaLayer(key.principal.layer), definition, result);
}

/** What every data centre serves; the rest only the one where the account lives. */
const anywhere = /^(auth|help|upload|langpack)\.|^(users\.getUsers|updates\.getState|account\.getPassword)$/;

function demandHome({ session, connection, key }: Origin, method: string): void {
	const { authorization } = key.principal;
	if (authorization === undefined || anywhere.test(method)) return;
	const home = session.world.person(authorization.account).homeDc;
	if (home !== connection.dc.id) throw new RpcError(303, `USER_MIGRATE_${home}`);
}

const rpcResultId = 0xf35c6d01;
const gzipId = 0x3072cfa1;

/** Sends rpc_result, gzip-packed when that is worth it, unless a fault swallows it. */
function answer({ session, connection }: Origin, msgId: bigint, record: RequestRecord, value: Buffer): void {
	const { world } = session;
	const { method, account } = record;
	const head = Buffer.alloc(12);
	head.writeUInt32LE(rpcResultId, 0);
	head.writeBigInt64LE(msgId, 4);
	const body = Buffer.concat([head, packed(world.policy.gzipAboveBytes, value)]);
	session.keepAnswer(msgId, body);
	if (takeFault(world.faults.dropAnswers, method, account) !== undefined) return;
	if (takeFault(world.faults.cutBeforeAnswer, method, account) !== undefined)
		return connection.cut('fault', true);
	const cut = takeFault(world.faults.cutInAnswer, method, account) !== undefined;
	// An answer whose connection is gone waits for the session's next one.
	const to = connection.ended ? session.connection : connection;
	session.sendContent(body, 'answer', to, cut);
}

function packed(above: number, value: Buffer): Buffer {
	if (value.length <= above) return value;
	// What does not shrink at its beginning is a part of a picture or a film.
	const beginning = value.subarray(0, 4_096);
	if (beginning.length < value.length && gzipSync(beginning, { level: 1 }).length >= beginning.length)
		return value;
	const data = gzipSync(value, { level: 1 });
	if (data.length + 8 >= value.length) return value;
	const head = Buffer.alloc(4);
	head.writeUInt32LE(gzipId);
	const length =
		data.length < 254
			? Buffer.from([data.length])
			: Buffer.from([254, data.length & 255, (data.length >> 8) & 255, data.length >> 16]);
	const padding = Buffer.alloc((4 - ((length.length + data.length) % 4)) % 4);
	return Buffer.concat([head, length, data, padding]);
}
