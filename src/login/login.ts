import { ChannelError, type Json, type JsonObject } from '../contract';
import type { Pool } from '../pool';
import { codeMayNeverCome, fieldsFor } from './device';
import type {
	CodeSent,
	Done,
	EmailWanted,
	LoginStep,
	Messenger,
	PasswordWanted,
	QrShown,
	Way,
} from './steps';

export interface LoginOptions {
	messenger: Messenger;
	way: Way;
	/** the credential's fields, as in n8n, with or without a session (which is not used) */
	fields: Readonly<Record<string, unknown>>;
	/** unguessable; tells logins apart that are under way at the same time */
	id: string;
}

/** MAX allows another request after this long where it does not tell. seconds */
const RESEND_SECONDS = 60;
/** A slip in an e-mail address is corrected at once; Telegram itself answers what is too much. seconds */
const READDRESS_SECONDS = 10;

/**
 * One person's login. Holds nothing itself: what ties the steps together is in what they return and in the pool, so
 * every step may be taken in another process. Nothing is asked of the service but by a call of one of these.
 */
export class Login {
	readonly #pool: Pick<Pool, 'lease'>;
	readonly #options: LoginOptions;

	constructor(pool: Pick<Pool, 'lease'>, options: LoginOptions) {
		this.#pool = pool;
		this.#options = options;
	}

	/** @throws ChannelError `invalid_phone`, `flood_wait`, `account_banned`, `not_supported` … */
	async requestCode(phone: string): Promise<LoginStep> {
		const input = this.#isTelegram ? { phone, askEmail: true } : { phone };
		return this.#codeSent(phone, await this.#call('login.requestCode', input));
	}

	/** Telegram: a code goes to this address. @throws ChannelError `invalid_parameter` (no such address, or none it allows), `flood_wait`, `code_expired` (start again) */
	async setUpEmail(
		{ phone, token }: Pick<EmailWanted, 'phone' | 'token'>,
		email: string,
	): Promise<LoginStep> {
		const sent = await this.#call('login.setUpEmail', { phone, codeToken: token, email });
		return this.#codeSent(phone, sent, { address: email });
	}

	/** @throws ChannelError as `requestCode` */
	async resendCode(step: CodeSent): Promise<LoginStep> {
		const { phone, token, address } = step;
		if (address !== null) return this.setUpEmail(step, address);
		const input = this.#isTelegram ? { phone, codeToken: token } : { phone };
		return this.#codeSent(phone, await this.#call('login.resendCode', input));
	}

	/** @throws ChannelError `invalid_code`, `code_expired`, `flood_wait`, `not_on_messenger`, `2fa_required` (MAX: it lets nobody in without a password) */
	async checkCode({ phone, token, address }: CodeSent, code: string): Promise<LoginStep> {
		const input = { ...(this.#isTelegram ? { phone } : {}), codeToken: token, code };
		if (address === null) return this.#entered('login.checkCode', input);
		return this.#codeSent(phone, await this.#call('login.checkCode', input), { addressProven: true });
	}

	async getQr(): Promise<LoginStep> {
		const answer = await this.#callOrPassword('login.getQr', {});
		return 'kind' in answer ? answer : this.#shown(answer.item);
	}

	/** Scanned yet? Until then the picture to show now: Telegram's changes every half minute. @throws ChannelError `code_expired`: show another */
	async checkQr({ track, ...shown }: QrShown): Promise<LoginStep> {
		const input: JsonObject = this.#isTelegram ? {} : { trackId: track, waitSeconds: 0 };
		const answer = await this.#callOrPassword('login.checkQr', input);
		if ('kind' in answer) return answer;
		const { item } = answer;
		if (item['pending'] === true)
			return { ...shown, track, expiresAt: time(item['expires_at']) ?? shown.expiresAt };
		return this.#isTelegram && item['state'] === 'waiting' ? this.#shown(item) : this.#outcome(item);
	}

	/** @throws ChannelError `password_invalid`, `flood_wait`, `code_expired` (start again) */
	checkPassword({ track }: PasswordWanted, password: string): Promise<Done | PasswordWanted> {
		const input = this.#isTelegram ? { password } : { trackId: track, password };
		return this.#entered('login.checkPassword', input);
	}

	/** The person has given up, or did not finish in time: nothing is kept. */
	async cancel(step: LoginStep | null): Promise<void> {
		const asked = step?.kind === 'code' || step?.kind === 'email' ? step : null;
		const code = this.#isTelegram && asked !== null ? { phone: asked.phone, codeToken: asked.token } : {};
		await this.#call('login.cancel', code);
	}

	get #isTelegram(): boolean {
		return this.#options.messenger === 'telegram';
	}

	async #call(name: string, input: JsonObject): Promise<JsonObject> {
		const { messenger, way, fields, id } = this.#options;
		const data = { ...fieldsFor(messenger, way, fields), loginId: id };
		const lease = this.#pool.lease({
			channel: messenger,
			id: `login:${id}`,
			data,
			read: () => Promise.resolve(data),
		});
		try {
			const { items } = await lease.call({ name, input });
			return items[0] ?? {};
		} finally {
			await lease.close();
		}
	}

	/** Telegram answers the right code or scan of an account with a password by a refusal, and tells the hint when asked. */
	async #callOrPassword(name: string, input: JsonObject): Promise<{ item: JsonObject } | PasswordWanted> {
		try {
			return { item: await this.#call(name, input) };
		} catch (error) {
			if (!this.#isTelegram || !ChannelError.is(error) || error.code !== '2fa_required') throw error;
			const { hint } = await this.#call('login.passwordHint', {});
			return { kind: 'password', track: '', hint: text(hint) };
		}
	}

	async #entered(name: string, input: JsonObject): Promise<Done | PasswordWanted> {
		const answer = await this.#callOrPassword(name, input);
		return 'kind' in answer ? answer : this.#outcome(answer.item);
	}

	#outcome(item: JsonObject): Done | PasswordWanted {
		if (item['password_required'] === true)
			return { kind: 'password', track: text(item['track_id']) ?? '', hint: text(item['hint']) };
		if (item['registration_required'] === true)
			throw new ChannelError('not_on_messenger', 'Nobody has registered this phone number with MAX', {
				channel: 'max',
				hint: 'Make the account in the official app first.',
			});
		const wanted = this.#isTelegram
			? { session: item['session'] }
			: { token: item['token'], deviceId: item['device_id'], deviceType: item['device_type'] };
		const fields = Object.fromEntries(
			Object.entries(wanted).map(([name, value]) => [name, text(value) ?? '']),
		);
		if (Object.values(fields).includes(''))
			throw new ChannelError('unexpected_answer', 'The login gave no session', {
				channel: this.#options.messenger,
			});
		return {
			kind: 'done',
			fields,
			profile: {
				id: text(item['user_id']) ?? '',
				name: text(item['name']) ?? '',
				username: text(item['username']),
				phoneMasked: text(item['phone_masked']),
			},
		};
	}

	#codeSent(
		phone: string,
		item: JsonObject,
		email: { address?: string; addressProven?: boolean } = {},
	): LoginStep {
		// Telegram: an account whose device is known may be let in at once.
		if (item['state'] === 'done') return this.#outcome(item);
		const token = text(item['code_token']) ?? '';
		if (item['email_required'] === true) return { kind: 'email', phone, token };
		const { address = null, addressProven = false } = email;
		return {
			kind: 'code',
			phone,
			token,
			length: number(item['code_length']),
			sentBy: text(item['sent_by']) ?? '',
			resendInSeconds:
				number(item['next_request_in_seconds']) ?? (address === null ? RESEND_SECONDS : READDRESS_SECONDS),
			requestsLeft: number(item['requests_left']),
			doubtful: !this.#isTelegram && codeMayNeverCome(this.#options.fields),
			emailPattern: text(item['email_pattern']),
			address,
			addressProven,
		};
	}

	/** A session where a picture was expected: Telegram may know the device already. */
	#shown(item: JsonObject): LoginStep {
		if (item['state'] === 'done') return this.#outcome(item);
		return {
			kind: 'qr',
			link: text(item[this.#isTelegram ? 'url' : 'qr_link']) ?? '',
			expiresAt: time(item[this.#isTelegram ? 'expires' : 'expires_at']),
			track: text(item['track_id']) ?? '',
		};
	}
}

function text(value: Json | undefined): string | null {
	return typeof value === 'string' && value !== '' ? value : null;
}

function number(value: Json | undefined): number | null {
	return typeof value === 'number' ? value : null;
}

function time(value: Json | undefined): number | null {
	const at = typeof value === 'string' ? Date.parse(value) : Number.NaN;
	return Number.isNaN(at) ? null : at;
}
