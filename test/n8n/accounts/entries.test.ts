import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { parseAccounts } from '../../../src/n8n/accounts/entries';
import { findEntry, notFound } from '../../../src/n8n/accounts/find';

const avito = { channel: 'avito', clientId: 'id', clientSecret: 'a-secret', userId: 94000001 };
const max = { channel: 'MAX', token: 'a-token', deviceId: 'd', phone: '8 999 000 00 01' };
const telegram = { channel: 'Telegram User', session: 'a-session', phoneHash: '0123456789ABCDEF', id: '42' };

function parse(accounts: unknown, sharedSettings: unknown = {}) {
	return parseAccounts({
		accounts: JSON.stringify(accounts),
		sharedSettings: JSON.stringify(sharedSettings),
	});
}

function problems(accounts: unknown, shared?: unknown): string[] {
	return parse(accounts, shared).problems.map(({ error }) => error.message);
}

describe('a credential that holds many accounts', () => {
	test('gives each messenger its own fields, with what its accounts share', () => {
		const { entries } = parse(
			{ shop: avito, ivan: max, anna: telegram },
			{ telegram: { apiId: '1', apiHash: 'h', session: 'not this' }, avito: { proxyUrl: 'socks5://p' } },
		);
		expect(entries.map(({ label, channel }) => [label, channel])).toEqual([
			['shop', 'avito'],
			['ivan', 'max'],
			['anna', 'telegram'],
		]);
		expect(entries[0]!.data).toEqual({
			label: 'shop',
			clientId: 'id',
			clientSecret: 'a-secret',
			userId: 94000001,
			proxyUrl: 'socks5://p',
		});
		expect(entries[2]!.data).toMatchObject({ session: 'a-session', apiId: '1', apiHash: 'h' });
	});

	test('makes the phone hash of a number that is written down, as events carry it, and forgets the number', () => {
		const [entry] = parse({ ivan: max }).entries;
		const hash = createHash('sha256').update('79990000001').digest('hex').slice(0, 16);
		expect(entry).toMatchObject({ phoneHash: hash, data: { phoneHash: hash } });
		expect(JSON.stringify(entry)).not.toContain('999');
	});

	test('takes an object that n8n has parsed already, and nothing at all', () => {
		expect(parseAccounts({ accounts: { shop: avito } }).entries).toHaveLength(1);
		expect(parseAccounts({ accounts: '' })).toEqual({ entries: [], problems: [] });
		expect(parseAccounts({})).toEqual({ entries: [], problems: [] });
	});

	test.each([
		['no object', { bad: 'text' }, 'Account "bad": must be an object'],
		[
			'an unknown messenger',
			{ bad: { channel: 'icq' } },
			'Account "bad": field channel: must be max, telegram',
		],
		['a bad hash', { bad: { ...max, phoneHash: 'xyz' } }, 'Account "bad": field phoneHash: must be 16 hex'],
		['a masked value', { bad: { ...max, token: '***' } }, 'Account "bad": field token: holds the mask'],
	])('%s is the problem of that account alone', (_, accounts, message) => {
		const { entries, problems: bad } = parse({ shop: avito, ...accounts, anna: telegram });
		expect(entries.map(({ label }) => label)).toEqual(['shop', 'anna']);
		expect(bad).toHaveLength(1);
		expect(bad[0]!.error.message).toContain(message);
		expect(bad[0]!.error.code).toBe('credential_invalid');
	});

	test('one session under two labels is refused: the two would throw each other out', () => {
		expect(problems({ one: telegram, two: { ...telegram, id: '43' } })).toEqual([
			'Account "two": is the same session as "one"; remove one of them',
		]);
		const login = { channel: 'max', deviceType: 'WEB' };
		expect(problems({ one: login, two: login })).toEqual([]);
	});

	test('says nothing of a value, not even where JSON breaks off', () => {
		expect(() => parseAccounts({ accounts: '{"shop": {"token": "a-secret-token" "x"' })).toThrow(
			/^Messenger Accounts credential, field Accounts: is not valid JSON$/,
		);
		expect(() => parseAccounts({ accounts: '[]' })).toThrow(/field Accounts: must be an object/);
		expect(problems({ shop: { ...avito, channel: 'a-secret' } }).join()).not.toContain('a-secret');
		expect(problems({ shop: avito }, { avito: 'a-secret' }).join()).not.toContain('a-secret');
	});
});

describe('an account is found', () => {
	const list = parse({ shop: avito, ivan: max, anna: telegram, broken: { channel: 'max', token: '***' } });
	const find = (name: string, channel: 'max' | 'telegram' | 'avito' | null = null) =>
		findEntry(list, [name], channel)?.label;

	test('by label, id with and without the messenger, and phone hash', () => {
		expect(find('shop')).toBe('shop');
		expect(find('94000001')).toBe('shop');
		expect(find('avito:94000001')).toBe('shop');
		expect(find('telegram:42')).toBe('anna');
		expect(find('0123456789abcdef')).toBe('anna');
		expect(find(' shop ')).toBe('shop');
		expect(find('max:42')).toBeUndefined();
		expect(find('')).toBeUndefined();
	});

	test('by the first name of several that leads somewhere', () => {
		expect(findEntry(list, ['renamed', '', 'telegram:42'], null)?.label).toBe('anna');
	});

	test('only among those of the messenger', () => {
		expect(find('shop', 'max')).toBeUndefined();
		expect(find('shop', 'avito')).toBe('shop');
	});

	test('by what its connection told', () => {
		const found = findEntry(list, ['max:7'], null, ({ label }) =>
			label === 'ivan' ? { id: 'max:7', phoneHash: null } : undefined,
		);
		expect(found?.label).toBe('ivan');
	});

	test('or the error says why not', () => {
		expect(notFound(list, ['nobody'], null).message).toBe('Account: the credential has no account "nobody"');
		expect(notFound(list, ['shop'], 'max').message).toBe(
			'Account: "shop" is an account of avito, not of max',
		);
		expect(notFound(list, ['broken'], null).message).toContain('field token');
		expect(notFound(list, [''], null)).toMatchObject({ code: 'invalid_parameter', field: 'Account' });
	});
});
