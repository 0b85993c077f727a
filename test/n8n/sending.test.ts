import { describe, expect, test } from 'vitest';
import { sendingOf } from '../../src/n8n';
import { Values } from '../../src/n8n/parameters';

const options = (values: Record<string, unknown>) =>
	new Values(
		(name) => values[name],
		(name) => name,
	);

describe('options of a send', () => {
	test('left alone, they change nothing', () => {
		expect(sendingOf(options({}), 'Hello')).toEqual({ format: 'none', silent: false, markRead: false });
	});

	test('are handed on as the channel reads them', () => {
		const chosen = {
			format: 'html',
			silent: true,
			markRead: 'true',
			replyTo: ' 42 ',
			sendAt: '2026-12-01T10:00:00+03:00',
			typing: 'seconds',
			typingSeconds: '7',
		};
		expect(sendingOf(options(chosen), 'Hello')).toEqual({
			format: 'html',
			silent: true,
			markRead: true,
			replyTo: '42',
			sendAt: '2026-12-01T07:00:00.000Z',
			typingSeconds: 7,
		});
	});

	test.each([
		['a word', 'Hi', 1],
		['a sentence', 'x'.repeat(60), 5],
		['a page', 'x'.repeat(3_000), 20],
	])('typing lasts as %s would take', (_, text, seconds) => {
		expect(sendingOf(options({ typing: 'length' }), text).typingSeconds).toBe(seconds);
	});
});
