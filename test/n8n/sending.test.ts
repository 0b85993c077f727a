import { describe, expect, test } from 'vitest';
import { sendingOf, textOptionsOf } from '../../src/n8n';
import { Values } from '../../src/n8n/parameters';

const options = (values: Record<string, unknown>) =>
	new Values(
		(name) => values[name],
		(name) => name,
	);

describe('options of a send', () => {
	test('left alone, they change nothing', () => {
		expect(sendingOf(options({}))).toEqual({ silent: false, markRead: false });
		expect(textOptionsOf(options({}))).toEqual({ format: 'none', splitLongText: 'refuse' });
	});

	test('are handed on as the channel reads them', () => {
		const chosen = options({
			format: 'html',
			splitLongText: 'split',
			silent: true,
			markRead: 'true',
			replyTo: ' 42 ',
			sendAt: '2026-12-01T10:00:00+03:00',
			typing: 'seconds',
			typingSeconds: '7',
		});
		expect({ ...sendingOf(chosen), ...textOptionsOf(chosen) }).toEqual({
			format: 'html',
			splitLongText: 'split',
			silent: true,
			markRead: true,
			replyTo: '42',
			sendAt: '2026-12-01T07:00:00.000Z',
			typing: 7,
		});
	});

	test.each([
		['length', 'length'],
		['seconds', 3],
		['none', undefined],
	])('typing: %s', (typing, expected) => {
		expect(sendingOf(options({ typing })).typing).toBe(expected);
	});
});
