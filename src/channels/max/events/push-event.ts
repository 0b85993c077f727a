import type { ChannelEvent, JsonObject } from '../../../contract';
import type { MaxAccount } from '../account';

/** An event to be journalled, or (reactions, reads, typing, presence) told to those who listen now. */
export interface PushEvent {
	event: ChannelEvent;
	live: boolean;
	/** told only when no push of its own brings the same */
	hint?: true;
}

/** null: of another shape than is known. @param at server ms */
export type ReadPush = (account: MaxAccount, body: JsonObject, at: number) => PushEvent[] | null;

/** ms since 1970 → ISO 8601; null for what is no time. */
export function iso(ms: number | null): string | null {
	return ms === null || ms <= 0 || ms > 8e15 ? null : new Date(ms).toISOString();
}
