import type { Call, HandlerTable } from '../core/call';
import type { Outgoing } from '../codec/wire';
import { badPayload, Refusal } from '../refusal';
import type { User } from '../state/model';
import { createUser } from '../state/users';
import { viewProfile } from '../state/views';
import { fingerprints, grantLogin, olderThan } from './session';

/** AUTH_REQUEST: asks for a phone code. `START_AUTH`, and for a resend either spelling clients use. */
function requestCode(call: Call): Outgoing {
	const { conn, world, body } = call;
	const { policy } = world;
	const phone = body.string('phone');
	const type = body.string('type');
	body.maybeString('language');
	const resend = policy.spelling === 'rare' ? ['RESEND_CODE'] : ['RESEND', 'RESEND_CODE'];
	if (type !== 'START_AUTH' && !resend.includes(type)) throw badPayload(`Unknown type '${type}'`);
	if (conn.device?.type === 'WEB') webGate(call);
	if (!/^\+\d{7,15}$/.test(phone))
		throw new Refusal('phone.wrong', { message: 'Invalid phone', localizedMessage: 'Неверный номер' });
	const requests = (world.codeRequests.get(phone) ?? []).filter((time) => time > world.now() - 86_400_000);
	const recent = requests.filter((time) => time > world.now() - policy.codeWindowMs).length;
	if (recent + 1 >= policy.codeBurst) {
		throw new Refusal('error.limit.violate', {
			message: 'Too many requests',
			title: 'Слишком много попыток',
		});
	}
	if (requests.length >= policy.codeRequests) throw new Refusal('code.limit');
	world.codeRequests.set(phone, [...requests, world.now()]);
	const code = world.random.text(6, '0123456789');
	const token = `sms_${world.random.text(48)}`;
	const delivered = fingerprintOk(call);
	world.smsCodes.set(token, { phone, code, expires: world.now() + policy.codeTtlMs, attempts: 0, delivered });
	if (delivered) world.lastCodes.set(phone, code);
	return {
		token,
		codeLength: 6,
		requestMaxDuration: 60_000,
		requestCountLeft: policy.codeRequests - requests.length - 1,
		altActionDuration: 60_000,
	};
}

function webGate({ world, body }: Call): void {
	const { webPhoneLogin } = world.policy;
	// choice: the refusals' keys are not published for WEB; FAIL_FORBIDDEN is the documented "not allowed".
	if (webPhoneLogin === 'refuse') throw new Refusal('FAIL_FORBIDDEN', { message: 'Use QR login' });
	const token = body.maybeString('captchaToken');
	if (webPhoneLogin === 'captcha' && token !== solvedCaptcha) {
		throw new Refusal('FAIL_FORBIDDEN', { message: 'captcha required' });
	}
}

/** What a person gets for solving the captcha; printed with the demo values. */
export const solvedCaptcha = 'captcha-solved-by-a-person';

/** A missing or wrong fingerprint is not told: the reply is OK and the code never comes. */
function fingerprintOk({ conn, world, body }: Call): boolean {
	const { fingerprint, fingerprintDigests } = world.policy;
	const mode = body.maybeBytes('mode');
	// IOS gets no callsSeed and DESKTOP no evidence: only ANDROID is held to it.
	if (conn.device?.type !== 'ANDROID' || fingerprint === 'none') return true;
	if (mode === undefined || mode.length !== 96) return false;
	if (fingerprint === 'present') return true;
	const { callsSeed, deviceId } = conn.device;
	return fingerprints(fingerprintDigests, callsSeed ?? 0n, deviceId).some((right) => right.equals(mode));
}

/** AUTH: checks the phone code. */
function checkCode(call: Call): Outgoing {
	const { world, body } = call;
	const token = body.string('token');
	const code = body.string('verifyCode');
	body.string('authTokenType');
	const sms = world.smsCodes.get(token);
	if (sms === undefined) throw new Refusal('verify.code.expired', { message: 'Unknown token' });
	if (sms.expires < world.now())
		throw new Refusal('verify.code.expired', { localizedMessage: 'Код устарел' });
	if (sms.attempts >= world.policy.codeAttempts) throw new Refusal('error.code.attempt.limit');
	if (!sms.delivered || sms.code !== code) {
		sms.attempts += 1;
		throw sms.attempts >= world.policy.codeAttempts
			? new Refusal('error.code.attempt.limit')
			: new Refusal('verify.code.wrong', { message: 'Wrong code', localizedMessage: 'Неверный код' });
	}
	const user = world.userByPhone(sms.phone);
	if (user === undefined) {
		world.smsCodes.delete(token);
		const registerToken = `reg_${world.random.text(48)}`;
		world.registerTokens.set(registerToken, sms.phone);
		return { tokenAttrs: { REGISTER: { token: registerToken } }, presetAvatars: [] };
	}
	refuseWithoutPassword(call, user);
	world.smsCodes.delete(token);
	return proven(call, user);
}

/** Since 2026: no new device on an account that has a live session and no login password. */
function refuseWithoutPassword({ world }: Call, user: User): void {
	if (!world.policy.activeSessionNeedsPassword || user.password !== undefined) return;
	if (world.sessions.some((one) => one.userId === user.id && one.ended === undefined)) {
		throw new Refusal('error.profile.active.session.no2fa', {
			message: 'Set a login password first',
			localizedMessage: 'Установите пароль для входа',
		});
	}
}

/** The device has shown the code or the QR approval: a token, or the question for the password. */
function proven(call: Call, user: User): Outgoing {
	if (user.banned !== undefined) throw new Refusal(user.banned);
	if (user.password === undefined) return granted(call, user);
	const trackId = call.world.random.uuid();
	call.world.tracks.set(trackId, {
		purpose: 'login-password',
		userId: user.id,
		expires: call.world.now() + call.world.policy.codeTtlMs,
		checked: false,
		password: undefined,
		hint: undefined,
		email: undefined,
		emailCode: undefined,
		attempts: 0,
	});
	return { passwordChallenge: { trackId, hint: user.hint }, tokenAttrs: {} };
}

function granted(call: Call, user: User): Outgoing {
	return { tokenAttrs: { LOGIN: { token: grantLogin(call, user) } }, profile: viewProfile(call.conn, user) };
}

/** AUTH_LOGIN_CHECK_PASSWORD: a wrong password may come inside an OK reply. */
function checkPassword(call: Call): Outgoing {
	const { world, body } = call;
	const trackId = body.string('trackId');
	const password = body.string('password');
	const track = world.tracks.get(trackId);
	if (track === undefined || track.purpose !== 'login-password' || track.expires < world.now()) {
		throw new Refusal('track.not.found');
	}
	const user = world.users.get(track.userId) as User;
	if (user.password !== password) {
		track.attempts += 1;
		// choice: the track dies with the fifth wrong password.
		if (track.attempts >= world.policy.codeAttempts) world.tracks.delete(trackId);
		const message = 'FAIL_WRONG_PASSWORD';
		if (world.policy.passwordErrorAs === 'error') throw new Refusal('login.cred', { message });
		return { error: 'login.cred', message, localizedMessage: 'Неверный пароль' };
	}
	world.tracks.delete(trackId);
	return granted(call, user);
}

/** AUTH_CONFIRM: registers a new user. */
function register(call: Call): Outgoing {
	const { conn, world, body } = call;
	const phone = world.registerTokens.get(body.string('token'));
	const tokenType = world.policy.spelling === 'rare' ? 'REGISTRATION' : 'REGISTER';
	if (body.string('tokenType') !== tokenType) throw badPayload('Unknown tokenType');
	const firstName = body.string('firstName');
	const lastName = body.maybeString('lastName');
	body.maybeInt('photoId');
	body.maybeString('avatarType');
	if (phone === undefined) throw new Refusal('verify.code.expired', { message: 'Unknown register token' });
	if (!/^[\p{L}\p{N} .'-]{1,59}$/u.test(firstName)) throw new Refusal('validate.first_name.invalid_chars');
	world.registerTokens.delete(body.string('token'));
	const user = createUser(world, { phone, firstName, lastName });
	return {
		token: grantLogin(call, user),
		tokenType: 'LOGIN',
		userToken: user.id,
		profile: viewProfile(conn, user),
	};
}

/** CAPTCHA: a link a person opens. */
function captcha({ world, body }: Call): Outgoing {
	body.string('source');
	body.string('identifier');
	if (world.policy.webPhoneLogin !== 'captcha') throw new Refusal('captcha.create-session-failed');
	return { link: `https://id.vk.ru/not_robot_captcha?session=${world.random.hex(16)}` };
}

/** GET_QR: web only. */
function createQr({ conn, world }: Call): Outgoing {
	// So told by public clients of web versions that are too old, and by one of an Android device.
	const { minQrAppVersion } = world.policy;
	if (conn.device?.type !== 'WEB' || olderThan(conn.device.appVersion, minQrAppVersion))
		throw new Refusal('qr_login.disabled');
	const trackId = world.random.uuid();
	const link = `https://qr.max.ru/?token=${world.random.text(40)}`;
	const expires = world.now() + world.policy.qrTtlMs;
	world.qrLogins.set(trackId, { trackId, link, expires, approvedBy: undefined });
	const { qrPollingMs, qrTtlMs } = world.policy;
	return { qrLink: link, trackId, pollingInterval: qrPollingMs, ttl: qrTtlMs, expiresAt: expires };
}

function liveQr({ world, body }: Call): {
	readonly trackId: string;
	readonly expires: number;
	readonly approvedBy: bigint | undefined;
} {
	const qr = world.qrLogins.get(body.string('trackId'));
	if (qr === undefined || qr.expires < world.now()) throw new Refusal('track.not.found');
	return qr;
}

function pollQr(call: Call): Outgoing {
	const qr = liveQr(call);
	return {
		status: { expiresAt: qr.expires, loginAvailable: qr.approvedBy === undefined ? undefined : true },
	};
}

function finishQr(call: Call): Outgoing {
	const qr = liveQr(call);
	const user = qr.approvedBy === undefined ? undefined : call.world.users.get(qr.approvedBy);
	// choice: finishing before the approval looks like an unknown track.
	if (user === undefined) throw new Refusal('track.not.found');
	call.world.qrLogins.delete(qr.trackId);
	return proven(call, user);
}

/** AUTH_QR_APPROVE: the logged-in phone that read the picture. */
function approveQr({ conn, world, me, body }: Call): Outgoing {
	if (!conn.mobile) throw new Refusal('FAIL_FORBIDDEN');
	const link = body.string('qrLink');
	const qr = [...world.qrLogins.values()].find((one) => one.link === link && one.expires >= world.now());
	if (qr === undefined) throw new Refusal('track.not.found');
	qr.approvedBy = me.id;
	return {};
}

export const authHandlers: HandlerTable = {
	17: requestCode,
	18: checkCode,
	23: register,
	115: checkPassword,
	224: captcha,
	288: createQr,
	289: pollQr,
	290: approveQr,
	291: finishQr,
};
