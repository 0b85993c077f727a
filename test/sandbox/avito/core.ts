import type { Listener } from '../shared';
import { AdvanceableClock, SeededRandom, type SandboxClock } from '../shared';
import { Deliveries } from './deliveries';
import { populate } from './demo';
import { Faults } from './faults';
import { Journal } from './journal';
import { Rates } from './rates';
import { settingsSchema, type Settings } from './settings';
import { eventValue, placeholderText, type View } from './shapes';
import { Tokens } from './tokens';
import { World, type Chat, type Message } from './world';

export interface AvitoSandboxOptions {
	/** Port of the Avito side; 0 (default) = a free one. */
	readonly port?: number;
	/** Port of the control plane; 0 (default) = a free one. */
	readonly controlPort?: number;
	/** Address to bind; 127.0.0.1 unless said otherwise. */
	readonly host?: string;
	/** Origin in picture and voice URLs, when clients reach the sandbox under another name. */
	readonly publicOrigin?: string;
	readonly clock?: SandboxClock;
	/** Seed of ids, orders and losses. */
	readonly seed?: number;
	/** Also a few conversations to look at. Tests usually want none. */
	readonly demoChats?: boolean;
	readonly settings?: Partial<Settings>;
}

/** How a webhook differs from what the message itself says. */
export interface EventChanges {
	/** Members of `payload.value` to set, whatever they would be. */
	readonly value?: Readonly<Record<string, unknown>> | undefined;
	/** Members of `payload.value` to leave out. */
	readonly omit?: readonly string[] | undefined;
}

/** All parts of one sandbox, and the one thing they do together: telling the subscribers of a message. */
export class Core {
	readonly clock: SandboxClock;
	readonly world: World;
	readonly tokens: Tokens;
	readonly deliveries: Deliveries;
	readonly faults = new Faults();
	readonly rates = new Rates();
	readonly journal = new Journal();
	settings: Settings;
	/** Set once the listener has its port. */
	listener!: Listener;

	constructor(private readonly options: AvitoSandboxOptions) {
		const random = new SeededRandom(options.seed ?? 1);
		this.clock = options.clock ?? new AdvanceableClock();
		this.world = new World(this.clock, random);
		this.settings = settingsSchema.parse(options.settings ?? {});
		this.tokens = new Tokens(this.world, () => this.settings);
		this.deliveries = new Deliveries(this.clock, random);
	}

	/** Where pictures and voices are served. */
	get origin(): string {
		return this.options.publicOrigin ?? this.listener.origin;
	}

	get view(): View {
		return { world: this.world, settings: this.settings, origin: this.origin };
	}

	/** Back to the beginning: demo accounts, default settings, nothing recorded, no subscriptions. */
	reset(): void {
		this.deliveries.clear();
		this.faults.clear();
		this.rates.clear();
		this.journal.clear();
		this.tokens.clear();
		this.world.clear();
		this.settings = settingsSchema.parse(this.options.settings ?? {});
		populate(this.world, this.origin, this.options.demoChats ?? false);
	}

	/** Posts the message to every URL the account subscribed. */
	publish(chat: Chat, message: Message, changes: EventChanges = {}): void {
		const account = this.world.account(chat.account_id);
		const { settings } = this;
		if (account.webhooks.size === 0) return;
		if (!settings.webhook_chat_types.includes(chat.type)) return;
		if (!settings.webhook_own_messages && message.author_id === account.id) return;
		const value: Record<string, unknown> = { ...eventValue(this.view, chat, message), ...changes.value };
		for (const name of changes.omit ?? []) delete value[name];
		if (!account.subscription) {
			if (settings.no_subscription_webhook === 'none') return;
			Object.assign(value, { type: 'text', content: { text: placeholderText } });
		}
		this.deliver(account.id, message.id, (id) => ({
			id,
			version: settings.webhook_version,
			// SPEC: when the event was sent. In captures of live messages the same second as `created`.
			timestamp: this.world.seconds(),
			payload: { type: 'message', value },
		}));
	}

	/** Posts any JSON to every URL of the account; the envelope id is the same for all of them (GUESS). */
	deliver(userId: number, messageId: string | null, envelope: (id: string) => unknown): void {
		const envelope_id = this.world.random.uuid();
		for (const url of this.world.account(userId).webhooks) {
			this.deliveries.post({
				url,
				user_id: userId,
				message_id: messageId,
				content_type: 'application/json',
				body: (id) => JSON.stringify(envelope(id ?? envelope_id)),
				envelope_id,
				attempt: 1,
			});
		}
	}
}
