import { NO_MEDIA, plainMeta, type ChannelEvent, type JsonObject } from '../../contract';
import type { NormaliseAccount } from './events/normalise';
import { webhookEnvelopeSchema, webhookValueSchema, type WebhookValue } from './schemas/webhook';

/** What a webhook's body is to this account. */
export type WebhookReading =
	| { kind: 'message'; value: WebhookValue; raw: JsonObject }
	/** a payload type that is not documented; `message` is the only one that is */
	| { kind: 'unknown'; type: string; envelopeId: string; timestamp: number | null; raw: JsonObject }
	/** another account's, or nothing that can be understood (the self-test `{}` among them) */
	| { kind: 'foreign' };

/** Reads a webhook's JSON body. Never throws: whatever arrives, Avito gets its 200. */
export function readWebhook(body: JsonObject, userId: string): WebhookReading {
	const envelope = webhookEnvelopeSchema.safeParse(body);
	if (!envelope.success) return { kind: 'foreign' };
	const { id, timestamp, payload } = envelope.data;
	if (String(payload.value['user_id']) !== userId) return { kind: 'foreign' };
	const raw = body;
	if (payload.type !== 'message') {
		return id == null
			? { kind: 'foreign' }
			: { kind: 'unknown', type: payload.type, envelopeId: id, timestamp: timestamp ?? null, raw };
	}
	const value = webhookValueSchema.safeParse(withTime(payload.value, timestamp));
	return value.success ? { kind: 'message', value: value.data, raw } : { kind: 'foreign' };
}

/** `created` is in every document and capture; without it the envelope's time or `published_at` is as good. */
function withTime(value: Record<string, unknown>, timestamp: number | null | undefined) {
	if (value['created'] != null) return value;
	return { ...value, created: timestamp ?? Date.parse(String(value['published_at'])) / 1000 };
}

/** Something new at Avito: passed on with its raw body rather than lost. `nowMs` stands in when it tells no time. */
export function unknownEvent(
	reading: Extract<WebhookReading, { kind: 'unknown' }>,
	owner: NormaliseAccount,
	nowMs: number,
): ChannelEvent {
	return {
		channel: 'avito',
		event_id: `${owner.accountId}:unknown:${reading.envelopeId}`,
		event_type: 'unknown',
		account: owner.account,
		external_user_id: '',
		external_chat_id: '',
		text: '',
		timestamp: new Date(reading.timestamp === null ? nowMs : reading.timestamp * 1000).toISOString(),
		client_name: '',
		client_phone: '',
		media: { ...NO_MEDIA },
		meta: plainMeta({ original_media_type: reading.type }),
		raw: reading.raw,
	};
}
