/** Managing the 2FA password of a logged-in account. */
import type { Call, HandlerTable } from '../core/call';
import type { Outgoing } from '../codec/wire';
import { badPayload, Refusal } from '../refusal';
import type { Track } from '../state/model';
import { viewProfile } from '../state/views';

/** AUTH_CREATE_TRACK. */
function createTrack({ world, me, body }: Call): Outgoing {
	body.maybeNumber('type');
	const trackId = world.random.uuid();
	world.tracks.set(trackId, {
		purpose: 'settings',
		userId: me.id,
		expires: world.now() + world.policy.codeTtlMs,
		checked: false,
		password: undefined,
		hint: undefined,
		email: undefined,
		emailCode: undefined,
		attempts: 0,
	});
	return { trackId };
}

function trackOf({ world, me, body }: Call): Track {
	const track = world.tracks.get(body.string('trackId'));
	if (track?.purpose !== 'settings' || track.userId !== me.id || track.expires < world.now()) {
		throw new Refusal('track.not.found');
	}
	return track;
}

/** AUTH_VALIDATE_PASSWORD: the new one, 6 to 64 characters. */
function newPassword(call: Call): Outgoing {
	const password = call.body.string('password');
	if (password.length < 6 || password.length > 64) throw badPayload('Password length');
	trackOf(call).password = password;
	return {};
}

function newHint(call: Call): Outgoing {
	const hint = call.body.string('hint');
	if (hint.length > 30) throw badPayload('Hint length');
	trackOf(call).hint = hint;
	return {};
}

function newEmail(call: Call): Outgoing {
	const track = trackOf(call);
	track.email = call.body.string('email');
	track.emailCode = call.world.random.text(6, '0123456789');
	call.world.lastCodes.set(track.email, track.emailCode);
	return { codeLength: 6 };
}

function emailCode(call: Call): Outgoing {
	const track = trackOf(call);
	if (track.emailCode !== call.body.string('verifyCode')) throw new Refusal('verify.code.wrong');
	return {};
}

/** AUTH_CHECK_PASSWORD: the old one (113, not to be confused with 115 at login). */
function oldPassword(call: Call): Outgoing {
	const track = trackOf(call);
	if (call.me.password !== call.body.string('password'))
		throw new Refusal('login.cred', { message: 'FAIL_WRONG_PASSWORD' });
	track.checked = true;
	return {};
}

/** AUTH_SET_2FA: capabilities 0 set, 1 update, 3 hint, 4 e-mail, 5 remove. */
function setPassword(call: Call): Outgoing {
	const { world, me, body, conn } = call;
	const track = trackOf(call);
	const capabilities = body.ints('expectedCapabilities').map(Number);
	if (me.password !== undefined && !track.checked) throw new Refusal('FAIL_FORBIDDEN');
	if (body.maybeBoolean('remove2fa') === true) {
		if (!capabilities.includes(5)) throw badPayload('expectedCapabilities');
		Object.assign(me, { password: undefined, hint: undefined, email: undefined });
	} else {
		const password = body.maybeString('password') ?? track.password;
		if (password === undefined || password !== track.password) throw badPayload('password');
		if (!capabilities.includes(me.password === undefined ? 0 : 1)) throw badPayload('expectedCapabilities');
		me.password = password;
		me.hint = body.maybeString('hint') ?? track.hint ?? me.hint;
		me.email = track.email ?? me.email;
	}
	world.tracks.delete(body.string('trackId'));
	return { profile: viewProfile(conn, me) };
}

export const passwordHandlers: HandlerTable = {
	104: ({ me }) => ({ enabled: me.password !== undefined, hint: me.hint, email: me.email }),
	107: newPassword,
	108: newHint,
	109: newEmail,
	110: emailCode,
	111: setPassword,
	112: createTrack,
	113: oldPassword,
};
