import { openLegacy } from '../crypto/legacy-message';
import { SrpChallenge } from '../crypto/srp';
import { dhPrime } from '../crypto/dh';
import { Delivery, pushPayload } from '../state/delivery';
import { post } from '../state/messages';
import { marked } from '../state/model';
import type { Person } from '../state/model';
import { byPhone } from '../state/people';
import { serviceId, viewUser } from '../state/views';
import type { LoginToken, SentCode, World } from '../state/world';
import { readerOf } from '../tl/layers';
import { bytes, child, int, long, text } from '../tl/value';
import type { TlObject } from '../tl/value';
import type { AuthKey, Authorization } from '../wire/auth-key';
import { viewAuthorization } from './authorizations';
import type { Call, HandlerTable } from './call';
import { RpcError } from './errors';

/** Tries per code before it is worthless. */
const maxTries = 5;

function checkApi({ args }: Call): void {
	if (int(args, 'api_id') <= 0 || text(args, 'api_hash') === '') throw new RpcError(400, 'API_ID_INVALID');
}

function digits(phone: string): string {
	const found = phone.replace(/\D/g, '');
	if (found.length < 7 || found.length > 15) throw new RpcError(400, 'PHONE_NUMBER_INVALID');
	return found;
}

function hasSession(world: World, person: Person): boolean {
	return !world.keysOf(person.id).next().done;
}

/** As on Telegram's test servers a code is the account's data centre number, repeated. */
function codeFor({ world, dcId }: Call): string {
	return String(dcId).repeat(world.policy.codeDigits);
}

/** The service account writes to all sessions of an account. */
function serviceMessage(world: World, person: Person, line: string): void {
	const service = world.people.get(serviceId);
	if (service === undefined) return;
	const delivery = new Delivery(world);
	post(world, service, marked.user(person.id), { text: line }, delivery);
	delivery.finish();
}

function sendCode(call: Call): TlObject {
	const { world, args, dcId } = call;
	checkApi(call);
	const phone = digits(text(args, 'phone_number'));
	const person = byPhone(world, phone);
	if (person?.deletedAccount === 'banned') throw new RpcError(400, 'PHONE_NUMBER_BANNED');
	if (person !== undefined && person.homeDc !== dcId)
		throw new RpcError(303, `PHONE_MIGRATE_${person.homeDc}`);
	const code = codeFor(call);
	return sentCode(call, phone, person, code);
}

/** `b***@example.com` */
function patternOf(email: string): string {
	return email.replace(/^(.).*@/, '$1***@');
}

function sentCode({ world }: Call, phone: string, person: Person | undefined, code: string): TlObject {
	const email = person?.loginEmail ?? '';
	const byEmail = email !== '';
	const sent = { hash: world.random.hex(18), code, byEmail, at: world.now(), tries: 0 };
	world.codes.set(phone, sent);
	world.log.codesSent += 1;
	const common = { _: 'auth.sentCode', phone_code_hash: sent.hash, timeout: 120 };
	if (person?.loginEmail === null) return { ...common, type: { _: 'auth.sentCodeTypeSetUpEmailRequired' } };
	if (byEmail) {
		const type = {
			_: 'auth.sentCodeTypeEmailCode',
			email_pattern: patternOf(email),
			length: code.length,
		};
		return { ...common, type };
	}
	const inApp = person !== undefined && hasSession(world, person);
	if (inApp) {
		serviceMessage(
			world,
			person,
			`Login code: ${code}. Do not give this code to anyone, even if they say they are from Telegram!`,
		);
	}
	return {
		...common,
		type: { _: inApp ? 'auth.sentCodeTypeApp' : 'auth.sentCodeTypeSms', length: code.length },
		next_type: inApp ? { _: 'auth.codeTypeSms' } : undefined,
	};
}

/** The code of a login that is under way, or an error. */
function codeOf({ world }: Call, args: TlObject): { phone: string; sent: SentCode } {
	const phone = digits(text(args, 'phone_number'));
	const sent = world.codes.get(phone);
	if (sent === undefined || sent.hash !== text(args, 'phone_code_hash'))
		throw new RpcError(400, 'PHONE_CODE_EXPIRED');
	return { phone, sent };
}

/** Before the first login of an account that must have an address: a code to it. */
function sendVerifyEmailCode(call: Call): TlObject {
	const { args } = call;
	const purpose = child(args, 'purpose');
	if (purpose._ !== 'emailVerifyPurposeLoginSetup') throw new RpcError(400, 'EMAIL_NOT_SETUP');
	const { sent } = codeOf(call, purpose);
	const email = text(args, 'email');
	if (!/^[^@\s]+@[^@\s]+$/.test(email)) throw new RpcError(400, 'EMAIL_INVALID');
	sent.pendingEmail = email;
	return { _: 'account.sentEmailCode', email_pattern: patternOf(email), length: sent.code.length };
}

/** The address is proven: the account has it, and the login goes on with a code to it. */
function verifyEmail(call: Call): TlObject {
	const { world, args } = call;
	const { phone, sent } = codeOf(call, child(args, 'purpose'));
	const person = byPhone(world, phone);
	if (sent.pendingEmail === undefined || person === undefined) throw new RpcError(400, 'EMAIL_NOT_SETUP');
	if (text(child(args, 'verification'), 'code') !== sent.code) throw new RpcError(400, 'CODE_INVALID');
	person.loginEmail = sent.pendingEmail;
	return {
		_: 'account.emailVerifiedLogin',
		email: sent.pendingEmail,
		// Another code than the one that proved the address: whoever mixes them up is told.
		sent_code: sentCode(call, phone, person, [...sent.code].reverse().join('').replace(/.$/, '9')),
	};
}

function signIn(call: Call): TlObject {
	const { world, args, dcId } = call;
	const phone = digits(text(args, 'phone_number'));
	const person = byPhone(world, phone);
	if (person !== undefined && person.homeDc !== dcId)
		throw new RpcError(303, `PHONE_MIGRATE_${person.homeDc}`);
	const byEmail = args['email_verification'] !== undefined;
	const given = byEmail ? text(child(args, 'email_verification'), 'code') : text(args, 'phone_code');
	if (given === '') throw new RpcError(400, 'PHONE_CODE_EMPTY');
	const { sent } = codeOf(call, args);
	if (sent.byEmail !== byEmail || person?.loginEmail === null) throw new RpcError(400, 'PHONE_CODE_INVALID');
	if (world.now() - sent.at > world.policy.codeLifeMs || sent.tries >= maxTries) {
		throw new RpcError(400, 'PHONE_CODE_EXPIRED');
	}
	if (given !== sent.code) {
		sent.tries += 1;
		throw new RpcError(400, 'PHONE_CODE_INVALID');
	}
	if (person === undefined) return { _: 'auth.authorizationSignUpRequired' };
	world.codes.delete(phone);
	return enter(call, person);
}

/** The first factor was right: in, or on to the 2FA password. */
function enter(call: Call, person: Person): TlObject {
	if (person.password !== undefined) {
		call.key.awaitingPassword = person.id;
		throw new RpcError(401, 'SESSION_PASSWORD_NEEDED');
	}
	return login(call, person);
}

function login({ world, key, origin }: Call, person: Person): TlObject {
	const now = world.serverSeconds();
	// Another account's login on this key ends.
	key.awaitingPassword = undefined;
	key.revoked = undefined;
	const authorization: Authorization = { account: person.id, hash: world.id64(), created: now, active: now };
	const delivery = new Delivery(world);
	delivery.tell(person, {
		_: 'updateNewAuthorization',
		hash: authorization.hash,
		date: now,
		device: key.client?.deviceModel ?? '',
		location: 'Sandbox',
		unconfirmed: true,
	});
	const others = hasSession(world, person);
	if (others) delivery.finish();
	else person.timeline.pop();
	key.authorization = authorization;
	origin.connection.record.account = person.id.toString();
	origin.session.wantsUpdates = true;
	if (others) serviceMessage(world, person, `New login. Device: ${key.client?.deviceModel ?? 'unknown'}`);
	return { _: 'auth.authorization', user: viewUser(world, person, person) };
}

/** account.getPassword: parameters for one SRP check. */
function getPassword({ world, key }: Call): TlObject {
	const id = key.authorization?.account ?? key.awaitingPassword;
	if (id === undefined) throw new RpcError(401, 'AUTH_KEY_UNREGISTERED');
	const person = world.person(id);
	const { password } = person;
	const algo = (salt1: Buffer, salt2: Buffer): TlObject => ({
		_: 'passwordKdfAlgoSHA256SHA256PBKDF2HMACSHA512iter100000SHA256ModPow',
		salt1,
		salt2,
		g: 3,
		p: dhPrime,
	});
	const fresh = Buffer.from(world.random.hex(16), 'hex');
	const common = {
		new_algo: algo(fresh, fresh),
		new_secure_algo: { _: 'securePasswordKdfAlgoUnknown' },
		secure_random: Buffer.from(world.random.hex(64), 'hex'),
	};
	if (password === undefined) return { _: 'account.password', ...common };
	person.challenge = new SrpChallenge(password);
	return {
		_: 'account.password',
		has_password: true,
		current_algo: algo(password.salt1, password.salt2),
		srp_B: person.challenge.open,
		srp_id: person.challenge.id,
		hint: password.hint === '' ? undefined : password.hint,
		...common,
	};
}

/** Checks an InputCheckPasswordSRP; a challenge serves once. */
export function checkSrp(person: Person, input: TlObject): void {
	if (person.password === undefined) return;
	if (input._ !== 'inputCheckPasswordSRP') throw new RpcError(400, 'PASSWORD_HASH_INVALID');
	const { challenge } = person;
	person.challenge = undefined;
	if (challenge === undefined || challenge.id !== long(input, 'srp_id'))
		throw new RpcError(400, 'SRP_ID_INVALID');
	if (!challenge.verify(bytes(input, 'A'), bytes(input, 'M1')))
		throw new RpcError(400, 'PASSWORD_HASH_INVALID');
}

function checkPassword(call: Call): TlObject {
	const id = call.key.awaitingPassword;
	if (id === undefined) throw new RpcError(401, 'AUTH_KEY_UNREGISTERED');
	const person = call.world.person(id);
	checkSrp(person, child(call.args, 'password'));
	return login(call, person);
}

function loginToken({ token, expires }: LoginToken): TlObject {
	return { _: 'auth.loginToken', expires: Math.floor(expires / 1000), token };
}

function exportLoginToken(call: Call): TlObject {
	const { world, key, dcId } = call;
	checkApi(call);
	if (key.authorization !== undefined) {
		const person = call.me;
		return {
			_: 'auth.loginTokenSuccess',
			authorization: { _: 'auth.authorization', user: viewUser(world, person, person) },
		};
	}
	for (const [name, one] of world.loginTokens) {
		if (one.key !== key) continue;
		if (one.account !== undefined) {
			const person = world.person(one.account);
			if (person.homeDc !== dcId)
				return { _: 'auth.loginTokenMigrateTo', dc_id: person.homeDc, token: one.token };
			world.loginTokens.delete(name);
			return { _: 'auth.loginTokenSuccess', authorization: enter(call, person) };
		}
		if (one.expires - world.now() > 1000) return loginToken(one);
		world.loginTokens.delete(name);
	}
	const token = Buffer.from(world.random.hex(64), 'hex');
	const made: LoginToken = {
		token,
		expires: world.now() + world.policy.loginTokenLifeMs,
		key,
		dcId,
		account: undefined,
	};
	world.loginTokens.set(token.toString('hex'), made);
	return loginToken(made);
}

function importLoginToken(call: Call): TlObject {
	const { world, args, dcId } = call;
	const name = bytes(args, 'token').toString('hex');
	const found = world.loginTokens.get(name);
	if (found?.account === undefined) throw new RpcError(400, 'AUTH_TOKEN_INVALID');
	if (found.expires < world.now()) throw new RpcError(400, 'AUTH_TOKEN_EXPIRED');
	const person = world.person(found.account);
	if (person.homeDc !== dcId)
		return { _: 'auth.loginTokenMigrateTo', dc_id: person.homeDc, token: found.token };
	world.loginTokens.delete(name);
	return { _: 'auth.loginTokenSuccess', authorization: enter(call, person) };
}

/** A phone scanned the code: the waiting login is told to ask again. */
export function acceptToken(world: World, person: Person, token: Buffer): LoginToken {
	const found = world.loginTokens.get(token.toString('hex'));
	if (found === undefined) throw new RpcError(400, 'AUTH_TOKEN_INVALIDX');
	if (found.expires < world.now()) throw new RpcError(400, 'AUTH_TOKEN_EXPIRED');
	if (found.account !== undefined) throw new RpcError(400, 'AUTH_TOKEN_ALREADY_ACCEPTED');
	found.account = person.id;
	const payload = { _: 'updateShort', update: { _: 'updateLoginToken' }, date: world.serverSeconds() };
	for (const key of world.dc(found.dcId)?.keys.values() ?? []) {
		if (key.principal !== found.key) continue;
		for (const session of key.sessions.values()) pushPayload(world, session, payload);
	}
	return found;
}

function bindTempAuthKey({ world, args, origin }: Call): boolean {
	const temporary = origin.key;
	const permanent = origin.connection.dc.keys.get(long(args, 'perm_auth_key_id'));
	if (temporary.expires === undefined) throw new RpcError(400, 'TEMP_AUTH_KEY_EMPTY');
	if (permanent === undefined || permanent.expires !== undefined)
		throw new RpcError(400, 'ENCRYPTED_MESSAGE_INVALID');
	const message = openLegacy(permanent.data, bytes(args, 'encrypted_message'));
	if (message === undefined) throw new RpcError(400, 'ENCRYPTED_MESSAGE_INVALID');
	const inner = readerOf(message.subarray(32)).object();
	const fits =
		inner._ === 'bind_auth_key_inner' &&
		long(inner, 'nonce') === long(args, 'nonce') &&
		long(inner, 'temp_auth_key_id') === temporary.id &&
		long(inner, 'perm_auth_key_id') === permanent.id &&
		long(inner, 'temp_session_id') === origin.session.id &&
		int(inner, 'expires_at') === int(args, 'expires_at');
	if (!fits) throw new RpcError(400, 'ENCRYPTED_MESSAGE_INVALID');
	if (int(args, 'expires_at') <= world.serverSeconds()) throw new RpcError(400, 'EXPIRES_AT_INVALID');
	temporary.boundTo = permanent;
	return true;
}

/** Ends a login everywhere: on its key and on the keys of other data centres it was carried to. */
export function endLogin(world: World, authorization: Authorization, reason: string | undefined): void {
	for (const dc of world.dcs) {
		for (const key of dc.keys.values()) {
			if (key.authorization !== authorization) continue;
			key.authorization = undefined;
			key.revoked = reason;
			for (const session of key.sessions.values()) session.wantsUpdates = false;
		}
	}
}

export const authHandlers: HandlerTable = {
	'auth.sendCode': sendCode,
	'auth.resendCode': (call) => {
		const sent = call.world.codes.get(digits(text(call.args, 'phone_number')));
		if (sent?.hash !== text(call.args, 'phone_code_hash')) throw new RpcError(400, 'PHONE_CODE_EXPIRED');
		sent.at = call.world.now();
		sent.tries = 0;
		call.world.log.codesSent += 1;
		return {
			_: 'auth.sentCode',
			type: { _: 'auth.sentCodeTypeSms', length: sent.code.length },
			phone_code_hash: sent.hash,
			timeout: 120,
		};
	},
	'auth.cancelCode': ({ world, args }) => world.codes.delete(digits(text(args, 'phone_number'))),
	'auth.signIn': signIn,
	'auth.signUp': () => {
		throw new RpcError(400, 'PHONE_NUMBER_FLOOD');
	},
	'auth.checkPassword': checkPassword,
	'auth.exportLoginToken': exportLoginToken,
	'auth.importLoginToken': importLoginToken,
	'auth.acceptLoginToken': (call) => {
		const { world, me } = call;
		const { key } = acceptToken(world, me, bytes(call.args, 'token'));
		const now = world.serverSeconds();
		const shown: AuthKey = key;
		return viewAuthorization(
			world,
			shown,
			{ account: me.id, hash: world.id64(), created: now, active: now },
			false,
		);
	},
	'auth.exportAuthorization': ({ world, args, me }) => {
		if (world.dc(int(args, 'dc_id')) === undefined) throw new RpcError(400, 'DC_ID_INVALID');
		const data = Buffer.from(world.random.hex(256), 'hex');
		world.exported.set(data.toString('hex'), me.id);
		return { _: 'auth.exportedAuthorization', id: me.id, bytes: data };
	},
	'auth.importAuthorization': ({ world, args, key }) => {
		const name = bytes(args, 'bytes').toString('hex');
		const account = world.exported.get(name);
		if (account === undefined || account !== long(args, 'id')) throw new RpcError(400, 'AUTH_BYTES_INVALID');
		world.exported.delete(name);
		const home = [...world.keysOf(account)].find((one) => one.dcId === world.person(account).homeDc);
		if (home?.authorization === undefined) throw new RpcError(400, 'AUTH_BYTES_INVALID');
		key.authorization = home.authorization;
		const person = world.person(account);
		return { _: 'auth.authorization', user: viewUser(world, person, person) };
	},
	'auth.bindTempAuthKey': bindTempAuthKey,
	'auth.logOut': ({ world, key }) => {
		if (key.authorization !== undefined) endLogin(world, key.authorization, undefined);
		key.awaitingPassword = undefined;
		return { _: 'auth.loggedOut' };
	},
	'account.getPassword': getPassword,
	'account.sendVerifyEmailCode': sendVerifyEmailCode,
	'account.verifyEmail': verifyEmail,
};
