import { describe, expect, it } from 'vitest';
import { formatSession, formatTelethon, parseSession } from '../../../../src/channels/telegram/sessions';

const authKey = Buffer.from(Array.from({ length: 256 }, (_, index) => (index * 7) % 256));
const session = { dc: 2, address: '149.154.167.51', port: 443, authKey, userId: null };

function pyrogram(parts: Buffer[]): string {
	return Buffer.concat(parts).toString('base64url');
}
const user = Buffer.alloc(8);
user.writeBigUInt64BE(7_000_000_001n);

describe('sessions of other programs', () => {
	it('GramJS and teleproto, also with a port above 32767', () => {
		expect(parseSession(formatSession(session))).toEqual(session);
		expect(parseSession(formatSession({ ...session, address: '127.0.0.1', port: 61_000 })).port).toBe(61_000);
	});

	it('Telethon', () => {
		expect(formatTelethon(session)).toHaveLength(353);
		expect(parseSession(formatTelethon(session))).toEqual(session);
	});

	it.each([
		['351', pyrogram([Buffer.from([2, 0]), authKey, Buffer.from([0, 0, 1, 0]), Buffer.from([0])]), '256'],
		['356', pyrogram([Buffer.from([2, 0]), authKey, user, Buffer.from([0])]), '7000000001'],
		['362', pyrogram([Buffer.from([2, 0, 0, 1, 2, 0]), authKey, user, Buffer.from([0])]), '7000000001'],
	])('Pyrogram, %s characters', (length, text, userId) => {
		expect(text).toHaveLength(Number(length));
		expect(parseSession(text)).toEqual({ ...session, userId });
	});

	it.each([
		['cut off', formatSession(session).slice(0, 100)],
		['another program', 'BQAAAA'],
		['another data centre', formatSession({ ...session, dc: 9 })],
		['nothing', ''],
	])('refuses what is no session (%s) and does not repeat it', (_name, text) => {
		const refusal = (): unknown => parseSession(text);
		expect(refusal).toThrow();
		try {
			refusal();
		} catch (error) {
			if (text.length > 0) expect(String(error)).not.toContain(text.slice(0, 20) || ' none');
		}
	});
});
