import { describe, expect, it } from 'vitest';
import { systemRandom } from '../../src/runtime';
import { seal, unseal } from '../../src/store';

const context = { secret: 'the credential’s own secret', owner: 'avito:94000001', name: 'refresh_token' };

describe('seal', () => {
	it('opens what it closed, of any length', () => {
		for (const plain of ['', 'token', 'ё🙂'.repeat(1_000)]) {
			expect(unseal(seal(plain, context, systemRandom), context)).toBe(plain);
		}
	});

	it('gives another text each time and never shows the secret', () => {
		const sealed = [1, 2, 3].map(() => seal('my-token', context, systemRandom));
		expect(new Set(sealed).size).toBe(3);
		for (const text of sealed) {
			expect(text).not.toContain('my-token');
			expect(Buffer.from(text.slice(3), 'base64url').includes('my-token')).toBe(false);
		}
	});

	it.each([
		['credential', { ...context, secret: 'changed' }],
		['account', { ...context, owner: 'avito:2' }],
		['name', { ...context, name: 'access_token' }],
		['border between account and name', { ...context, owner: 'avito:94000001refresh', name: '_token' }],
	])('does not open under another %s', (_what, other) => {
		expect(unseal(seal('my-token', context, systemRandom), other)).toBeNull();
	});

	it('does not open when any byte was changed', () => {
		const sealed = seal('my-token', context, systemRandom);
		const bytes = Buffer.from(sealed.slice(3), 'base64url');
		for (let index = 0; index < bytes.length; index += 1) {
			const changed = Buffer.from(bytes);
			changed[index] = changed[index]! ^ 1;
			expect(unseal(`v1.${changed.toString('base64url')}`, context)).toBeNull();
		}
	});

	it.each(['', 'v1', 'v1.', 'v2.AAAA', 'v1.AAAA', 'nonsense'])('does not open %j', (text) => {
		expect(unseal(text, context)).toBeNull();
	});
});
