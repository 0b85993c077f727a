import { describe, expect, it } from 'vitest';
import { ChannelError } from '../../../src/contract';
import { countries, countryOf, internationalNumber } from '../../../src/n8n/login/countries';
import { html } from '../../../src/n8n/login/html';
import {
	failed,
	refusedRequest,
	refusedTry,
	stepped,
	viewOf,
	type PageState,
} from '../../../src/n8n/login/page-state';
import { problemOf } from '../../../src/n8n/login/problem';
import { duration, languageOf, TEXTS } from '../../../src/n8n/login/texts';

describe('a piece of a page', () => {
	it('escapes every value but other pieces', () => {
		const inner = html`<b>${'<&>"\''}</b>`;
		expect(html`<p title="${'"x'}">${inner}${null}${false}${[inner, null]}${7}</p>`.text).toBe(
			'<p title="&quot;x"><b>&lt;&amp;&gt;&quot;&#39;</b><b>&lt;&amp;&gt;&quot;&#39;</b>7</p>',
		);
	});
});

describe('a phone number', () => {
	it.each([
		['RU', '9991234567', '+79991234567'],
		['RU', '8 (999) 123-45-67', '+79991234567'],
		['RU', '79991234567', '+79991234567'],
		['RU', '+49 151 2345678', '+491512345678'],
		['DE', '0151 2345678', '+491512345678'],
		['DE', '0049 151 2345678', '+491512345678'],
		['KZ', '8 701 123 45 67', '+77011234567'],
		['US', '(415) 555-0100', '+14155550100'],
		['RU', '12', null],
		['RU', '', null],
		['RU', '+1234567890123456', null],
		['??', 'abc', null],
	])('%s %s is %s', (iso, typed, expected) => {
		expect(internationalNumber(iso, typed)).toBe(expected);
	});

	it('has its country in the language of the page, in order, each once', () => {
		const list = countries('ru');
		expect(list.find(({ iso }) => iso === 'DE')).toMatchObject({ name: 'Германия', code: '49' });
		expect(new Set(list.map(({ iso }) => iso)).size).toBe(list.length);
		for (const { code, name } of list) expect(`${code} ${name}`).toMatch(/^[1-9]\d{0,3} \p{L}/u);
	});

	it.each([
		['ru-RU,ru;q=0.9', 'RU'],
		['de-DE,de;q=0.9,en-US;q=0.8', 'DE'],
		['en-US,en;q=0.9', 'US'],
		['en-US,ru;q=0.5', 'RU'],
		['', 'RU'],
	])('begins with the country of %s: %s', (header, iso) => {
		expect(countryOf(header)).toBe(iso);
	});
});

describe('the language', () => {
	it.each([
		['ru-RU,ru;q=0.9,en;q=0.8', 'ru'],
		['en-GB,ru;q=0.9', 'en'],
		['de,ru;q=0.3,en;q=0.9', 'en'],
		['ru;q=0,en', 'en'],
		['de', 'en'],
		['', 'en'],
	])('of %s is %s', (header, language) => {
		expect(languageOf(header)).toBe(language);
	});

	it('has every text, none of them the other one’s', () => {
		const flat = (value: unknown): string[] =>
			typeof value === 'string'
				? [value]
				: typeof value === 'function'
					? [(value as (given: string) => string)('{}')]
					: Object.values(value as object).flatMap(flat);
		const [english, russian] = [flat(TEXTS.en), flat(TEXTS.ru)];
		expect(russian).toHaveLength(english.length);
		const same = russian.filter((text, at) => text === english[at]);
		expect(same).toEqual(['API ID', 'API hash']);
	});

	it('says how long', () => {
		expect(duration(TEXTS.en, 45)).toBe('45 s');
		expect(duration(TEXTS.en, 90)).toBe('1 min 30 s');
		expect(duration(TEXTS.en, 3600)).toBe('1 h');
		expect(duration(TEXTS.ru, 3725)).toBe('1 ч 2 мин');
	});
});

describe('what went wrong', () => {
	const error = (code: ConstructorParameters<typeof ChannelError>[0], options = {}) =>
		new ChannelError(code, 'x', options);

	it.each([
		[error('flood_wait', { retry: { afterMs: 1_500 } }), { topic: 'flood', seconds: 2 }],
		[error('2fa_required'), { topic: 'no2fa', seconds: null }],
		[error('credential_invalid', { field: 'proxyUrl' }), { topic: 'settings', seconds: null }],
		[error('permission_denied'), { topic: 'settings', seconds: null }],
		[error('invalid_parameter', { field: 'code' }), { topic: 'invalid_code', seconds: null }],
		[new Error('x'), { topic: 'other', seconds: null }],
	])('%s is told as %o', (given, problem) => {
		expect(problemOf(given, 'max')).toEqual(problem);
	});
});

describe('a login’s state', () => {
	const state: PageState = {
		messenger: 'telegram',
		way: 'phone',
		ways: ['qr', 'phone'],
		loginId: 'l',
		browser: 'b',
		formKey: 'f',
		expiresAt: 900_000,
		application: null,
		step: null,
		typed: { country: 'RU', phone: '' },
		resendAt: 0,
		askedAt: 0,
		requests: 0,
		failures: 0,
		problem: null,
	};
	const sent = {
		kind: 'code',
		phone: '+7',
		token: 't',
		length: 5,
		sentBy: 'app',
		resendInSeconds: 60,
		requestsLeft: null,
		doubtful: false,
		emailPattern: null,
		address: null,
		addressProven: false,
	} as const;

	it('shows the page of its step; what a messenger refuses for good is a page of its own', () => {
		expect(viewOf(state, false)).toBe('phone');
		expect(viewOf(state, true)).toBe('application');
		expect(viewOf(stepped(state, sent, 0), false)).toBe('code');
		expect(viewOf(failed(state, { topic: 'banned', seconds: null }), false)).toBe('stopped');
	});

	it('lets another code be asked for after a while, five times in all', () => {
		const waiting = stepped({ ...state, requests: 1 }, sent, 1_000);
		expect(refusedRequest(waiting, 2_000)).toEqual({ topic: 'too_early', seconds: 59 });
		expect(refusedRequest(waiting, 61_000)).toBeNull();
		expect(refusedRequest({ ...waiting, requests: 5 }, 61_000)).toMatchObject({ topic: 'too_many' });
	});

	it('counts wrong codes and passwords, whatever else happens', () => {
		let tried: PageState = state;
		for (let at = 0; at < 8; at += 1) {
			expect(refusedTry(tried)).toBeNull();
			tried = failed(tried, { topic: at % 2 === 0 ? 'invalid_code' : 'password_invalid', seconds: null });
			tried = failed(tried, { topic: 'service', seconds: null });
		}
		expect(refusedTry(tried)).toMatchObject({ topic: 'too_many' });
	});
});
