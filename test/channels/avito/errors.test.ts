import { describe, expect, it } from 'vitest';
import { readErrorBody } from '../../../src/channels/avito/error-body';
import { answerError } from '../../../src/channels/avito/errors';
import type { Json } from '../../../src/contract';
import { ERROR_CODES } from '../../../src/contract';

const make = (status: number, body: Json | string, headers: Record<string, string> = {}) =>
	answerError(
		{ status, headers, text: typeof body === 'string' ? body : JSON.stringify(body) },
		{ defaultWaitMs: 4_000 },
	);

describe('an error answer of Avito', () => {
	it.each<[string, Json, string, string | null]>([
		['A', { error: { code: 401, message: 'Unauthorized' } }, 'Unauthorized', '401'],
		[
			'A+',
			{ error: { code: 400, message: 'Validation error', fields: { limit: 'too large' } } },
			'Validation error',
			'400',
		],
		['B', { result: { status: false, message: 'access token expired' } }, 'access token expired', null],
		['C', { code: 'not_allowed', message: 'No' }, 'No', 'not_allowed'],
		[
			'D',
			{ error: { code: 'validation', message: 'Field `offset` is not integer' } },
			'Field `offset` is not integer',
			'validation',
		],
		['E', { error: { code: 429 } }, '', '429'],
		['F', { error: 'invalid_client', error_description: 'Bad client' }, 'Bad client', 'invalid_client'],
		['F without words', { error: 'invalid_client' }, 'invalid_client', 'invalid_client'],
		['G', { message: 'no Route matched with those values' }, 'no Route matched with those values', null],
		['H', { errors: ['tariff is off'] }, 'tariff is off', null],
		['null', null, '', null],
		['a list', [1, 2], '', null],
	])('of shape %s is read', (_shape, body, message, code) => {
		expect(readErrorBody(body, '')).toMatchObject({ message, code });
	});

	it('that is text is quoted, shortened', () => {
		expect(readErrorBody(undefined, 'x'.repeat(500)).message).toHaveLength(200);
	});

	it.each([
		[400, 'invalid_parameter'],
		[401, 'permission_denied'],
		[402, 'subscription_missing'],
		[403, 'permission_denied'],
		[404, 'peer_not_found'],
		[410, 'not_supported'],
		[413, 'file_too_large'],
		[415, 'media_not_supported'],
		[418, 'invalid_parameter'],
		[429, 'flood_wait'],
		[500, 'upstream_error'],
		[503, 'upstream_error'],
	])('with status %s is %s, with a sentence and a hint where one helps', (status, code) => {
		const error = make(status, { error: { code: status, message: 'Words of Avito' } });
		expect(error).toMatchObject({ code, channel: 'avito' });
		expect(ERROR_CODES).toContain(error.code);
		expect(error.message).toMatch(/Avito/);
		if (status !== 429) expect(error.message).toContain('Words of Avito');
		if ([401, 402, 403, 404, 429, 500].includes(status)) expect(error.hint).toBeTruthy();
		expect(error.providerCode).toBe(String(status));
	});

	it('names the field Avito complains of', () => {
		const error = make(400, {
			error: { code: 400, message: 'Validation error', fields: { text: 'is too long' } },
		});
		expect(error).toMatchObject({ field: 'text' });
		expect(error.message).toContain('text: is too long');
	});

	it('tells how long to wait: seconds, a date, or our own back-off', () => {
		expect(make(429, {}, { 'retry-after': '7' }).retryAfterSeconds).toBe(7);
		const dates = { 'retry-after': 'Thu, 01 Jan 2026 00:00:30 GMT', date: 'Thu, 01 Jan 2026 00:00:10 GMT' };
		expect(make(429, {}, dates).retryAfterSeconds).toBe(20);
		expect(make(429, {}, { 'retry-after': 'soon' }).retryAfterSeconds).toBe(4);
		expect(make(429, {}).retryAfterSeconds).toBe(4);
	});

	it('that is the firewall’s page says so', () => {
		const page = '<!DOCTYPE html><html><title>Доступ ограничен</title></html>';
		expect(make(403, page)).toMatchObject({
			code: 'upstream_error',
			providerCode: '403',
			retry: { afterMs: 60_000 },
		});
		expect(make(429, page)).toMatchObject({ code: 'flood_wait' });
		expect(make(200, page)).toMatchObject({ code: 'unexpected_answer' });
		expect(make(403, page).message).not.toContain('<');
	});
});
