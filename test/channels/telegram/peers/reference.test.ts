import { describe, expect, it } from 'vitest';
import { markId, unmarkId } from '../../../../src/channels/telegram/peers/marked-id';
import { parseReference } from '../../../../src/channels/telegram/peers/reference';

describe('marked ids', () => {
	// Known defect 13 of the library: the basic group -1001234 is no channel 1234, and ids may have more than ten digits.
	it.each([
		['1001234', 'user', '1001234'],
		['-1001234', 'chat', '1001234'],
		['-1000000005001', 'channel', '5001'],
		['-1001234567890', 'channel', '1234567890'],
		['-1012345678901', 'channel', '12345678901'],
	] as const)('no. 13: %s is a %s', (marked, type, id) => {
		expect(unmarkId(marked)).toEqual({ type, id });
		expect(markId(type, id)).toBe(marked);
	});

	it.each(['0', '', 'abc', '-2000000000000', '1.5'])('%s is none', (text) => {
		expect(unmarkId(text)).toBeNull();
	});
});

describe('references', () => {
	it.each([
		['me', { kind: 'self' }],
		['-1001234567890', { kind: 'id', id: '-1001234567890' }],
		['@durov', { kind: 'username', name: 'durov' }],
		['https://t.me/durov', { kind: 'username', name: 'durov' }],
		['t.me/durov/42', { kind: 'username', name: 'durov', messageId: 42 }],
		['https://durov.t.me', { kind: 'username', name: 'durov' }],
		['tg://resolve?domain=durov', { kind: 'username', name: 'durov' }],
		['https://t.me/c/1234567890/7/55', { kind: 'message', id: '-1001234567890', messageId: 55 }],
		['https://t.me/+AbCdEf_-1', { kind: 'invite', hash: 'AbCdEf_-1' }],
		['https://t.me/joinchat/AbCdEf', { kind: 'invite', hash: 'AbCdEf' }],
		['tg://join?invite=AbCdEf', { kind: 'invite', hash: 'AbCdEf' }],
		['https://t.me/+79991234567', { kind: 'phone', digits: '79991234567' }],
		['+7 (999) 123-45-67', { kind: 'phone', digits: '79991234567' }],
		['+8 (999) 123-45-67', { kind: 'phone', digits: '79991234567' }],
		['+84 912 345 678', { kind: 'phone', digits: '84912345678' }],
		['tg://user?id=42', { kind: 'id', id: '42' }],
	])('%s', (text, reference) => {
		expect(parseReference(text)).toEqual(reference);
	});

	it.each(['', 'two words', 'https://example.com/durov', '@a', '+12'])('%s is none', (text) => {
		expect(parseReference(text)).toBeNull();
	});
});
