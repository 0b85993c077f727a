import { describe, expect, it } from 'vitest';
import type { AccountConfig } from '../../../src/contract';
import { SettingsMemory } from '../../../src/pool/account/settings-choice';

const config = (settingsHash: string) => ({ settingsHash }) as AccountConfig;

describe('SettingsMemory', () => {
	it('an edit of the credential reopens once', () => {
		const memory = new SettingsMemory('a', config('1'));
		expect(memory.read('a', config('1'), true)).toBe('same');
		expect(memory.read('a', config('2'), true)).toBe('reopen');
		expect(memory.read('a', config('2'), true)).toBe('same');
	});

	it('two credentials that keep differing are a conflict, and the first stays applied', () => {
		const memory = new SettingsMemory('a', config('1'));
		expect(memory.read('b', config('2'), true)).toBe('conflict');
		expect(memory.read('a', config('1'), true)).toBe('same');
		expect(memory.read('b', config('2'), true)).toBe('conflict');
	});

	it('both edited to the same new settings reopen once', () => {
		const memory = new SettingsMemory('a', config('1'));
		expect(memory.read('b', config('1'), true)).toBe('same');
		expect(memory.read('a', config('2'), true)).toBe('reopen');
		expect(memory.read('b', config('2'), true)).toBe('same');
	});

	it('settings that do not work contradict nobody', () => {
		const memory = new SettingsMemory('a', config('wrong'));
		expect(memory.read('b', config('right'), false)).toBe('reopen');
	});

	it('a credential nobody uses any more no longer counts', () => {
		const memory = new SettingsMemory('a', config('1'));
		memory.forget('a');
		expect(memory.read('b', config('2'), true)).toBe('reopen');
	});
});
