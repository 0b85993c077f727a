import { ChannelError } from '../../contract';
import type { Messenger } from '../../login';
import type { Texts } from './texts';

export type Topic = keyof Texts['problems'];

/** What went wrong, in words a page can say. */
export interface Problem {
	topic: Topic;
	/** how long to wait, where that is known */
	seconds: number | null;
}

/** What ends a login: it can only be begun anew, perhaps in another way. The rest is corrected where it happened. */
const STOPPING: ReadonlySet<Topic> = new Set([
	'banned',
	'no2fa',
	'official_app',
	'refused_device',
	'not_registered',
	'settings',
	'other',
]);

/** MAX: an app version that lets in nobody, or nobody by QR code. */
const AGED: ReadonlySet<string> = new Set(['client.unsupported-version', 'qr_login.disabled']);

export function stops({ topic }: Problem): boolean {
	return STOPPING.has(topic);
}

export function problemOf(error: unknown, messenger: Messenger): Problem {
	if (!ChannelError.is(error)) return { topic: 'other', seconds: null };
	return { topic: topicOf(error, messenger), seconds: error.retryAfterSeconds ?? null };
}

function topicOf(error: ChannelError, messenger: Messenger): Topic {
	switch (error.code) {
		case 'invalid_phone':
		case 'invalid_code':
		case 'code_expired':
		case 'password_invalid':
		case 'unreachable':
			return error.code;
		case 'invalid_parameter':
			if (error.field === 'email' || /^EMAIL_/.test(error.providerCode ?? '')) return 'invalid_email';
			return error.field === 'phone' ? 'invalid_phone' : error.field === 'code' ? 'invalid_code' : 'other';
		case 'flood_wait':
		case 'rate_limited':
			return 'flood';
		case 'account_banned':
			return 'banned';
		case '2fa_required':
			// Telegram's is a step, not a refusal; MAX lets nobody in.
			return messenger === 'max' ? 'no2fa' : 'other';
		case 'not_supported':
			return error.field === 'deviceType' || error.providerCode === 'UPDATE_APP_TO_LOGIN'
				? 'refused_device'
				: 'official_app';
		case 'not_on_messenger':
			return 'not_registered';
		case 'permission_denied':
			return error.providerCode === undefined ? 'settings' : 'refused_device';
		case 'credential_invalid':
			if (AGED.has(error.providerCode ?? '')) return 'refused_device';
			return /^API_ID/.test(error.providerCode ?? '') || error.field === 'apiId' || error.field === 'apiHash'
				? 'application_invalid'
				: 'settings';
		case 'timeout':
		case 'upstream_error':
		case 'outcome_unknown':
		case 'account_in_use':
		case 'store_unavailable':
			return 'service';
		default:
			return 'other';
	}
}
