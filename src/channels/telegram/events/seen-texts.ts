import type { ChannelEvent, DriverServices, Json, JsonObject } from '../../../contract';

/** What was seen of a message that is deleted now. */
export interface SeenText {
	chat: string;
	user: string;
	name: string;
	text: string;
	/** ISO 8601 */
	timestamp: string;
	direction: 'in' | 'out';
}

/**
 * The texts of messages, kept for as long as the user asks, so that a deletion can tell what was deleted: Telegram itself
 * tells numbers only. In the store, under the account, gone with it.
 */
export class SeenTexts {
	readonly #services: Pick<DriverServices, 'values' | 'logger'>;
	readonly #keepMs: number;

	/** @param keepMs 0 = nothing is kept */
	constructor(services: Pick<DriverServices, 'values' | 'logger'>, keepMs: number) {
		this.#services = services;
		this.#keepMs = keepMs;
	}

	get enabled(): boolean {
		return this.#keepMs > 0;
	}

	/** A new or edited message. Never rejects: a text that cannot be kept is no reason to lose a message. */
	note(event: ChannelEvent): void {
		if (!this.enabled || event.text === '') return;
		const { external_chat_id: chat, text, timestamp } = event;
		const value: JsonObject = {
			chat,
			user: event.external_user_id,
			name: event.client_name,
			text,
			timestamp,
			direction: event.meta.direction,
		};
		const name = keyOf(chat, event.meta.external_message_id ?? '');
		this.#services.values.put(name, value, this.#keepMs).catch((error: unknown) => {
			this.#services.logger.warn('telegram: a text could not be kept', { error: String(error) });
		});
	}

	/** @param chat '' = one of the private chats and basic groups, which number their messages together */
	async find(chat: string, messageId: string): Promise<SeenText | null> {
		if (!this.enabled) return null;
		try {
			return read(await this.#services.values.get(keyOf(chat, messageId)));
		} catch {
			return null;
		}
	}
}

function keyOf(chat: string, messageId: string): string {
	return `seen:${chat.startsWith('-100') ? chat : ''}:${messageId}`;
}

function read(value: Json | undefined): SeenText | null {
	if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
	const { chat, user, name, text, timestamp, direction } = value;
	if (typeof chat !== 'string' || typeof text !== 'string') return null;
	return {
		chat,
		user: typeof user === 'string' ? user : '',
		name: typeof name === 'string' ? name : '',
		text,
		timestamp: typeof timestamp === 'string' ? timestamp : '',
		direction: direction === 'out' ? 'out' : 'in',
	};
}
