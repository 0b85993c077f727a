import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileFilter, compileStoredFilter, messageKinds } from '../../../src/pool/consumer/filter';
import { compilePattern, mayBacktrack } from '../../../src/pool/consumer/text-pattern';
import { event, filter, type EventParts } from '../journal/support';

function accepts(parts: Parameters<typeof filter>[0], item: EventParts): boolean {
	return compileFilter(filter(parts)).accepts(event(item));
}

describe('a filter', () => {
	it('by default takes incoming messages that are not service, bot, muted or archived', () => {
		expect(accepts({}, {})).toBe(true);
		expect(accepts({}, { type: 'message_edited' })).toBe(false);
		expect(accepts({}, { meta: { direction: 'out' } })).toBe(false);
		expect(accepts({}, { meta: { is_service: true } })).toBe(false);
		expect(accepts({}, { meta: { is_bot: true } })).toBe(false);
		expect(accepts({}, { meta: { is_muted: true } })).toBe(false);
		expect(accepts({}, { meta: { is_archived: true } })).toBe(false);
		expect(
			accepts(
				{ includeService: true, ignoreBots: false, includeMuted: true, includeArchived: true },
				{ meta: { is_service: true, is_bot: true, is_muted: true, is_archived: true } },
			),
		).toBe(true);
	});

	it('leaves out own sends of this package unless asked', () => {
		const out = { directions: ['out' as const] };
		expect(accepts(out, { meta: { direction: 'out', sent_by: 'device' } })).toBe(true);
		expect(accepts(out, { meta: { direction: 'out', sent_by: 'node' } })).toBe(false);
		expect(accepts({ ...out, includeNodeSends: true }, { meta: { direction: 'out', sent_by: 'node' } })).toBe(
			true,
		);
	});

	it('takes what is scheduled, which is always own, whatever the direction', () => {
		const eventTypes = ['scheduled' as const];
		const own = { type: 'scheduled' as const, meta: { direction: 'out' as const } };
		expect(accepts({ eventTypes }, { ...own, meta: { ...own.meta, sent_by: 'device' } })).toBe(true);
		expect(accepts({ eventTypes }, { ...own, meta: { ...own.meta, sent_by: 'node' } })).toBe(false);
	});

	it('chooses chats, chat types and senders', () => {
		expect(accepts({ includeChats: ['c1'] }, { chat: 'c1' })).toBe(true);
		expect(accepts({ includeChats: ['c1'] }, { chat: 'c2' })).toBe(false);
		expect(accepts({ excludeChats: ['c1'] }, { chat: 'c1' })).toBe(false);
		expect(accepts({ chatTypes: ['private'] }, { meta: { chat_type: 'channel' } })).toBe(false);
		expect(accepts({ includeSenders: ['@Anna'] }, { user: '7', meta: { sender_username: 'anna' } })).toBe(
			true,
		);
		expect(accepts({ includeSenders: ['7'] }, { user: '7' })).toBe(true);
		expect(accepts({ includeSenders: ['8'] }, { user: '7' })).toBe(false);
		expect(accepts({ excludeSenders: ['7'] }, { user: '7' })).toBe(false);
	});

	it('asks only the type of events that are about the account, and no chat of those that have none', () => {
		const narrow = {
			eventTypes: ['account_state' as const, 'profile_changed' as const],
			includeChats: ['c1'],
		};
		expect(accepts(narrow, { type: 'account_state', chat: '', meta: { direction: 'out' } })).toBe(true);
		expect(accepts(narrow, { type: 'profile_changed', chat: '' })).toBe(true);
		expect(accepts(narrow, { type: 'gap', chat: '' })).toBe(false);
	});

	it('knows what kind a message is', () => {
		expect(messageKinds(event({ text: 'x' }))).toEqual(['text']);
		expect(messageKinds(event({ text: '' }))).toEqual(['other']);
		expect(messageKinds(event({ text: 'caption', media: { has_images: true } }))).toEqual(['image']);
		expect(accepts({ messageKinds: ['voice'] }, { media: { has_voice: true } })).toBe(true);
		expect(accepts({ messageKinds: ['voice', 'image'] }, { media: { has_document: true } })).toBe(false);
	});

	it('searches the text of messages and edits only', () => {
		expect(accepts({ textContains: 'PRICE' }, { text: 'the price?' })).toBe(true);
		expect(accepts({ textContains: 'price' }, { text: 'hello' })).toBe(false);
		expect(accepts({ textPattern: '^цена\\b|price$' }, { text: 'Best PRICE' })).toBe(true);
		expect(accepts({ textPattern: '^\\d+$' }, { text: 'no' })).toBe(false);
		expect(
			accepts({ eventTypes: ['message_deleted'], textPattern: 'x' }, { type: 'message_deleted', text: '' }),
		).toBe(true);
		expect(accepts({ onlyMentionsOrReplies: true }, {})).toBe(false);
		expect(accepts({ onlyMentionsOrReplies: true }, { meta: { mentions_me: true } })).toBe(true);
		expect(accepts({ onlyMentionsOrReplies: true }, { data: { reply_to_me: true } })).toBe(true);
	});

	it('refuses a pattern that is none, but never loses an event over a stored one', () => {
		expect(() => compileFilter(filter({ textPattern: '(' }))).toThrow(/Text Pattern/u);
		expect(() => compileFilter(filter({ textPattern: 'x'.repeat(1_001) }))).toThrow(/longer/u);
		expect(compileStoredFilter(filter({ textPattern: '(' })).mayAccept(event())).toBe(true);
	});

	it('keeps at least what it accepts', () => {
		fc.assert(
			fc.property(
				fc.constantFrom('', 'a', 'a+', '(a+)+$', 'a*b*'),
				fc.string(),
				fc.constantFrom('in' as const, 'out' as const),
				(textPattern, text, direction) => {
					const compiled = compileFilter(filter({ textPattern }));
					const item = event({ text, meta: { direction } });
					if (compiled.accepts(item)) expect(compiled.mayAccept(item)).toBe(true);
				},
			),
		);
	});
});

describe('a text pattern', () => {
	it('is guarded when it may backtrack badly', () => {
		expect(['(a+)+$', 'a*a*b', '(a|a)*b+', '(a)\\1', 'x{2,}y{3,}'].every(mayBacktrack)).toBe(true);
		expect(['price', '^\\d+$', '[*+]+', 'a\\+b\\*', 'x{2}y{3}'].some(mayBacktrack)).toBe(false);
	});

	it('that runs away is stopped, counts as no match, and is not tried for ever', () => {
		const pattern = compilePattern('^(a+)+$');
		expect(pattern.guarded).toBe(true);
		expect(pattern.test('aaaa')).toBe(true);
		const bad = `${'a'.repeat(60)}!`;
		for (let index = 0; index < 3; index += 1) expect(pattern.test(bad)).toBe(false);
		expect(pattern.disabled).toBe(true);
		expect(pattern.test('aaaa')).toBe(false);
	});

	it('sees a bounded text', () => {
		expect(compilePattern('end$').test(`${'x'.repeat(5_000)}end`)).toBe(false);
	});
});
