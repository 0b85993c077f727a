import { expect, it } from 'vitest';
import { OpusWaveform } from '../../../../src/channels/telegram/send/waveform';
import { recording } from '../recording';

/** The bars as an app reads them (Telegram Desktop: documentWaveformDecode). */
function bars(bytes: Buffer): number[] {
	const padded = Buffer.concat([bytes, Buffer.alloc(1)]);
	return Array.from(
		{ length: 100 },
		(_, index) => (padded.readUInt16LE((index * 5) >> 3) >> ((index * 5) & 7)) & 31,
	);
}

function waveform(bytes: Buffer, chunk: number): Buffer | null {
	const made = new OpusWaveform();
	for (let at = 0; at < bytes.length; at += chunk) made.feed(bytes.subarray(at, at + chunk));
	return made.bytes();
}

it.each([1, 7, 65_536])('shows where there is sound, in chunks of %i bytes', (chunk) => {
	const quiet = Array.from({ length: 500 }, () => 10);
	const loud = Array.from({ length: 500 }, (_, at) => 290 + (at % 2) * 20);
	const made = waveform(recording([...quiet, ...loud]), chunk);
	expect(made).toHaveLength(63);
	const shown = bars(made ?? Buffer.alloc(63));
	expect(shown.slice(0, 50)).toEqual(Array.from({ length: 50 }, () => 0));
	expect(shown.slice(50)).toEqual(Array.from({ length: 50 }, () => 31));
});

it('a word of five packets fills its bars', () => {
	const made = waveform(recording([5, 80, 80, 40, 5]), 100);
	const shown = bars(made ?? Buffer.alloc(63));
	expect([shown[0], shown[30], shown[50], shown[70], shown[99]]).toEqual([0, 31, 31, 14, 0]);
});

it.each([
	['a constant rate', recording(Array.from({ length: 300 }, () => 80))],
	['no sound', recording([])],
	['something else', Buffer.alloc(5_000, 'x')],
])('tells nothing of %s', (_what, bytes) => {
	expect(waveform(bytes, 100)).toBeNull();
});
