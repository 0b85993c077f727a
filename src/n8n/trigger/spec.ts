import type { INodePropertyOptions } from 'n8n-workflow';
import type { EventType } from '../../contract';
import type { AccountKind } from '../credential';

/** Filters a messenger may not have at all (Avito knows no mutes, archives, bots or mentions). */
export type OptionalFilter =
	'ignoreBots' | 'includeArchived' | 'includeMuted' | 'includeService' | 'onlyMentionsOrReplies';

/** The words of a trigger: what differs between the messengers, and is put together for all of them. */
export interface TriggerWords {
	/** events one can ask for, with their words; `message` is always the default */
	events: readonly (INodePropertyOptions & { value: EventType })[];
	chatTypes: { options: readonly INodePropertyOptions[]; default: readonly string[] };
	optionalFilters: readonly OptionalFilter[];
}

/** A trigger of one messenger. */
export interface TriggerSpec extends AccountKind, TriggerWords {}
