import type { INodePropertyOptions } from 'n8n-workflow';
import type { EventType } from '../../contract';
import type { AccountKind } from '../credential';

/** Filters a messenger may not have at all (Avito knows no mutes, archives, bots or mentions). */
export type OptionalFilter =
	'ignoreBots' | 'includeArchived' | 'includeMuted' | 'includeService' | 'onlyMentionsOrReplies';

/** What differs between the triggers of the three messengers. */
export interface TriggerSpec extends AccountKind {
	/** events one can ask for, with their words; `message` is always the default */
	events: readonly (INodePropertyOptions & { value: EventType })[];
	chatTypes: { options: readonly INodePropertyOptions[]; default: readonly string[] };
	optionalFilters: readonly OptionalFilter[];
}
