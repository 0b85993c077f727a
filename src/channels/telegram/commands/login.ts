import { z } from '#lib/zod';
import { ChannelError, type CallResult } from '../../../contract';
import type { TelegramAccount } from '../account';
import { finishLogin, forgetLogin, keepLogin, loginCall, moveTo, passwordLogin } from '../login';
import {
	emailWanted,
	formatCodeToken,
	hintOf,
	parseCodeToken,
	readSentCode,
	readSetUp,
	setUpRequest,
	signInRequest,
	verifyRequest,
	type CodeSent,
} from '../login-code';
import { maskPhone } from '../events/mask';
import { whoAmI } from '../open';
import { phoneDigits } from '../peers/reference';
import { formatSession } from '../sessions';
import { bytes, child, int, text, type TlObject } from '../tl';
import { command } from './shared';

/**
 * The steps of a login, each an execution of its own, perhaps in another process. They run on an account whose credential
 * holds no session; the last one's result is the session for the credential, shown once. A code is asked for only because
 * a person ran the operation.
 */
const login = { permission: 'account', effect: 'change' } as const;
const phone = z
	.string()
	.transform((value) => `+${phoneDigits(value)}`)
	.pipe(z.string().regex(/^\+\d{7,15}$/, 'must be in international form, such as +79991234567'));
const secret = z.string().trim().min(1, 'is missing');
const password = z.string().min(1).optional();
const emailAddress = z.string().trim().pipe(z.email('is no e-mail address'));
const DONE =
	'Put the session into the credential. Whoever has it has the account: delete this execution afterwards.';

export const loginRequestCode = command({
	...login,
	input: z.strictObject({
		phone,
		/** becomes the account's address for login codes, if Telegram insists on one */
		email: emailAddress.optional(),
		/** an address that is wanted is then asked for as a step (`email_required`), not a refusal */
		askEmail: z.boolean().default(false),
	}),
	async run(account, input, { signal }) {
		const { apiId, apiHash } = account.settings;
		const sent = await loginCall(
			account,
			{
				_: 'auth.sendCode',
				phone_number: input.phone,
				api_id: apiId,
				api_hash: apiHash,
				settings: { _: 'codeSettings' },
			},
			signal,
		);
		if (child(sent, 'type')?._ !== 'auth.sentCodeTypeSetUpEmailRequired') return codeSent(account, sent);
		const hash = text(sent, 'phone_code_hash');
		if (input.email !== undefined) return setUpEmail(account, { ...input, email: input.email }, hash, signal);
		if (!input.askEmail) throw emailWanted();
		await keepLogin(account);
		return { items: [{ email_required: true, code_token: formatCodeToken({ way: 'setup', hash }) }] };
	},
});

/** The address that was asked for (`email_required`), or another one; a code goes there. No further code is asked for. */
export const loginSetUpEmail = command({
	...login,
	input: z.strictObject({ phone, codeToken: secret, email: emailAddress }),
	run: (account, input, { signal }) =>
		setUpEmail(account, input, parseCodeToken(input.codeToken).hash, signal),
});

async function setUpEmail(
	account: TelegramAccount,
	{ phone: number, email }: { phone: string; email: string },
	hash: string,
	signal: AbortSignal,
): Promise<CallResult> {
	return waitFor(
		account,
		readSetUp(await loginCall(account, setUpRequest(number, hash, email), signal), hash),
	);
}

export const loginResendCode = command({
	...login,
	input: z.strictObject({ phone, codeToken: secret }),
	async run(account, input, { signal }) {
		const { hash } = parseCodeToken(input.codeToken);
		const request = { _: 'auth.resendCode', phone_number: input.phone, phone_code_hash: hash };
		return codeSent(account, await loginCall(account, request, signal));
	},
});

export const loginCheckCode = command({
	...login,
	input: z.strictObject({ phone, codeToken: secret, code: secret, password }),
	async run(account, input, { signal }) {
		const token = parseCodeToken(input.codeToken);
		const code = input.code.replaceAll(/\s|-/g, '');
		if (token.way === 'setup') {
			const verified = await loginCall(account, verifyRequest(input.phone, token.hash, code), signal);
			return codeSent(account, child(verified, 'sent_code') ?? verified);
		}
		const request = signInRequest(input.phone, token, code);
		return finish(account, input.password, signal, () => loginCall(account, request, signal));
	},
});

export const loginCheckPassword = command({
	...login,
	input: z.strictObject({ password: z.string().min(1, 'is missing') }),
	async run(account, input, { signal }) {
		return done(account, await passwordLogin(account, input.password, signal));
	},
});

/** The hint its owner wrote down for the password; account.getPassword (official) tells it to who has shown the code. */
export const loginPasswordHint = command({
	...login,
	input: z.strictObject({}),
	async run(account, _input, { signal }) {
		const parameters = await loginCall(account, { _: 'account.getPassword' }, signal);
		return { items: [{ hint: text(parameters, 'hint') || null }] };
	},
});

/** The person has given up: the code that is on its way is cancelled, and nothing of the login is kept. */
export const loginCancel = command({
	...login,
	input: z.strictObject({ phone: phone.optional(), codeToken: secret.optional() }),
	async run(account, { phone: number, codeToken }, { signal }) {
		const { services } = account;
		try {
			if (number !== undefined && codeToken !== undefined)
				await loginCall(
					account,
					{
						_: 'auth.cancelCode',
						phone_number: number,
						phone_code_hash: parseCodeToken(codeToken).hash,
					},
					signal,
				);
		} catch (error) {
			// The code may be used up or too old; what counts is that nothing stays here.
			services.logger.debug('a login code could not be cancelled', { error: String(error) });
		} finally {
			await forgetLogin(account);
		}
		return { items: [{ deleted: true }] };
	},
});

/**
 * The session of another program, which the credential of this call holds in whatever form, in ours; asks Telegram first
 * whether its key is good. From then on only one of the two may use it.
 */
export const loginImportSession = command({
	...login,
	input: z.strictObject({}),
	async run(account, _input, { signal }) {
		const { connection, phone: own } = account;
		const self = await whoAmI(connection, signal);
		return {
			items: [
				{
					state: 'done',
					session: formatSession(connection.session),
					user_id: text(self, 'id'),
					name: [text(self, 'first_name'), text(self, 'last_name')].filter((part) => part !== '').join(' '),
					username: text(self, 'username') || null,
					phone_masked: maskPhone(own),
				},
			],
			hints: [
				'Stop the other program for good: Telegram ends a session that two programs use, and both are logged out.',
				DONE,
			],
		};
	},
});

/** A QR code to be scanned in a Telegram app that is logged in. */
export const loginGetQr = command({
	...login,
	input: z.strictObject({}),
	run: (account, _input, { signal }) => qr(account, undefined, signal),
});

/** Scanned yet? Until then a fresh code, since each lives about 30 seconds. */
export const loginCheckQr = command({
	...login,
	input: z.strictObject({ password }),
	run: (account, input, { signal }) => qr(account, input.password, signal),
});

async function qr(
	account: TelegramAccount,
	secretWord: string | undefined,
	signal: AbortSignal,
): Promise<CallResult> {
	const { apiId, apiHash } = account.settings;
	const request = { _: 'auth.exportLoginToken', api_id: apiId, api_hash: apiHash, except_ids: [] };
	return finish(account, secretWord, signal, async () => {
		let answer = await loginCall(account, request, signal);
		if (answer._ === 'auth.loginTokenMigrateTo') {
			await moveTo(account, int(answer, 'dc_id') ?? 0);
			const token = { _: 'auth.importLoginToken', token: bytes(answer, 'token') };
			// The way there may have taken longer than the token lives: then a fresh one, where the account is.
			answer = await loginCall(account, token, signal).catch((error: unknown) => {
				if (!ChannelError.is(error) || error.providerCode !== 'AUTH_TOKEN_EXPIRED') throw error;
				return loginCall(account, request, signal);
			});
		}
		return answer._ === 'auth.loginTokenSuccess' ? (child(answer, 'authorization') ?? answer) : answer;
	});
}

async function finish(
	account: TelegramAccount,
	secretWord: string | undefined,
	signal: AbortSignal,
	step: () => Promise<TlObject>,
): Promise<CallResult> {
	try {
		const answer = await step();
		if (answer._ !== 'auth.loginToken') return await done(account, answer);
		await keepLogin(account);
		const url = `tg://login?token=${(bytes(answer, 'token') ?? Buffer.alloc(0)).toString('base64url')}`;
		return {
			items: [
				{
					state: 'waiting',
					url,
					expires: new Date((int(answer, 'expires') ?? 0) * 1000).toISOString(),
					login_token: account.settings.loginId,
				},
			],
		};
	} catch (error) {
		if (!ChannelError.is(error) || error.code !== '2fa_required') throw error;
		await keepLogin(account);
		if (secretWord === undefined) throw error;
		return done(account, await passwordLogin(account, secretWord, signal));
	}
}

async function done(account: TelegramAccount, authorization: TlObject): Promise<CallResult> {
	return { items: [{ state: 'done', ...(await finishLogin(account, authorization)) }], hints: [DONE] };
}

async function codeSent(account: TelegramAccount, sent: TlObject): Promise<CallResult> {
	if (sent._ === 'auth.sentCodeSuccess') return done(account, child(sent, 'authorization') ?? sent);
	if (sent._ !== 'auth.sentCode') {
		throw new ChannelError('not_supported', 'Telegram wants this login paid for', {
			channel: 'telegram',
			providerCode: sent._,
			hint: 'Log in once in an official Telegram app, or use the QR code.',
		});
	}
	if (child(sent, 'type')?._ === 'auth.sentCodeTypeSetUpEmailRequired') throw emailWanted();
	return waitFor(account, readSentCode(sent));
}

/** The next step may run in another process. */
async function waitFor(account: TelegramAccount, sent: CodeSent): Promise<CallResult> {
	await keepLogin(account);
	return { items: [{ ...sent }], hints: [hintOf(sent)] };
}
