import type { ChannelEvent, JsonObject } from '../../contract';

/** What counts as an answer; stored with the wait, so it must stay plain JSON. */
export type AnswerRule =
	| { type: 'freeText' }
	/** words are normalised; an empty `decline` means that only a yes answers */
	| { type: 'approval'; approve: string[]; decline: string[] };

export type Answer = { approved: boolean; text: string } | { text: string };

export const APPROVE_WORDS = [
	'1',
	'+',
	'y',
	'yes',
	'ok',
	'okay',
	'да',
	'ок',
	'хорошо',
	'согласен',
	'согласна',
];
export const DECLINE_WORDS = ['2', '-', 'n', 'no', 'нет', 'не надо'];
const APPROVE_SIGNS = ['👍', '✅', '❤', '👌'];
const DECLINE_SIGNS = ['👎', '❌'];

/** The words of a field (comma-separated) and the label of the choice, ready to compare. */
export function wordsFor(label: string, words: readonly string[]): string[] {
	return [...new Set([label, ...words].map(normalise).filter((word) => word !== ''))];
}

/** @returns null when the message answers nothing: it goes to the triggers, the wait goes on */
export function readAnswer(rule: AnswerRule, event: ChannelEvent): Answer | null {
	if (rule.type === 'freeText') return event.event_type === 'message' ? { text: event.text } : null;
	const given = event.event_type === 'reaction' ? reactionOf(event) : event.text;
	const word = normalise(given);
	if (rule.approve.includes(word) || hasSign(word, APPROVE_SIGNS)) return { approved: true, text: given };
	const declines = rule.decline.length > 0;
	if (declines && (rule.decline.includes(word) || hasSign(word, DECLINE_SIGNS)))
		return { approved: false, text: given };
	return null;
}

/** "Yes!", "yes" and " YES. " are one word; a number may carry a dot or a bracket as in "1)". */
function normalise(text: string): string {
	return text
		.trim()
		.toLowerCase()
		.replace(/\s+/g, ' ')
		.replace(/^([^\s])[.)]$/u, '$1')
		.replace(/[!.,;:]+$/u, '');
}

/** A thumb with a skin colour or a variation selector is the same thumb. */
function hasSign(word: string, signs: readonly string[]): boolean {
	const bare = word.replace(/[\u{FE0F}\u{1F3FB}-\u{1F3FF}]/gu, '');
	return signs.includes(bare);
}

function reactionOf(event: ChannelEvent): string {
	const data: JsonObject = event.data ?? {};
	const given = data['emoji'] ?? data['reaction'];
	return typeof given === 'string' ? given : fromCounters(data);
}

/** MAX tells only how many gave which reaction: an answer as long as all but the own one agree. */
function fromCounters({ counters, your_reaction: own }: JsonObject): string {
	if (!Array.isArray(counters)) return '';
	const given = counters.flatMap((entry): string[] => {
		if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) return [];
		const { reaction, count } = entry;
		const others = typeof count === 'number' && count > (reaction === own ? 1 : 0);
		return typeof reaction === 'string' && others ? [reaction] : [];
	});
	return given.length === 1 ? (given[0] ?? '') : '';
}
