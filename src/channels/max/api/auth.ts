import type { JsonObject } from '../../../contract';
import { refusalError } from '../refusal';
import { number, object, objects, text } from '../json';
import { OP } from '../opcodes';
import type { RequestOptions } from '../session/port';
import { ask, eitherSpelling, type Caller } from './caller';

/** How a step of a login ended. */
export type AuthOutcome =
	| { kind: 'token'; token: string; profile: JsonObject | null }
	| { kind: 'password'; trackId: string; hint: string | null }
	| { kind: 'register'; token: string };

/** AUTH_REQUEST (17). `mode`: the fingerprint, without which no code has been delivered since mid 2026. */
export async function requestCode(
	caller: Caller,
	request: {
		phone: string;
		resend: boolean;
		mode: Uint8Array | undefined;
		captchaToken?: string | undefined;
	},
	options: RequestOptions,
): Promise<{
	token: string;
	codeLength: number | null;
	nextInMs: number | null;
	requestsLeft: number | null;
}> {
	const { phone, resend, mode, captchaToken } = request;
	const once = { ...options, repeat: false };
	const send = (type: string, how: RequestOptions): Promise<JsonObject> =>
		ask(caller, OP.authRequest, { phone, type, language: 'ru', mode, captchaToken }, how);
	const reply = checked(
		resend ? await eitherSpelling(['RESEND', 'RESEND_CODE'], once, send) : await send('START_AUTH', once),
		OP.authRequest,
	);
	return {
		token: text(reply['token']) ?? '',
		codeLength: number(reply['codeLength']),
		nextInMs: number(reply['requestMaxDuration']),
		requestsLeft: number(reply['requestCountLeft']),
	};
}

/** AUTH (18): checks the code. On the connection the code was asked on, if that still lives. */
export async function checkCode(
	caller: Caller,
	token: string,
	code: string,
	options: RequestOptions,
): Promise<AuthOutcome> {
	const payload = { token, verifyCode: code, authTokenType: 'CHECK_CODE' };
	return outcome(await ask(caller, OP.auth, payload, { ...options, repeat: false }), OP.auth);
}

/** AUTH_LOGIN_CHECK_PASSWORD (115): a wrong password may come inside an OK reply. */
export async function checkPassword(
	caller: Caller,
	trackId: string,
	password: string,
	options: RequestOptions,
): Promise<AuthOutcome> {
	return outcome(
		await ask(caller, OP.authLoginCheckPassword, { trackId, password }, { ...options, repeat: false }),
		OP.authLoginCheckPassword,
	);
}

/** AUTH_CONFIRM (23): a new user. */
export async function register(
	caller: Caller,
	token: string,
	names: { firstName: string; lastName?: string | undefined },
	options: RequestOptions,
): Promise<AuthOutcome> {
	const send = (tokenType: string, how: RequestOptions): Promise<JsonObject> =>
		ask(caller, OP.authConfirm, { token, tokenType, ...names }, how);
	const once = { ...options, repeat: false };
	const reply = checked(await eitherSpelling(['REGISTER', 'REGISTRATION'], once, send), OP.authConfirm);
	return { kind: 'token', token: text(reply['token']) ?? '', profile: object(reply['profile']) };
}

/** GET_QR (288), web only. */
export async function createQr(
	caller: Caller,
	options: RequestOptions,
): Promise<{ link: string; trackId: string; pollMs: number; expiresAt: number | null }> {
	const reply = checked(await ask(caller, OP.getQr, {}, options), OP.getQr);
	return {
		link: text(reply['qrLink']) ?? '',
		trackId: text(reply['trackId']) ?? '',
		pollMs: number(reply['pollingInterval']) ?? 5_000,
		expiresAt: number(reply['expiresAt']),
	};
}

/** GET_QR_STATUS (289) */
export async function pollQr(
	caller: Caller,
	trackId: string,
	options: RequestOptions,
): Promise<{ approved: boolean; expiresAt: number | null }> {
	const status =
		object(checked(await ask(caller, OP.getQrStatus, { trackId }, options), OP.getQrStatus)['status']) ?? {};
	return { approved: status['loginAvailable'] === true, expiresAt: number(status['expiresAt']) };
}

/** LOGIN_BY_QR (291), once the phone has approved. */
export async function finishQr(
	caller: Caller,
	trackId: string,
	options: RequestOptions,
): Promise<AuthOutcome> {
	return outcome(await ask(caller, OP.loginByQr, { trackId }, { ...options, repeat: false }), OP.loginByQr);
}

/** SESSIONS_INFO (96); there is no id per session. */
export async function listSessions(caller: Caller, options: RequestOptions): Promise<JsonObject[]> {
	return objects((await ask(caller, OP.sessionsInfo, {}, options))['sessions']);
}

/** SESSIONS_CLOSE (97): all others. @returns a new token, if the service hands one out */
export async function closeOtherSessions(caller: Caller, options: RequestOptions): Promise<string | null> {
	return text((await ask(caller, OP.sessionsClose, {}, options))['token']);
}

/** LOGOUT (20): the token is dead afterwards. */
export async function logOut(caller: Caller, options: RequestOptions): Promise<void> {
	await caller.request(OP.logout, {}, { ...options, repeat: false });
}

/** Some opcodes put `error` inside an OK reply. */
function checked(reply: JsonObject, opcode: number): JsonObject {
	if (text(reply['error']) !== null) throw refusalError(reply, opcode);
	return reply;
}

function outcome(raw: JsonObject, opcode: number): AuthOutcome {
	const reply = checked(raw, opcode);
	const tokens = object(reply['tokenAttrs']) ?? {};
	const login = text(object(tokens['LOGIN'])?.['token']);
	if (login !== null) return { kind: 'token', token: login, profile: object(reply['profile']) };
	const challenge = object(reply['passwordChallenge']);
	if (challenge !== null)
		return { kind: 'password', trackId: text(challenge['trackId']) ?? '', hint: text(challenge['hint']) };
	const registration = text(object(tokens['REGISTER'])?.['token']);
	if (registration !== null) return { kind: 'register', token: registration };
	throw refusalError({ error: 'unknown', message: 'the reply holds no token' }, opcode);
}
