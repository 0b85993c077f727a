import { createHash } from 'node:crypto';
import type { Call, HandlerTable } from '../core/call';
import { push, pushToUser, redeliver } from '../core/fanout';
import type { Outgoing } from '../codec/wire';
import { badPayload, Refusal } from '../refusal';
import type { Session, User } from '../state/model';
import { viewLogin, viewLogin2 } from '../state/sync';
import { createSession, endSession, newToken } from '../state/users';
import { viewPresence } from '../state/views';

/** SESSION_INIT: the first frame of every connection. */
function sessionInit({ conn, world, body }: Call): Outgoing {
	if (conn.state !== 'new') throw new Refusal('session.state');
	const agent = body.object('userAgent');
	const type = agent.string('deviceType');
	const appVersion = agent.string('appVersion');
	const deviceId = body.string('deviceId');
	body.maybeInt('clientSessionId');
	body.maybeString('mt_instanceid');
	const accepted = conn.transport === 'tcp' ? world.policy.tcpDevices : world.policy.webSocketDevices;
	if (!accepted.includes(type) || olderThan(appVersion, world.policy.minAppVersion)) {
		throw new Refusal('client.unsupported-version', { message: 'Update the application', after: 'close' });
	}
	const callsSeed =
		type === 'WEB' || type === 'IOS' ? undefined : BigInt(`0x${world.random.hex(15)}`) | (1n << 58n);
	conn.device = {
		type,
		appVersion,
		deviceId,
		name: agent.maybeString('deviceName') ?? 'device',
		osVersion: agent.maybeString('osVersion') ?? '',
		callsSeed,
	};
	conn.record.deviceType = type;
	conn.record.deviceId = deviceId;
	conn.state = 'init';
	if (type === 'WEB') {
		return {
			'phone-auth-enabled': world.policy.webPhoneLogin !== 'refuse',
			location: 'RU',
			lang: true,
			'reg-country-code': ['RU', 'BY'],
		};
	}
	return {
		callsSeed,
		location: 'RU',
		'app-update-type': world.policy.forcedUpdate ? 1 : 0,
		'reg-country-code': ['RU', 'BY'],
		'phone-auto-complete-enabled': false,
		'qr-auth-enabled': true,
		lang: true,
	};
}

/** Compares dotted versions by their numbers. */
export function olderThan(version: string, minimum: string): boolean {
	if (minimum === '') return false;
	const [a, b] = [version, minimum].map((text) =>
		text.split('.').map((part) => Number.parseInt(part, 10) || 0),
	);
	for (let index = 0; index < (b?.length ?? 0); index += 1) {
		const difference = (a?.[index] ?? 0) - (b?.[index] ?? 0);
		if (difference !== 0) return difference < 0;
	}
	return false;
}

/**
 * The mobile fingerprint: three SHA-256 of `digest ‖ int64be(callsSeed) ‖ deviceId`. Sources disagree on the
 * order of the digests; both are right here.
 */
export function fingerprints(digests: readonly string[], callsSeed: bigint, deviceId: string): Buffer[] {
	const seed = Buffer.alloc(8);
	seed.writeBigInt64BE(callsSeed);
	const parts = digests.map((digest) =>
		createHash('sha256').update(Buffer.from(digest, 'hex')).update(seed).update(deviceId, 'utf8').digest(),
	);
	const [signature, dex, so] = parts;
	if (signature === undefined || dex === undefined || so === undefined) return [];
	return [Buffer.concat([signature, dex, so]), Buffer.concat([signature, so, dex])];
}

/** LOGIN with a token. */
function login(call: Call): Outgoing {
	const { conn, world, body } = call;
	const token = body.string('token');
	const chatsCount = body.maybeNumber('chatsCount') ?? 40;
	const markers = {
		chatsCount,
		chatsSync: body.maybeNumber('chatsSync') ?? 0,
		contactsSync: body.maybeNumber('contactsSync') ?? 0,
		configHash: body.maybeString('configHash'),
	};
	body.maybeNumber('presenceSync');
	body.maybeNumber('draftsSync');
	body.maybeNumber('lastLogin');
	body.maybeBytes('chatCacheFingerprint');
	body.maybeMap('userAgent');
	const interactive = body.maybeBoolean('interactive') ?? false;
	if (chatsCount > 100 || chatsCount < 0) throw badPayload("'chatsCount' out of range");
	const session = sessionOf(call, token);
	const user = world.users.get(session.userId) as User;
	countLogin(call, session);
	conn.user = user;
	conn.session = session;
	conn.interactive = interactive;
	conn.state = 'online';
	world.joined(user.id, conn);
	session.lastSeen = world.now();
	conn.record.account = user.id.toString();
	conn.record.session = world.sessions.indexOf(session);
	conn.record.logins += 1;
	world.log.entered(conn.record.session);
	const current = rotated(call, session);
	const reply = viewLogin(conn, user, markers);
	call.then(() => {
		if (world.policy.redeliverUnacknowledged) redeliver(conn, user);
		if (interactive) announcePresence(call, user);
	});
	return world.policy.loginToken === 'always' || current !== token ? { ...reply, token: current } : reply;
}

function sessionOf({ conn, world }: Call, token: string): Session {
	const dead = (message: string): Refusal => new Refusal('login.token', { message });
	const session = world.tokens.get(token);
	if (session === undefined) throw dead('FAIL_LOGIN_TOKEN');
	if (session.ended !== undefined) throw new Refusal(session.ended.key, { message: session.ended.message });
	const { policy } = world;
	if (policy.rotationKillsOld && token !== session.tokens.at(-1)) throw dead('FAIL_LOGIN_TOKEN');
	if (policy.tokenBoundToTransport && session.transport !== conn.transport) throw dead('Invalid token');
	if (policy.tokenBoundToDevice && session.deviceId !== conn.device?.deviceId) throw dead('Invalid token');
	const banned = world.users.get(session.userId)?.banned;
	if (banned !== undefined) throw new Refusal(banned);
	return session;
}

/** Too many LOGINs in a short time cost the login, as one report tells. */
function countLogin({ world }: Call, session: Session): void {
	const { loginLimit, loginWindowMs, loginFloodAction } = world.policy;
	const since = world.now() - loginWindowMs;
	session.logins.push(world.now());
	if (session.logins.length > 10_000) session.logins.splice(0, 1000);
	if (loginLimit === 0 || session.logins.filter((time) => time > since).length <= loginLimit) return;
	if (loginFloodAction === 'invalidate') session.ended = { key: 'login.token', message: 'FAIL_LOGIN_TOKEN' };
	throw new Refusal('login.flood');
}

/** The token to hand out: a new one when the stored one is old enough or a test asked for it. */
function rotated({ world }: Call, session: Session): string {
	const { rotateTokenAfterMs } = world.policy;
	const aged = rotateTokenAfterMs > 0 && world.now() - session.tokenIssued > rotateTokenAfterMs;
	if (aged || session.rotateNext) {
		const token = newToken(world);
		session.tokens.push(token);
		world.tokens.set(token, session);
		session.tokenIssued = world.now();
		session.rotateNext = false;
	}
	return session.tokens.at(-1) ?? '';
}

function login2({ conn, me, body }: Call): Outgoing {
	body.maybeBoolean('needProfile');
	return viewLogin2(conn, me, body.maybeNumber('contactsSync') ?? 0, body.maybeString('configHash'));
}

/** PING: `interactive` tells whether a person is looking. */
function ping(call: Call): Outgoing {
	const interactive = call.body.maybeBoolean('interactive') ?? false;
	const changed = interactive !== call.conn.interactive;
	call.conn.interactive = interactive;
	if (changed && call.conn.state === 'online') announcePresence(call, call.me);
	return null;
}

/** Push 132 to everybody who has the user among their contacts. */
export function announcePresence({ world }: Pick<Call, 'world'>, user: User): void {
	const view = viewPresence(world, user) as { seen: number; on?: string };
	const seen = world.policy.presencePushUnit === 'ms' ? view.seen * 1000 : view.seen;
	for (const other of world.users.values()) {
		if (other.id === user.id || other.contacts.get(user.id)?.listed !== true) continue;
		// Live pushes were seen with `status` 1 for online; replies say `on`.
		pushToUser(world, other, push.presence, () => ({
			userId: user.id,
			presence: { ...view, seen, status: view.on === undefined ? 2 : 1 },
		}));
	}
}

/** LOGOUT: the session is over; its other connections end with it. */
function logout(call: Call): Outgoing {
	call.body.maybeString('pushToken');
	endOthersOf(call.world, call.session, call.conn);
	call.then(() => call.conn.end('logout'));
	return null;
}

function endOthersOf(world: Call['world'], session: Session, conn: Call['conn']): void {
	session.ended = { key: 'login.token', message: 'FAIL_LOGIN_TOKEN' };
	for (const other of world.connectionsOf(session.userId)) {
		if (other !== conn && other.session === session) other.end('logout');
	}
}

function sessionsInfo({ world, me, session }: Call): Outgoing {
	const alive = world.sessions.filter((one) => one.userId === me.id && one.ended === undefined);
	return {
		sessions: alive.map((one) => ({
			client: one.client,
			info: one.info,
			location: 'Moscow',
			time: one.lastSeen,
			current: one === session,
		})),
	};
}

/** Ends all other sessions; they get push 20 and are disconnected. */
function sessionsClose({ world, me, session }: Call): Outgoing {
	for (const other of world.sessions) {
		if (other.userId === me.id && other !== session && other.ended === undefined) {
			endSession(world, other, 'login.token', 'FAIL_LOGIN_TOKEN');
		}
	}
	return { token: session.tokens.at(-1) };
}

export const sessionHandlers: HandlerTable = {
	1: ping,
	5: () => null,
	6: sessionInit,
	8: login2,
	19: login,
	20: logout,
	96: sessionsInfo,
	97: sessionsClose,
};

/** Used by the phone and QR logins: the session of a device that proved who it is. */
export function grantLogin({ conn, world }: Call, user: User): string {
	const device = conn.device;
	const session = createSession(world, user, {
		transport: conn.transport,
		deviceId: device?.deviceId ?? '',
		deviceType: device?.type ?? 'WEB',
		deviceName: device?.name ?? 'device',
		appVersion: device?.appVersion ?? '',
	});
	return session.tokens[0] ?? '';
}
