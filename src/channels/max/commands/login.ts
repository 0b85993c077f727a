import { z } from '#lib/zod';
import { ChannelError, type CallResult, type CommandContext } from '../../../contract';
import type { MaxAccount } from '../account';
import {
	checkCode,
	checkPassword,
	createQr,
	finishQr,
	pollQr,
	register,
	requestCode,
	type AuthOutcome,
} from '../api/auth';
import { DEVICE_ID } from '../device';
import { readContact } from '../facts';
import { phoneField, textField } from '../input-fields';
import { command, requestOptions } from './shared';
import { maskPhone } from './shapes';

/**
 * The steps of a login. They run on an account whose credential holds no token; the result of the last one is the
 * session for the credential, shown once. A code is asked for only because a person ran the operation.
 */
const login = { permission: 'account', effect: 'change' } as const;
const secret = z.string().trim().min(1, 'is missing');
const password = z.string().min(1).optional();

/** A code by SMS or call, once per call; `next_request_in_seconds` and `requests_left` are the service's. */
export const loginRequestCode = codeRequest(false);
/** Another code for the same number, with a token of its own. */
export const loginResendCode = codeRequest(true);

function codeRequest(resend: boolean) {
	return command({
		...login,
		input: z.strictObject({ phone: phoneField, captchaToken: z.string().optional() }),
		async run(account, { phone, captchaToken }, context) {
			assertLoggedOut(account);
			assertPhoneDevice(account);
			const { fingerprint } = account.session;
			const answer = await requestCode(
				account.session,
				{ phone, resend, mode: fingerprint, captchaToken },
				requestOptions(context),
			);
			return {
				items: [
					{
						code_token: answer.token,
						code_length: answer.codeLength,
						next_request_in_seconds: answer.nextInMs === null ? null : Math.ceil(answer.nextInMs / 1000),
						requests_left: answer.requestsLeft,
					},
				],
				...(fingerprint === undefined && account.settings.device.type === 'ANDROID'
					? {
							hints: [
								'No fingerprint is configured: MAX may say the code was sent and never send it. If none arrives, log in by QR code.',
							],
						}
					: {}),
			};
		},
	});
}

/** The code, and in the same call the login password of an account that has one. */
export const loginCheckCode = command({
	...login,
	input: z.strictObject({
		codeToken: secret,
		code: z
			.union([z.string().trim(), z.number()])
			.transform(String)
			.pipe(z.string().regex(/^\d{3,10}$/, 'must be digits')),
		password,
	}),
	async run(account, input, context) {
		assertLoggedOut(account);
		return finish(
			account,
			await checkCode(account.session, input.codeToken, input.code, requestOptions(context)),
			input.password,
			context,
		);
	},
});

/** The login password, for the track that Check Code or Check QR Code named. */
export const loginCheckPassword = command({
	...login,
	input: z.strictObject({ trackId: secret, password: z.string().min(1, 'is missing') }),
	async run(account, input, context) {
		assertLoggedOut(account);
		return finish(
			account,
			await checkPassword(account.session, input.trackId, input.password, requestOptions(context)),
			undefined,
			context,
		);
	},
});

/** A new account for a number that Check Code found free. */
export const loginRegister = command({
	...login,
	input: z.strictObject({
		registerToken: secret,
		firstName: textField.pipe(z.string().max(59)),
		lastName: z.string().max(59).optional(),
	}),
	async run(account, { registerToken, ...names }, context) {
		assertLoggedOut(account);
		return finish(
			account,
			await register(account.session, registerToken, names, requestOptions(context)),
			undefined,
			context,
		);
	},
});

/** The text of a QR picture, to be scanned in the app; it lives about two minutes. */
export const loginGetQr = command({
	...login,
	input: z.strictObject({}),
	async run(account, _input, context) {
		assertLoggedOut(account);
		if (account.settings.device.type !== 'WEB')
			throw wrongDevice(
				'QR codes are for the device type WEB',
				'Choose Web as the device type in the credential, or log in by phone.',
			);
		const qr = await createQr(account.session, requestOptions(context));
		await account.services.values.put(QR_POLL, qr.pollMs, QR_POLL_LIFE_MS);
		return {
			items: [
				{
					qr_link: qr.link,
					track_id: qr.trackId,
					expires_at: qr.expiresAt === null ? null : new Date(qr.expiresAt).toISOString(),
				},
			],
		};
	},
});

/** The person has given up: nothing of the login is kept. MAX knows no request for that. */
export const loginCancel = command({
	...login,
	input: z.strictObject({}),
	async run(account) {
		assertLoggedOut(account);
		await account.services.values.delete(DEVICE_ID);
		return { items: [{ deleted: true }] };
	},
});

/** Waits until the picture was scanned, then finishes; `pending` when it was not in time. */
export const loginCheckQr = command({
	...login,
	timeoutMs: 150_000,
	input: z.strictObject({ trackId: secret, password, waitSeconds: z.number().min(0).max(110).default(0) }),
	async run(account, input, context) {
		assertLoggedOut(account);
		const { clock } = account.services;
		const until = clock.monotonic() + input.waitSeconds * 1000;
		const pollMs = await pollIntervalOf(account);
		for (;;) {
			const { approved, expiresAt } = await pollQr(account.session, input.trackId, requestOptions(context));
			if (approved)
				return finish(
					account,
					await finishQr(account.session, input.trackId, requestOptions(context)),
					input.password,
					context,
				);
			const left = until - clock.monotonic();
			if (left <= 0)
				return {
					items: [
						{
							pending: true,
							track_id: input.trackId,
							expires_at: expiresAt === null ? null : new Date(expiresAt).toISOString(),
						},
					],
				};
			await clock.sleep(Math.min(left, pollMs), context.signal);
		}
	},
});

/** Name of the stored value that keeps how often the service wants to be asked for the QR picture it gave last, ms. */
const QR_POLL = 'qr-poll';
const QR_POLL_LIFE_MS = 10 * 60_000;
/** `pollingInterval` of the captures */
const USUAL_POLL_MS = 5_000;

async function pollIntervalOf({ services }: MaxAccount): Promise<number> {
	const kept = await services.values.get(QR_POLL);
	return typeof kept === 'number' ? Math.min(30_000, Math.max(1_000, kept)) : USUAL_POLL_MS;
}

async function finish(
	account: MaxAccount,
	first: AuthOutcome,
	given: string | undefined,
	context: CommandContext,
): Promise<CallResult> {
	let outcome = first;
	if (outcome.kind === 'password' && given !== undefined)
		outcome = await checkPassword(account.session, outcome.trackId, given, requestOptions(context));
	switch (outcome.kind) {
		case 'password':
			return {
				items: [{ password_required: true, track_id: outcome.trackId, hint: outcome.hint }],
				hints: ['The account has a login password: run Check Password with this track_id.'],
			};
		case 'register':
			return {
				items: [{ registration_required: true, register_token: outcome.token }],
				hints: ['Nobody has this number yet: run Register to create the account.'],
			};
		case 'token':
			// The device belongs to this account now: the next login is another device.
			await account.services.values.delete(DEVICE_ID);
			return {
				items: [sessionItem(account, outcome)],
				hints: [
					'Put token, device_id and device_type into the MAX User API credential. They are shown this once.',
				],
			};
	}
}

function sessionItem(account: MaxAccount, { token, profile }: Extract<AuthOutcome, { kind: 'token' }>) {
	const contact = readContact(profile?.['contact'] ?? null);
	return {
		token,
		device_id: account.session.deviceId,
		device_type: account.settings.device.type,
		user_id: contact?.id ?? null,
		name: contact?.name ?? '',
		phone_masked: maskPhone(contact?.phone ?? null),
	};
}

function assertLoggedOut(account: MaxAccount): void {
	if (account.session.state !== 'live') return;
	throw new ChannelError('invalid_parameter', 'The credential already holds a session', {
		channel: 'max',
		field: 'token',
		hint: 'Log in with a credential whose token is empty, so that the present session stays as it is.',
	});
}

/** The web's phone login is behind a captcha, which nobody but a person may solve. */
function assertPhoneDevice({ settings }: MaxAccount): void {
	if (settings.device.type !== 'WEB') return;
	throw wrongDevice(
		'MAX lets the web log in by QR code only',
		'Use Get QR Code, or choose Android as the device type in the credential.',
	);
}

function wrongDevice(message: string, hint: string): ChannelError {
	return new ChannelError('not_supported', message, { channel: 'max', field: 'deviceType', hint });
}
