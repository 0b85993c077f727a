import { ChannelError, type DriverServices } from '../../contract';
import type { TelegramAccount } from './account';
import { telegramError } from './errors';
import { maskPhone } from './events/mask';
import { formatSession, parseSession, type SessionData } from './sessions';
import type { TelegramSettings } from './settings';
import { srpCheck } from './srp';
import { child, isTlObject, text, type TlObject } from './tl';

/** Name of the sealed value that carries a login from one step to the next, also into another process. */
const LOGIN_SESSION = 'login-session';
const PASSWORD_TRIES = 3;

/** The key made in an earlier step, or none: Telegram ties a code to the key it was asked with. */
export async function startOfLogin(
	settings: TelegramSettings,
	services: DriverServices,
): Promise<SessionData> {
	const stored = await services.secrets.get(LOGIN_SESSION);
	return stored === null ? settings.session : parseSession(stored);
}

/**
 * One request of a login; where Telegram sends it to another data centre, there.
 * @throws ChannelError
 */
export async function loginCall(
	account: TelegramAccount,
	request: TlObject,
	signal: AbortSignal,
): Promise<TlObject> {
	if (!account.settings.loggedOut) {
		throw new ChannelError('invalid_parameter', 'This credential holds a session already', {
			channel: 'telegram',
			field: 'session',
			hint: 'Use a credential with an empty session to log in.',
		});
	}
	try {
		return await account.connection.object(request, { signal });
	} catch (error) {
		const dc = ChannelError.is(error)
			? /^(?:PHONE|NETWORK|USER)_MIGRATE_(\d+)$/.exec(error.providerCode ?? '')?.[1]
			: undefined;
		if (dc === undefined) throw error;
		await moveTo(account, Number(dc));
		return account.connection.object(request, { signal });
	}
}

export async function moveTo(account: TelegramAccount, dc: number): Promise<void> {
	try {
		await account.connection.switchDc(dc);
	} catch (error) {
		throw telegramError(error);
	}
}

/** Keeps the key for the next step. */
export async function keepLogin({ connection, services }: TelegramAccount): Promise<void> {
	await services.secrets.put(LOGIN_SESSION, formatSession(connection.session));
}

/** Nothing of an unfinished login stays. */
export async function forgetLogin({ services }: TelegramAccount): Promise<void> {
	await services.secrets.delete(LOGIN_SESSION);
}

/** 2FA. @throws ChannelError `password_invalid` */
export async function passwordLogin(
	account: TelegramAccount,
	password: string,
	signal: AbortSignal,
): Promise<TlObject> {
	for (let tries = 1; ; tries += 1) {
		const parameters = await loginCall(account, { _: 'account.getPassword' }, signal);
		const proof = await srpCheck(parameters, password, account.services.random);
		try {
			return await loginCall(account, { _: 'auth.checkPassword', password: proof }, signal);
		} catch (error) {
			// The parameters are good for one answer and a while.
			const outdated = ChannelError.is(error) && error.providerCode === 'SRP_ID_INVALID';
			if (!outdated || tries === PASSWORD_TRIES) throw error;
		}
	}
}

/**
 * The session for the credential. From here on its key is the credential's: this connection goes on with another, since
 * Telegram ends a session that is used from two connections.
 * @throws ChannelError `not_on_messenger` when nobody is registered with the number
 */
export async function finishLogin(
	account: TelegramAccount,
	authorization: TlObject,
): Promise<Record<string, string | null>> {
	if (authorization._ === 'auth.authorizationSignUpRequired') {
		throw new ChannelError('not_on_messenger', 'Nobody has registered this phone number with Telegram', {
			channel: 'telegram',
			hint: 'Make the account in an official app; this package registers none.',
		});
	}
	const user = child(authorization, 'user');
	if (!isTlObject(user)) {
		throw new ChannelError('unexpected_answer', 'Telegram named nobody after the login', {
			channel: 'telegram',
		});
	}
	const session = formatSession(account.connection.session);
	await account.services.secrets.delete(LOGIN_SESSION);
	await account.connection.restart(account.settings.session);
	return {
		session,
		user_id: text(user, 'id'),
		name: [text(user, 'first_name'), text(user, 'last_name')].filter((part) => part !== '').join(' '),
		username: text(user, 'username') || null,
		phone_masked: maskPhone(text(user, 'phone') || null),
	};
}
