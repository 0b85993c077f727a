import { describe, expect, test } from 'vitest';
import { idempotencyKey, type SendIdentity } from '../../src/n8n/idempotency';
import { mapOrdered } from '../../src/n8n/map-ordered';
import { isReachable, sameAddress } from '../../src/n8n/webhook/address';
import { sameSecret } from '../../src/n8n/webhook/secret';
import { toBoolean, toDay, toJson, toList, toNumber, toText, toTime } from '../../src/n8n/values';

describe('values as n8n hands them over', () => {
	test('numbers come as text and text as numbers', () => {
		expect(toNumber('42', 'Limit')).toBe(42);
		expect(toText(7700000001, 'Listing')).toBe('7700000001');
		expect(toBoolean('true', 'Simplify')).toBe(true);
		expect(toBoolean(undefined, 'Simplify')).toBe(false);
	});

	test('a wrong one is refused with the field’s name', () => {
		expect(() => toNumber('many', 'Limit')).toThrow('Limit: a number is expected');
		expect(() => toNumber('', 'Limit')).toThrow('Limit: a number is expected');
		expect(() => toText({ a: 1 }, 'Text')).toThrow('Text: a text is expected');
		expect(() => toBoolean('maybe', 'Simplify')).toThrow('Simplify: true or false is expected');
		expect(() => toJson('{', 'Body')).toThrow(/^Body: is not valid JSON/);
	});

	test('an ID whose last digits a number cannot hold is not taken for another one', () => {
		const rounded = Number('117653667826368513');
		expect(() => toText(rounded, 'Message ID')).toThrow('Message ID: this number has too many digits');
		expect(() => toList([rounded], 'Message IDs')).toThrow('Message IDs: this number has too many digits');
		expect(toText(String(117653667826368513n), 'Message ID')).toBe('117653667826368513');
	});

	test.each([
		['1, 2\n3;4', ['1', '2', '3', '4']],
		['["1", 2]', ['1', '2']],
		[
			[1, ' 2 ', ''],
			['1', '2'],
		],
		['', []],
		[null, []],
		[7700000001, ['7700000001']],
	])('a list from %o', (value, expected) => {
		expect(toList(value, 'IDs')).toEqual(expected);
	});

	test.each([
		['2026-01-31T10:00:00+03:00', '2026-01-31T07:00:00.000Z'],
		[1769842800, '2026-01-31T07:00:00.000Z'],
		['1769842800000', '2026-01-31T07:00:00.000Z'],
		[{ toISO: () => '2026-01-31T10:00:00.000+03:00' }, '2026-01-31T07:00:00.000Z'],
		[new Date('2026-01-31T07:00:00Z'), '2026-01-31T07:00:00.000Z'],
	])('a time from %o', (value, expected) => {
		expect(toTime(value, 'Since', 'Asia/Tokyo')).toBe(expected);
	});

	test.each([
		['2026-01-31T10:00:00', '2026-01-31T07:00:00.000Z', '2026-01-31'],
		['2026-01-31 10:00', '2026-01-31T07:00:00.000Z', '2026-01-31'],
		['2026-01-31', '2026-01-30T21:00:00.000Z', '2026-01-31'],
		['2026-01-31T22:00:00Z', '2026-01-31T22:00:00.000Z', '2026-02-01'],
	])('a time as the date picker stores it, %s, is meant where the workflow is', (value, time, day) => {
		expect(toTime(value, 'Since', 'Europe/Moscow')).toBe(time);
		expect(toDay(value, 'Since', 'Europe/Moscow')).toBe(day);
	});

	test.each(['soon', '2026-13-01T00:00:00'])('%s is no time', (value) => {
		expect(() => toTime(value, 'Since')).toThrow('Since: is not a date');
	});
});

describe('what identifies a send', () => {
	const base: SendIdentity = {
		instance: 'i',
		execution: '1',
		workflow: 'w',
		node: 'n',
		credential: 'c',
		runIndex: 0,
		itemIndex: 0,
		part: 0,
		tool: null,
		parameters: { text: 'a' },
		ownKey: '',
	};
	const key = (over: Partial<SendIdentity> = {}) => idempotencyKey({ ...base, ...over }).key;
	const call = (callId: string | null, retried = false) => ({ callId, retried });

	test('execution, node, run, item and part do; the parameters do not', () => {
		const others = [
			{ execution: '2' },
			{ node: 'm' },
			{ runIndex: 1 },
			{ itemIndex: 1 },
			{ part: 1 },
			{ instance: 'j' },
		];
		expect(new Set([key(), ...others.map(key)]).size).toBe(others.length + 1);
		expect(key({ parameters: { text: 'b' } })).toBe(key());
	});

	test('a tool call is known by its id, whatever its run', () => {
		expect(key({ tool: call('a'), runIndex: 1 })).toBe(key({ tool: call('a'), runIndex: 2 }));
		expect(key({ tool: call('a') })).not.toBe(key({ tool: call('b') }));
	});

	test('a tool call without an id is known by its parameters too, and by them alone where n8n counts its tries as runs', () => {
		expect(key({ tool: call(null) })).not.toBe(key({ tool: call(null), parameters: { text: 'b' } }));
		expect(key({ tool: call(null), runIndex: 1 })).not.toBe(key({ tool: call(null), runIndex: 2 }));
		expect(key({ tool: call(null, true), runIndex: 1 })).toBe(key({ tool: call(null, true), runIndex: 2 }));
	});

	test('the user’s own key holds across executions and says nothing of its content', () => {
		expect(key({ ownKey: 'order 7' })).toBe(
			key({ ownKey: ' order 7 ', execution: '2', runIndex: 4, itemIndex: 9 }),
		);
		expect(key({ ownKey: 'order 7' })).not.toBe(key({ ownKey: 'order 7', credential: 'd' }));
		expect(key({ ownKey: 'order 7' })).toMatch(/^[0-9a-f]{32}$/);
	});
});

describe('work in order', () => {
	test('the first failure aborts what is under way and waits for it', async () => {
		const ended: number[] = [];
		const working = mapOrdered([0, 1, 2, 3], 2, undefined, async (_, index, signal) => {
			if (index === 0) throw new Error('no');
			await new Promise((resolve) => {
				signal.addEventListener('abort', resolve);
			});
			ended.push(index);
			return index;
		});
		await expect(working).rejects.toThrow('no');
		expect(ended).toEqual([1]);
	});

	test('nothing starts when it was stopped before', async () => {
		const stopped = AbortSignal.abort();
		await expect(
			mapOrdered([1], 1, stopped, () => Promise.reject(new Error('started'))),
		).rejects.toMatchObject({
			code: 'cancelled',
		});
	});
});

describe('addresses', () => {
	const AVITO = 'https://api.avito.ru';
	test.each([
		['https://n8n.example.com/webhook/x', true],
		['https://185.1.2.3/webhook/x', true],
		['http://n8n.example.com/webhook/x', false],
		['https://localhost/webhook/x', false],
		['https://n8n.local/webhook/x', false],
		['https://n8n/webhook/x', false],
		['https://10.0.0.4/webhook/x', false],
		['https://172.20.1.1/webhook/x', false],
		['https://192.168.1.5/webhook/x', false],
		['https://100.64.0.1/webhook/x', false],
		['https://[::1]/webhook/x', false],
		['https://[fd00::1]/webhook/x', false],
		['nonsense', false],
	])('%s can be reached by the provider: %s', (url, expected) => {
		expect(isReachable(url, AVITO)).toBe(expected);
	});

	test('a sandbox without TLS reaches what is near it', () => {
		expect(isReachable('http://localhost:5678/webhook/x', 'http://127.0.0.1:8080')).toBe(true);
	});

	test('are the same whatever secret they carry', () => {
		expect(sameAddress('https://a.example/x?key=1', 'https://a.example/x?key=2')).toBe(true);
		expect(sameAddress('https://a.example/x', 'https://a.example/y')).toBe(false);
		expect(sameAddress('not an address', 'https://a.example/y')).toBe(false);
	});

	test('secrets are compared whole', () => {
		expect(sameSecret('abc', 'abc')).toBe(true);
		expect(sameSecret('ab', 'abc')).toBe(false);
		expect(sameSecret(['abc'], 'abc')).toBe(false);
		expect(sameSecret(undefined, 'abc')).toBe(false);
	});
});
