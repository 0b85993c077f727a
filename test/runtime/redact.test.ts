import { describe, expect, it } from 'vitest';
import { redact, redactText } from '../../src/runtime';

describe('redact', () => {
	it.each([
		['Authorization: Bearer abc.def-123', 'abc.def-123'],
		['GET https://x/hook?key=0011aabb&x=1', '0011aabb'],
		['proxy socks5://user:pass@host:1080', 'user:pass'],
		['call +79990000000 now', '79990000000'],
		[`hash ${'ab'.repeat(32)}`, 'abab'],
	])('takes the secret out of %s', (text, secret) => {
		expect(redactText(text)).not.toContain(secret);
	});

	it('hides values under secret names at any depth and keeps the rest', () => {
		const clean = redact({
			client_secret: 's',
			nested: { accessToken: 't', chat_id: 'u2i-1', list: [{ password: 'p' }] },
		});
		expect(clean).toEqual({
			client_secret: '[hidden]',
			nested: { accessToken: '[hidden]', chat_id: 'u2i-1', list: [{ password: '[hidden]' }] },
		});
	});

	it('leaves ordinary sentences alone', () => {
		expect(redactText('chat u2i-AbC~dEf has 3 messages')).toBe('chat u2i-AbC~dEf has 3 messages');
	});
});
