import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { CallResult, JsonObject } from '../../../src/contract';
import { telegramDriver } from '../../../src/channels/telegram';
import { tinyPng } from '../../sandbox/avito';
import { passes, until } from '../../support/manual-clock';
import { logIn, runCommand, startBench, testServices, type Bench } from './fixture';

async function opened() {
	const bench = await startBench();
	const account = await bench.open();
	const call = async (name: string, input: JsonObject = {}): Promise<JsonObject[]> =>
		(await bench.call(account, name, input)).items;
	return { bench, account, call };
}

const asked = (bench: Bench, method: string) => bench.sandbox.control.requests({ method });

/** A command that paces itself, while time goes by. */
async function paced(bench: Bench, work: Promise<CallResult>): Promise<JsonObject[]> {
	let done = false;
	work.then(
		() => (done = true),
		() => (done = true),
	);
	await passes(bench.clock, () => done, 'the paced command', { stepMs: 200, steps: 500 });
	return (await work).items;
}

describe('contacts', () => {
	it('are added, listed, found, renamed and removed', async () => {
		const { bench, call } = await opened();
		const clara = bench.sandbox.accounts[2];
		expect(await call('contact.getMany')).toMatchObject([
			{ external_user_id: bench.anna.id, client_name: 'Anna Lee', is_mutual: true, is_contact: true },
		]);
		const added = await call('contact.add', { userId: clara.phone, firstName: 'Clara', lastName: 'Work' });
		expect(added).toMatchObject([
			{ external_user_id: clara.id, client_name: 'Clara Work', is_contact: true },
		]);
		expect(await call('contact.getMany')).toHaveLength(2);
		expect(await call('contact.list', { filter: 'work' })).toMatchObject([
			{ name: 'Clara Work', value: clara.id },
		]);
		await call('contact.remove', { userIds: [clara.id, bench.anna.id] });
		expect(await call('contact.getMany')).toEqual([]);
	});

	it('are blocked and let in again', async () => {
		const { bench, call } = await opened();
		await call('contact.block', { userId: bench.anna.id });
		expect(await call('contact.getMany', { blocked: true })).toMatchObject([
			{ external_user_id: bench.anna.id },
		]);
		expect(await call('contact.get', { userId: bench.anna.id })).toMatchObject([{ is_blocked: true }]);
		await call('contact.unblock', { userId: bench.anna.id });
		expect(await call('contact.getMany', { blocked: true })).toEqual([]);
	});

	it('are imported by number, each told what became of it', async () => {
		const { bench, call } = await opened();
		const clara = bench.sandbox.accounts[2];
		const contacts = [
			{ phone: clara.phone, firstName: 'Clara' },
			{ phone: '+70000000000', firstName: 'Nobody' },
			{ phone: 'no number', firstName: 'Wrong' },
		];
		expect(await call('contact.import', { contacts })).toMatchObject([
			{ phone: clara.phone, imported: true, user_id: clara.id, reason: null },
			{ phone: '+70000000000', imported: false, user_id: null, reason: 'not_on_messenger' },
			{ phone: 'no number', imported: false, reason: 'invalid_phone' },
		]);
	});

	it('are searched by name, and names are resolved', async () => {
		const { bench, call } = await opened();
		expect(await call('contact.search', { query: 'anna' })).toMatchObject([
			{ external_chat_id: bench.anna.id, is_own: true },
		]);
		expect(await call('contact.resolve', { chatId: 'https://t.me/sandbox_news/2' })).toMatchObject([
			{ external_chat_id: bench.sandbox.demo.channelId, chat_type: 'channel', message_id: '2' },
		]);
		await expect(call('contact.resolve', { chatId: '@nobody_has_this' })).rejects.toMatchObject({
			code: 'peer_not_found',
		});
	});

	it('show a profile and its pictures', async () => {
		const { bench, account, call } = await opened();
		const picture = {
			kind: 'stream' as const,
			open: () => Promise.resolve(Readable.from([tinyPng])),
			fileName: 'p.png',
			mimeType: 'image/png',
			size: tinyPng.length,
		};
		await runCommand(account, 'profile.setPhoto', {}, undefined, [picture]);
		expect(await call('contact.getPhotos', { userId: 'me' })).toMatchObject([
			{ external_user_id: bench.owner.id, photo_id: expect.stringMatching(/^-?\d+$/) as string },
		]);
		await call('profile.setPhoto');
		expect(await call('contact.getPhotos', { userId: 'me' })).toEqual([]);
		expect(await call('contact.get', { userId: `@${bench.anna.username ?? ''}` })).toMatchObject([
			{ external_user_id: bench.anna.id, client_name: 'Anna Lee', is_bot: false, common_chats: 3 },
		]);
		await expect(call('contact.get', { userId: bench.sandbox.demo.channelId })).rejects.toMatchObject({
			code: 'user_not_found',
		});
	});
});

describe('a check of many', () => {
	it('tells of each number whether it is found, a second apart', async () => {
		const { bench, account } = await opened();
		const clara = bench.sandbox.accounts[2];
		const phones = [bench.anna.phone, '+70000000000', 'x', clara.phone.slice(1)];
		const before = bench.clock.now();
		const items = await paced(bench, bench.call(account, 'contact.checkPhones', { phones }));
		expect(items).toMatchObject([
			{ phone: bench.anna.phone, exists: true, user_id: bench.anna.id, reason: null },
			{ phone: '+70000000000', exists: false, user_id: null, reason: 'phone_not_in_contacts' },
			{ phone: 'x', exists: false, user_id: null, reason: 'invalid_phone' },
			{ phone: clara.phone, exists: true, user_id: clara.id },
		]);
		expect(bench.clock.now() - before).toBeGreaterThanOrEqual(3_000);
	});

	it('tells of each name who has it', async () => {
		const { bench, account } = await opened();
		const usernames = [`@${bench.anna.username ?? ''}`, 'sandbox_news', 'free_name_here', '!'];
		expect(await paced(bench, bench.call(account, 'contact.checkUsernames', { usernames }))).toMatchObject([
			{ username: bench.anna.username, exists: true, user_id: bench.anna.id, chat_type: 'private' },
			{ username: 'sandbox_news', exists: true, user_id: null, chat_type: 'channel' },
			{ username: 'free_name_here', exists: false, reason: 'peer_not_found' },
			{ username: '!', exists: false, reason: 'invalid_parameter' },
		]);
	});

	it('keeps what it has when Telegram asks to wait', async () => {
		const { bench, account } = await opened();
		const clara = bench.sandbox.accounts[2];
		const first = bench.call(account, 'contact.checkPhones', {
			phones: ['+70000000000', clara.phone, '+70000000001'],
		});
		// Its first answer is in; it waits for its second turn.
		await until(
			() => asked(bench, 'contacts.resolvePhone').length === 1 && bench.clock.pending > 0,
			'the first',
		);
		bench.sandbox.control.floodWait({
			account: bench.owner.id,
			method: 'contacts.resolvePhone',
			seconds: 3_600,
			count: 1,
		});
		expect(await paced(bench, first)).toMatchObject([
			{ phone: '+70000000000', exists: false },
			{ phone: clara.phone, exists: null, reason: 'flood_wait', retry_after_seconds: 3_600 },
			{ phone: '+70000000001', exists: null, reason: 'flood_wait' },
		]);
	});

	it('counts each number as a first contact', () => {
		const spec = telegramDriver.commands['contact.checkPhones'];
		expect(spec?.firstContacts?.(spec.input.parse({ phones: ['+70000000000', '+70000000001'] }))).toBe(2);
	});
});

describe('a chat is found', () => {
	it.each([
		['me', (bench: Bench) => bench.owner.id],
		['@anna_sandbox', (bench: Bench) => bench.anna.id],
		['https://t.me/anna_sandbox', (bench: Bench) => bench.anna.id],
		['https://anna_sandbox.t.me/', (bench: Bench) => bench.anna.id],
		['tg://resolve?domain=anna_sandbox', (bench: Bench) => bench.anna.id],
		['tg://user?id=1000001', (bench: Bench) => bench.anna.id],
		['https://t.me/c/2000001/1', (bench: Bench) => bench.sandbox.demo.supergroupId],
		['-1000002000001', (bench: Bench) => bench.sandbox.demo.supergroupId],
		['-4000001', (bench: Bench) => bench.sandbox.demo.groupId],
		['1000001', (bench: Bench) => bench.anna.id],
		// Without its mark: nobody is number 2000002, but a channel is.
		['2000002', (bench: Bench) => bench.sandbox.demo.channelId],
		['+7 999 000-00-03', (bench: Bench) => bench.sandbox.accounts[2].id],
	])('by %s', async (reference, expected) => {
		const { bench, call } = await opened();
		expect(await call('contact.resolve', { chatId: reference })).toMatchObject([
			{ external_chat_id: expected(bench) },
		]);
	});

	it('no. 12: by its number in a fresh process, from the hashes stored by an earlier one', async () => {
		const { bench, account, call } = await opened();
		const dora = bench.sandbox.control.createUser({ firstName: 'Dora', username: 'dora_sandbox' });
		await call('contact.resolve', { chatId: '@dora_sandbox' });
		await account.close();
		const next = await bench.open(testServices(bench.clock, bench.services.stored));
		const lookups = asked(bench, 'messages.getDialogs').length;
		const [sent] = (await bench.call(next, 'message.send', { chatId: dora.id, text: 'hello' })).items;
		expect(sent).toMatchObject({ chat_id: dora.id, peer_resolved: false });
		expect(asked(bench, 'messages.getDialogs')).toHaveLength(lookups);
	});

	it('not by a number nobody of this account has seen', async () => {
		const { bench, call } = await opened();
		const stranger = bench.sandbox.control.createUser({ firstName: 'Stranger' });
		await expect(call('chat.get', { chatId: stranger.id })).rejects.toMatchObject({
			code: 'peer_not_found',
			hint: expect.stringMatching(/@username/) as string,
		});
		// The dialog list was looked through, archive included.
		expect(asked(bench, 'messages.getDialogs').length).toBeGreaterThanOrEqual(2);
	});

	it('by a username only for a day: names change hands', async () => {
		const { bench, call } = await opened();
		const resolve = () => call('contact.resolve', { chatId: '@anna_sandbox' });
		await resolve();
		await resolve();
		expect(asked(bench, 'contacts.resolveUsername')).toHaveLength(1);
		bench.sandbox.control.setUser({ user: bench.anna.id, username: 'anna_elsewhere' });
		const taker = bench.sandbox.control.createUser({ firstName: 'Taker', username: 'anna_sandbox' });
		await bench.clock.advance(25 * 3_600_000);
		expect(await resolve()).toMatchObject([{ external_chat_id: taker.id }]);
	});

	it('as the supergroup a basic group has become', async () => {
		const { bench, call } = await opened();
		const { control } = bench.sandbox;
		const chat = control.createChat({ owner: bench.owner.id, kind: 'group', title: 'Grows' });
		await call('raw.request', { method: 'messages.migrateChat', parameters: { chat_id: chat.id.slice(1) } });
		const [found] = await call('contact.resolve', { chatId: chat.id });
		expect(found).toMatchObject({ chat_type: 'supergroup', chat_title: 'Grows' });
	});

	it('by a hidden number only when it may be imported; the contact is there then', async () => {
		const { bench, call } = await opened();
		await expect(call('chat.get', { chatId: '+70000000009' })).rejects.toMatchObject({
			code: 'phone_not_in_contacts',
			providerCode: 'PHONE_NOT_OCCUPIED',
		});
		const none = call('message.send', { chatId: '+70000000009', text: 'x', importContact: true });
		await expect(none).rejects.toMatchObject({ code: 'not_on_messenger' });
		expect(asked(bench, 'contacts.importContacts')).toHaveLength(1);
	});
});

describe('the own profile', () => {
	it('changes names, description and username', async () => {
		const { bench, call } = await opened();
		const wanted = {
			firstName: 'Bob',
			lastName: 'Builder',
			description: 'At work',
			username: '@bob_builder',
		};
		expect(await call('profile.update', wanted)).toMatchObject([
			{ first_name: 'Bob', last_name: 'Builder', username: 'bob_builder', id: bench.owner.id },
		]);
		await call('profile.update', { username: 'bob_builder', lastName: '' });
		const [profile] = await call('profile.get');
		expect(profile).toMatchObject({ first_name: 'Bob', last_name: '', description: 'At work' });
		expect(JSON.stringify(profile)).not.toContain(bench.owner.phone.slice(1));
		await expect(call('profile.update', { username: 'anna_sandbox' })).rejects.toMatchObject({
			providerCode: 'USERNAME_OCCUPIED',
		});
	});

	it('shows and ends the other sessions; logging out ends this one', async () => {
		const { bench, account, call } = await opened();
		await logIn(bench.sandbox, bench.owner);
		await logIn(bench.sandbox, bench.owner);
		const sessions = await call('account.getSessions');
		expect(sessions).toHaveLength(3);
		const other = sessions.find((one) => one['is_current'] === false);
		bench.sandbox.control.setPolicy({ freshSessionMs: 86_400_000 });
		await expect(call('account.endSession', { sessionId: other?.['id'] ?? '' })).rejects.toMatchObject({
			code: 'permission_denied',
			hint: expect.stringContaining('a day after the login') as string,
		});
		bench.sandbox.control.setPolicy({ freshSessionMs: 0 });
		await call('account.endSession', { sessionId: other?.['id'] ?? '' });
		expect(await call('account.getSessions')).toHaveLength(2);
		await call('account.closeOtherSessions');
		expect(await call('account.getSessions')).toHaveLength(1);
		expect(await call('account.logOut')).toEqual([{ logged_out: true }]);
		expect(account.status().state).toBe('ended');
		await expect(call('profile.get')).rejects.toMatchObject({ code: 'session_ended' });
		expect(bench.sandbox.control.logins({ account: bench.owner.id })).toEqual([]);
		await expect(bench.open()).rejects.toMatchObject({ code: 'session_ended' });
	});
});
