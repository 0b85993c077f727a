import { describe, expect, it } from 'vitest';
import { Lanes } from '../../../../src/channels/telegram/reading/lanes';

function lanes(): Lanes<string> {
	return new Lanes({ albumMs: 700, merge: (parts) => parts.join('+') });
}

describe('the order of a chat', () => {
	it('is kept behind what is not known yet, and other chats go on', () => {
		const all = lanes();
		const settle = all.add('a', null, null, 0);
		all.add('a', 'a2', null, 0);
		all.add('b', 'b1', null, 0);
		expect(all.take(0)).toEqual(['b1']);
		expect(all.oldestHeld).toBe(1);
		settle('a1');
		expect(all.take(0)).toEqual(['a1', 'a2']);
		expect(all.oldestHeld).toBeNull();
		all.add('a', 'a3', null, 0);
		expect(all.take(0)).toEqual(['a3']);
	});
});

describe('an album', () => {
	it('is one once nothing has been added to it for a while', () => {
		const all = lanes();
		all.add('a', '1', 'x', 0);
		all.add('b', 'between', null, 10);
		all.add('a', '2', 'x', 500);
		expect(all.take(1_199)).toEqual(['between']);
		expect(all.nextAt).toBe(1_200);
		expect(all.take(1_200)).toEqual(['1+2']);
		expect(all.nextAt).toBeNull();
	});

	it('is complete as soon as something else is said in its chat', () => {
		const all = lanes();
		all.add('a', '1', 'x', 0);
		all.add('a', '2', 'x', 0);
		all.add('a', 'and now?', null, 5);
		expect(all.take(5)).toEqual(['1+2', 'and now?']);
		all.add('a', '3', 'y', 10);
		all.add('a', '4', 'z', 11);
		expect(all.take(11)).toEqual(['3']);
		expect(all.take(711)).toEqual(['4']);
	});

	it('waits for those of its parts that are not known yet', () => {
		const all = lanes();
		const first = all.add('a', null, 'x', 0);
		const second = all.add('a', null, 'x', 0);
		second('2');
		expect(all.take(5_000)).toEqual([]);
		first('1');
		expect(all.take(5_000)).toEqual(['1+2']);
	});
});
