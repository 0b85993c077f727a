import type { ChannelEvent, EventFilter, EventType } from '../../contract';
import { compilePattern, type TextPattern } from './text-pattern';

/** A filter made ready to be asked thousands of times a second. */
export interface CompiledFilter {
	accepts(event: ChannelEvent): boolean;
	/**
	 * Must the journal keep this event for it? Same answer, but a pattern that may backtrack is not run: the engine's
	 * path never waits for a user's expression.
	 */
	mayAccept(event: ChannelEvent): boolean;
	/** the chats it names, when it wants *typing*; none when it names no chats */
	readonly typingChats: readonly string[];
}

/** Told by the pool itself, about the account as a whole: only the event type is asked. */
const POOL_EVENTS: readonly EventType[] = ['account_state', 'gap'];
/** Events that stand for one message and so have a direction. */
const DIRECTED: readonly EventType[] = [
	'message',
	'message_edited',
	'message_deleted',
	'reaction',
	'scheduled',
];
/** Events that carry a message's content. */
const WITH_CONTENT: readonly EventType[] = ['message', 'message_edited', 'scheduled'];

/** @throws ChannelError `invalid_parameter` for a pattern that is no regular expression */
export function compileFilter(filter: EventFilter): CompiledFilter {
	const pattern = filter.textPattern === '' ? null : compilePattern(filter.textPattern);
	return fromPattern(filter, pattern);
}

/** For a filter read from the store: a pattern that cannot be compiled (an older version's) keeps every text. */
export function compileStoredFilter(filter: EventFilter): CompiledFilter {
	try {
		return compileFilter(filter);
	} catch {
		return fromPattern(filter, null);
	}
}

function fromPattern(filter: EventFilter, pattern: TextPattern | null): CompiledFilter {
	const sets = compileSets(filter);
	const needle = filter.textContains.toLowerCase();
	const structural = (event: ChannelEvent): boolean =>
		sets.types.has(event.event_type) &&
		(POOL_EVENTS.includes(event.event_type) ||
			(acceptsDirection(event, filter, sets) &&
				acceptsPlace(event, sets) &&
				acceptsSender(event, filter, sets) &&
				acceptsContent(event, filter, sets, needle)));
	const acceptsPattern = (event: ChannelEvent): boolean =>
		pattern === null || !WITH_CONTENT.includes(event.event_type) || pattern.test(event.text);
	return {
		accepts: (event) => structural(event) && acceptsPattern(event),
		mayAccept: (event) => structural(event) && (pattern?.guarded === true || acceptsPattern(event)),
		typingChats: sets.types.has('typing')
			? filter.includeChats.filter((chat) => !sets.excludeChats.has(chat))
			: [],
	};
}

function compileSets(filter: EventFilter) {
	const senders = (list: readonly string[]) => new Set(list.map(bareName));
	return {
		types: new Set<EventType>(filter.eventTypes),
		directions: new Set<string>(filter.directions),
		chatTypes: new Set(filter.chatTypes),
		includeChats: new Set(filter.includeChats),
		excludeChats: new Set(filter.excludeChats),
		includeSenders: senders(filter.includeSenders),
		excludeSenders: senders(filter.excludeSenders),
		kinds: new Set<string>(filter.messageKinds),
	};
}
type Sets = ReturnType<typeof compileSets>;

/** `@Name` and `name` are the same user name; ids have neither. */
function bareName(value: string): string {
	return value.replace(/^@/u, '').toLowerCase();
}

function acceptsDirection(event: ChannelEvent, filter: EventFilter, sets: Sets): boolean {
	if (!DIRECTED.includes(event.event_type)) return true;
	// What is scheduled is always one's own: whoever asks for it by its type means just that.
	if (event.event_type !== 'scheduled' && !sets.directions.has(event.meta.direction)) return false;
	return event.meta.sent_by !== 'node' || filter.includeNodeSends;
}

/** Events of no chat (profile, contacts) pass the chat filters. */
function acceptsPlace(event: ChannelEvent, sets: Sets): boolean {
	const chat = event.external_chat_id;
	if (chat === '') return true;
	if (sets.excludeChats.has(chat)) return false;
	if (sets.includeChats.size > 0 && !sets.includeChats.has(chat)) return false;
	return sets.chatTypes.size === 0 || sets.chatTypes.has(event.meta.chat_type);
}

function acceptsSender(event: ChannelEvent, filter: EventFilter, sets: Sets): boolean {
	const { meta } = event;
	if (filter.ignoreBots && meta.is_bot === true) return false;
	if (!filter.includeService && meta.is_service === true) return false;
	if (!filter.includeMuted && meta.is_muted === true) return false;
	if (!filter.includeArchived && meta.is_archived === true) return false;
	if (isSender(event, sets.excludeSenders)) return false;
	return sets.includeSenders.size === 0 || isSender(event, sets.includeSenders);
}

function isSender(event: ChannelEvent, senders: ReadonlySet<string>): boolean {
	if (senders.size === 0) return false;
	if (senders.has(event.external_user_id.toLowerCase())) return true;
	const name = event.meta.sender_username;
	return name !== null && senders.has(bareName(name));
}

function acceptsContent(event: ChannelEvent, filter: EventFilter, sets: Sets, needle: string): boolean {
	if (!WITH_CONTENT.includes(event.event_type)) return true;
	if (filter.onlyMentionsOrReplies && !event.meta.mentions_me && event.data?.['reply_to_me'] !== true)
		return false;
	if (sets.kinds.size > 0 && !messageKinds(event).some((kind) => sets.kinds.has(kind))) return false;
	return needle === '' || event.text.toLowerCase().includes(needle);
}

/** A message with attachments is of their kinds (a caption does not make it a text), else a text, else something other. */
export function messageKinds(event: ChannelEvent): string[] {
	const { media } = event;
	const kinds: string[] = [];
	if (media.has_voice) kinds.push('voice');
	if (media.has_images) kinds.push('image');
	if (media.has_video) kinds.push('video');
	if (media.has_document) kinds.push('document');
	if (kinds.length === 0) kinds.push(event.text === '' ? 'other' : 'text');
	return kinds;
}
