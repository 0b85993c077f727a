import type { Call, HandlerTable } from '../core/call';
import { announcePresence } from './session';
import { push, pushToUser } from '../core/fanout';
import type { Outgoing } from '../codec/wire';
import { badPayload, Refusal } from '../refusal';
import { configHash, viewChatSettings } from '../state/sync';
import { userSettingKeys } from '../state/users';
import { viewProfile, viewUser } from '../state/views';

/** PROFILE: `firstName` is always required. */
function update(call: Call): Outgoing {
	const { world, me, body, conn } = call;
	const firstName = body.string('firstName');
	const lastName = body.maybeString('lastName');
	const description = body.maybeString('description');
	const link = body.maybeString('link');
	if (!/^[\p{L}\p{N} .'-]{1,60}$/u.test(firstName)) throw new Refusal('validate.first_name.invalid_chars');
	if ((lastName?.length ?? 0) > 60 || (description?.length ?? 0) > 400) throw badPayload('Too long');
	if (link !== undefined) {
		const taken = [...world.users.values()].some((user) => user !== me && user.link === link);
		if (taken || !/^[A-Za-z]\w{6,59}$/.test(link)) throw new Refusal('link.not.available');
		me.link = link;
	}
	setAvatar(call);
	me.firstName = firstName;
	me.lastName = lastName ?? me.lastName;
	me.description = description ?? me.description;
	me.updated = world.now();
	pushToUser(world, me, push.profile, (other) => ({ profile: viewProfile(other, me) }), conn);
	for (const other of world.users.values()) {
		if (other === me || other.contacts.get(me.id)?.listed !== true) continue;
		pushToUser(world, other, push.contact, (one) => ({ contact: viewUser(one, other, me) }));
	}
	return { profile: viewProfile(conn, me) };
}

function setAvatar({ world, me, body }: Call): void {
	const type = body.maybeString('avatarType');
	const token = body.maybeString('photoToken');
	const photoId = body.maybeInt('photoId');
	// One client names the kind of avatar in every change of the profile: without a picture the old one stays.
	if (token === undefined && photoId === undefined && type !== 'PRESET_AVATAR') return;
	if (type === 'USER_AVATAR') {
		const media = world.mediaByToken.get(token ?? '');
		if (media?.kind !== 'photo') throw badPayload('Unknown photoToken');
		me.photoToken = media.token;
	} else if (type === 'PRESET_AVATAR' && photoId !== undefined) me.photoToken = undefined;
	else throw badPayload('photoToken with USER_AVATAR or photoId with PRESET_AVATAR');
}

/** REMOVE_CONTACT_PHOTO: the own picture, when it is the one that is named. */
function removePhoto({ world, me, body, conn }: Call): Outgoing {
	const media = world.mediaByToken.get(me.photoToken ?? '');
	if (body.int('photoId') !== media?.id) throw new Refusal('not.found');
	me.photoToken = undefined;
	me.updated = world.now();
	return { profile: viewProfile(conn, me) };
}

/** PHONE_BIND_REQUEST: a code to the number that shall replace the own one. */
function bindPhone({ world, body }: Call): Outgoing {
	const phone = body.string('phone');
	if (!/^\+\d{7,15}$/.test(phone) || world.userByPhone(phone) !== undefined) throw new Refusal('phone.wrong');
	const code = world.random.text(6, '0123456789');
	const token = `bind_${world.random.text(48)}`;
	const expires = world.now() + world.policy.codeTtlMs;
	world.smsCodes.set(token, { phone, code, expires, attempts: 0, delivered: true });
	world.lastCodes.set(phone, code);
	return { token, codeLength: 6 };
}

/** PHONE_BIND_CONFIRM. */
function confirmPhone({ world, me, body, conn }: Call): Outgoing {
	const token = body.string('token');
	const sms = world.smsCodes.get(token);
	if (sms === undefined || sms.expires < world.now()) throw new Refusal('verify.code.expired');
	if (sms.code !== body.string('verifyCode')) throw new Refusal('verify.code.wrong');
	world.smsCodes.delete(token);
	me.phone = sms.phone.slice(1);
	return { profile: viewProfile(conn, me) };
}

/** CONFIG: user settings, muting of chats, push token. */
function config(call: Call): Outgoing {
	const { world, me, body, conn } = call;
	body.maybeString('pushToken');
	const settings = body.maybeMap('settings');
	const user = settings?.maybeMap('user');
	for (const [name, value] of Object.entries(user?.map ?? {})) {
		if (!userSettingKeys.has(name)) throw badPayload(`Unknown setting '${name}'`);
		if (typeof value === 'bigint') me.settings[name] = Number(value);
		else if (typeof value === 'string' || typeof value === 'boolean') me.settings[name] = value;
		else throw badPayload(`Expected string, boolean or number at '${name}'`, true);
	}
	const chats = settings?.maybeMap('chats');
	for (const id of Object.keys(chats?.map ?? {})) {
		const until = chats?.object(id).maybeNumber('dontDisturbUntil');
		if (until !== undefined) me.mutedUntil.set(BigInt(id), until);
	}
	if (settings !== undefined) {
		me.configVersion += 1;
		const view = { hash: configHash(me), user: { ...me.settings }, chats: viewChatSettings(me) };
		pushToUser(world, me, push.config, () => ({ config: view }), conn);
		if (user?.has('HIDDEN') === true) announcePresence(call, me);
	}
	return { user: { ...me.settings }, chats: viewChatSettings(me), hash: configHash(me) };
}

export const profileHandlers: HandlerTable = {
	16: update,
	22: config,
	25: () => ({ presetAvatars: [] }),
	43: removePhoto,
	98: bindPhone,
	99: confirmPhone,
};
