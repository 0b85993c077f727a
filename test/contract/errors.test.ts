import { describe, expect, it } from 'vitest';
import { assertNever, ChannelError, ERROR_CODES, invalidParameter } from '../../src/contract';

describe('ChannelError', () => {
	it('becomes the failed item that a Switch node can read', () => {
		const error = new ChannelError('flood_wait', 'Wait', {
			retry: { afterMs: 1_200 },
			hint: 'Later',
			providerCode: 'FLOOD_WAIT_2',
		});
		expect(error.toItem()).toEqual({
			code: 'flood_wait',
			message: 'Wait',
			hint: 'Later',
			retry_after_seconds: 2,
			provider_code: 'FLOOD_WAIT_2',
		});
		expect(new ChannelError('timeout', 'Slow').toItem()).toEqual({
			code: 'timeout',
			message: 'Slow',
			hint: null,
			retry_after_seconds: null,
			provider_code: null,
		});
	});

	it('is recognised when another copy of the package made it', () => {
		const foreign = { [Symbol.for('n8n-nodes-messenger-accounts.ChannelError')]: true, code: 'timeout' };
		expect(ChannelError.is(foreign)).toBe(true);
		expect(ChannelError.is(new Error('timeout'))).toBe(false);
		expect(ChannelError.is(null)).toBe(false);
	});

	it('keeps its cause and names the wrong parameter', () => {
		const cause = new Error('socket');
		expect(new ChannelError('unreachable', 'No answer', { cause }).cause).toBe(cause);
		const error = invalidParameter('chatId', 'must not be empty');
		expect([error.code, error.field, error.message]).toEqual([
			'invalid_parameter',
			'chatId',
			'chatId: must not be empty',
		]);
	});

	it('has a closed list of codes without doubles', () => {
		expect(new Set(ERROR_CODES).size).toBe(ERROR_CODES.length);
	});
});

it('assertNever tells what came', () => {
	expect(() => assertNever('odd' as never)).toThrow('"odd"');
});
