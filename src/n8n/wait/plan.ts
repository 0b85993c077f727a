import type { JsonObject } from '../../contract';
import { asCollection, Values, type Parameters } from '../parameters';
import { APPROVE_WORDS, DECLINE_WORDS, wordsFor, type AnswerRule } from './answer';

/** The question as the node was told to ask it. */
export interface Question {
	chatId: string;
	text: string;
	rule: AnswerRule;
	labels: { approve: string; decline: string };
	responders: string[];
	alsoTrigger: boolean;
	/** ms; null = for ever */
	limitMs: number | null;
	addLink: boolean;
}

export function readQuestion(parameters: Parameters): Question {
	const { options } = parameters;
	const values = asCollection(asCollection(parameters.raw('approvalOptions'))['values']);
	const approval = new Values(
		(name) => values[name],
		(name) => parameters.label(name),
	);
	const labels = {
		approve: approval.has('approveLabel') ? approval.text('approveLabel') : 'Approve',
		decline: approval.has('declineLabel') ? approval.text('declineLabel') : 'Decline',
	};
	const words = (name: string, fallback: readonly string[]): readonly string[] =>
		approval.has(name) ? approval.list(name) : fallback;
	const declines = approval.text('approvalType') !== 'single';
	const addsChoices = !options.has('addChoices') || options.boolean('addChoices');
	// Whoever reads "1 – Approve" below the question may answer with the number, whatever the words are.
	const number = (shown: string): string[] => (addsChoices ? [shown] : []);
	const rule: AnswerRule =
		parameters.text('responseType') === 'freeText'
			? { type: 'freeText' }
			: {
					type: 'approval',
					approve: wordsFor(labels.approve, [...number('1'), ...words('approveWords', APPROVE_WORDS)]),
					decline: declines
						? wordsFor(labels.decline, [...number('2'), ...words('declineWords', DECLINE_WORDS)])
						: [],
				};
	return {
		chatId: parameters.id('chatId'),
		text: parameters.required('message') + (addsChoices ? choices(rule, labels) : ''),
		rule,
		labels,
		responders: options.list('responders'),
		alsoTrigger: options.boolean('alsoTrigger'),
		limitMs: options.has('limitWaitMinutes') ? options.number('limitWaitMinutes') * 60_000 : null,
		addLink: options.boolean('addLink'),
	};
}

function choices(rule: AnswerRule, labels: Question['labels']): string {
	if (rule.type !== 'approval') return '';
	const decline = rule.decline.length > 0 ? `\n2 – ${labels.decline}` : '';
	return `\n\n1 – ${labels.approve}${decline}`;
}

/** What is stored with the wait and read again by whichever process owns the account when the answer comes. */
export interface ResumePlan {
	url: string;
	rule: AnswerRule;
	alsoTrigger: boolean;
}

export function storePlan({ url, rule, alsoTrigger }: ResumePlan): JsonObject {
	return { version: 1, url, rule: { ...rule }, alsoTrigger };
}

/** @returns null for what an incompatible version wrote */
export function loadPlan(stored: JsonObject): ResumePlan | null {
	const { url, rule, alsoTrigger } = stored;
	if (typeof url !== 'string' || typeof rule !== 'object' || rule === null || Array.isArray(rule))
		return null;
	if (rule['type'] === 'freeText')
		return { url, rule: { type: 'freeText' }, alsoTrigger: alsoTrigger === true };
	const { approve, decline } = rule;
	if (rule['type'] !== 'approval' || !isWords(approve) || !isWords(decline)) return null;
	return { url, rule: { type: 'approval', approve, decline }, alsoTrigger: alsoTrigger === true };
}

function isWords(value: unknown): value is string[] {
	return Array.isArray(value) && value.every((word) => typeof word === 'string');
}
