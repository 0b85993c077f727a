import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTelegramSandbox } from '../sandbox/telegram';
import type { TelegramSandbox } from '../sandbox/telegram';
import { runTelethon } from './telegram.support';

/** Debian's Telethon, unmodified, is the judge: where it disagrees with the sandbox, the sandbox is wrong. */
describe('Telethon against the sandbox', () => {
	let sandbox: TelegramSandbox;

	beforeEach(async () => {
		sandbox = await startTelegramSandbox();
	});

	afterEach(async () => {
		const { failures, unknownMethods } = sandbox.control.counts();
		await sandbox.close();
		expect({ failures, unknownMethods }).toEqual({ failures: [], unknownMethods: {} });
	});

	it.each(['full', 'abridged', 'intermediate', 'obfuscated'])('everyday work over %s', async (transport) => {
		const said = await runTelethon(sandbox, 'everyday', transport);
		expect(said).toMatchObject({
			id: sandbox.accounts[0].id,
			dialogs: ['Boris', 'Family', 'News', 'Team'],
			history: ['hello world from Telethon', 'Hello Boris', 'Hello Anna'],
			bold: 'MessageEntityBold',
			edit: 'edited',
			edited: ['changed'],
			deleted: 1,
			small: true,
			big: true,
			unread: 0,
			gone: true,
			post: true,
		});
		expect(said.received).toEqual([
			'in -1000002000001',
			'in -1000002000002',
			'in -4000001',
			'in @anna_sandbox',
			'short-lived',
		]);
		const transports = new Set(sandbox.control.connections().map((one) => one.transport));
		expect([...transports]).toEqual([transport === 'obfuscated' ? 'obfuscated abridged' : transport]);
	});

	it('getDifference in slices after a cut, channels too, and over a hole', async () => {
		const said = await runTelethon(sandbox, 'recovery');
		expect(said.before).toEqual(['before', 'team before']);
		const missed = [...Array(8).keys()].map((n) => `cut ${n}`);
		expect(said.cut).toEqual([...missed, 'team 0', 'team 1', 'team 2']);
		expect(said.hole).toEqual(['after the hole', 'hole']);
		const differences = sandbox.control.requests({ method: 'updates.getDifference' });
		expect(differences.length).toBeGreaterThan(2);
		expect(sandbox.control.requests({ method: 'updates.getChannelDifference' })).not.toEqual([]);
	});

	it('logins right and wrong, migration, QR, sessions, groups, members and reactions', async () => {
		expect(await runTelethon(sandbox, 'account')).toEqual({
			'wrong code': 'PhoneCodeInvalidError',
			'right code': 'SessionPasswordNeededError',
			'wrong password': 'PasswordHashInvalidError',
			'right password': 'Anna',
			migrated: 'Clara',
			'data centre': 1,
			qr: 'Clara',
			'qr data centre': 1,
			sessions: 2,
			ended: 'SessionRevokedError',
			group: 'Party',
			members: ['Anna', 'Boris'],
			joined: 3,
			kicked: 2,
			about: 'about',
			reaction: '👍',
			name: 'Annette',
			votes: 1,
			'logged out': true,
		});
	});

	it('through the MTProxy, padded or not', async () => {
		const said = await runTelethon(sandbox, 'proxy');
		expect(said).toEqual({ abridged: 'Boris', intermediate: 'Boris', randomized: 'Boris' });
		const kinds = sandbox.control.connections().map((one) => `${one.kind} ${one.transport ?? ''}`);
		expect(kinds).toEqual([
			'mtproxy obfuscated abridged',
			'mtproxy obfuscated intermediate',
			'mtproxy obfuscated padded intermediate',
		]);
	});
});
