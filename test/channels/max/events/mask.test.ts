import { describe, expect, it } from 'vitest';
import { maskRaw, maskText } from '../../../../src/channels/max/events/mask';

const phone = { ownPhone: '79990000001', service: false, maybeCodes: false };

describe('the own number', () => {
	it.each(['+79990000001', '8 (999) 000-00-01', '7 999 000 00 01', 'tel:+7(999)0000001', '9990000001'])(
		'%s vanishes',
		(text) => {
			expect(maskText(`call ${text} now`, phone)).not.toMatch(/000.?00.?01|0000001/);
		},
	);

	it.each(['+79990000002', '179990000001234', 'order 99900'])('%s stays', (text) => {
		expect(maskText(text, phone)).toBe(text);
	});

	it('leaves what stands before it', () => {
		expect(maskText('call  79990000001', phone)).toBe('call  •••');
		expect(maskText('call  (999) 000-00-01', phone)).toBe('call  (•••');
	});

	it('also as a number or text deep inside an object', () => {
		expect(
			JSON.stringify(
				maskRaw({ a: [{ phone: 79_990_000_001, text: '79990000001', id: '117263822972066856' }] }, phone),
			),
		).toBe('{"a":[{"phone":"•••","text":"•••","id":"117263822972066856"}]}');
	});
});

it('what holds nothing to hide is not copied, and what does is left as it was', () => {
	const plain = { chat: { id: '117263822972066856' }, list: [1, 'words', null] };
	expect(maskRaw(plain, phone)).toBe(plain);
	const telling = { plain, list: ['words', { text: '+79990000001' }] };
	const before = JSON.stringify(telling);
	expect(maskRaw(telling, phone)).toEqual({ plain, list: ['words', { text: '•••' }] });
	expect(JSON.stringify(telling)).toBe(before);
});

describe('login codes', () => {
	const service = { ...phone, service: true };
	it('vanish from the service’s own messages', () => {
		expect(maskText('Код: 123456. Никому не говорите 12-34-56', service)).toBe(
			'Код: •••. Никому не говорите •••',
		);
	});

	it('of others only where the text speaks of codes', () => {
		const maybe = { ...phone, maybeCodes: true };
		expect(maskText('Your code is 4821', maybe)).toBe('Your code is •••');
		expect(maskText('Your order 4821 is ready', maybe)).toBe('Your order 4821 is ready');
		expect(maskText('Your code is 4821', phone)).toBe('Your code is 4821');
	});
});
