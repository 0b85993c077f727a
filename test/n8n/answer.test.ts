import { expect, test } from 'vitest';
import type { JsonObject } from '../../src/contract';
import { readAnswer } from '../../src/n8n/wait/answer';
import { event } from './support/account';

const rule = { type: 'approval' as const, approve: ['yes'], decline: ['no'] };
const reaction = (data: JsonObject) => readAnswer(rule, event({ event_type: 'reaction', data }));
const counted = (...counters: [string, number][]) => ({
	counters: counters.map(([emoji, count]) => ({ reaction: emoji, count })),
});

test('a reaction answers by its sign, in whatever skin', () => {
	expect(reaction({ emoji: '👍🏽' })).toEqual({ approved: true, text: '👍🏽' });
	expect(reaction({ emoji: '👎' })).toEqual({ approved: false, text: '👎' });
	expect(reaction({ emoji: '🔥' })).toBeNull();
});

test('where only counters are told, they answer as long as the others agree', () => {
	expect(reaction(counted(['👍', 1]))).toEqual({ approved: true, text: '👍' });
	expect(reaction(counted(['👎', 3]))).toEqual({ approved: false, text: '👎' });
	expect(reaction(counted(['👍', 1], ['👎', 1]))).toBeNull();
	expect(reaction({ ...counted(['👍', 1]), your_reaction: '👍' })).toBeNull();
	expect(reaction({ ...counted(['👍', 1], ['👎', 1]), your_reaction: '👎' })).toEqual({
		approved: true,
		text: '👍',
	});
	expect(reaction(counted())).toBeNull();
	expect(reaction({ counters: 'many' })).toBeNull();
});
