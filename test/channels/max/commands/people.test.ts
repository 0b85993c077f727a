import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject, OpenAccount } from '../../../../src/contract';
import type { MaxAccount } from '../../../../src/channels/max/account';
import { maxDriver } from '../../../../src/channels/max';
import { wireId } from '../../../../src/channels/max/codec';
import { openMax } from '../../../../src/channels/max/open';
import { OP } from '../../../../src/channels/max/opcodes';
import { until } from '../../../support/manual-clock';
import { item, run } from '../support/run';
import { ANNA, BORIS, DIALOG, openReading, Scene } from '../support/scene';

let scene: Scene;
let open: OpenAccount<MaxAccount>;
const CLARA = '13579135';
beforeEach(async () => {
	scene = await Scene.start();
	({ open } = await openReading(scene));
});
afterEach(async () => {
	expect(scene.control.failures({})).toEqual([]);
	await scene.close();
});

describe('chats', () => {
	it('list by kind and unread, with limit and names', async () => {
		scene.control.injectMessage({ from: BORIS, to: ANNA, text: 'unread' });
		const all = (await run(open, 'chat.getMany')).items;
		expect(all[0]).toMatchObject({
			external_chat_id: DIALOG,
			chat_title: 'Boris Orlov',
			client_name: 'Boris Orlov',
			client_phone: '+79990000002',
			unread_count: 1,
			chat_type: 'private',
			last_message: { text: 'unread', type: 'text', direction: 'in' },
		});
		expect((await run(open, 'chat.getMany', { chatTypes: ['channel'] })).items).toMatchObject([
			{ external_chat_id: scene.sandbox.demo.channelId, chat_title: 'News' },
		]);
		expect((await run(open, 'chat.getMany', { unreadOnly: true })).items.length).toBeLessThan(all.length);
		expect((await run(open, 'chat.getMany', { limit: 2 })).items).toHaveLength(2);
		expect(JSON.stringify(all)).not.toContain('Login code: 1');
	});

	it('one chat with its last messages', async () => {
		const chat = await item(open, 'chat.get', { chatId: DIALOG, lastMessages: 2 });
		expect(chat['messages']).toMatchObject([{ text: 'Hello Boris' }, { text: 'Hello Anna' }]);
		await expect(item(open, 'chat.get', { chatId: '-5' })).rejects.toMatchObject({ code: 'peer_not_found' });
	});

	it('to choose from, by name', async () => {
		expect((await run(open, 'chat.list', { filter: 'boris' })).items).toMatchObject([
			{ name: 'Boris Orlov', value: DIALOG },
		]);
		expect((await run(open, 'contact.list', { filter: 'clara' })).items).toMatchObject([
			{ name: 'Clara Weiss', value: CLARA },
		]);
	});

	it('create, rename, describe, invite, members, rights, leave', async () => {
		const created = await item(open, 'chat.create', { title: 'Project', userIds: [BORIS] });
		const chatId = created['external_chat_id'] as string;
		expect(created).toMatchObject({ chat_type: 'group', chat_title: 'Project', owner_id: ANNA });
		expect(await item(open, 'chat.update', { chatId, title: 'Plan', description: 'words' })).toMatchObject({
			chat_title: 'Plan',
			description: 'words',
		});
		const { link } = await item(open, 'chat.getInviteLink', { chatId });
		const renewed = await item(open, 'chat.renewInviteLink', { chatId });
		expect(renewed['link']).not.toBe(link);
		await item(open, 'chat.addMembers', { chatId, userIds: [CLARA] });
		expect(
			(await run(open, 'chat.getMembers', { chatId })).items.map(({ external_user_id: id }) => id).sort(),
		).toEqual([ANNA, CLARA, BORIS].sort());
		await item(open, 'chat.promote', { chatId, userIds: [BORIS], permissions: ['pin', 'members'] });
		expect((await run(open, 'chat.getMembers', { chatId, role: 'admin' })).items).toHaveLength(2);
		await item(open, 'chat.demote', { chatId, userIds: [BORIS] });
		await item(open, 'chat.removeMembers', { chatId, userIds: [CLARA] });
		expect((await run(open, 'chat.getMembers', { chatId })).items).toHaveLength(2);
		const boris = (await openReading(scene, { account: 1 })).open;
		expect(await item(boris, 'chat.leave', { chatId })).toMatchObject({ left: true });
		expect(await item(boris, 'chat.resolveLink', { link: renewed['link'] as string })).toMatchObject({
			kind: 'chat',
			external_chat_id: chatId,
		});
		expect(await item(boris, 'chat.join', { link: renewed['link'] as string })).toMatchObject({
			joined: true,
		});
	});

	it('a moderated group is asked, and answers', async () => {
		const { chatId, link } = scene.control.createGroup({ owner: ANNA, title: 'Closed', moderated: true });
		const boris = (await openReading(scene, { account: 1 })).open;
		await item(boris, 'chat.join', { link });
		expect((await run(open, 'chat.getJoinRequests', { chatId })).items).toMatchObject([
			{ external_user_id: BORIS },
		]);
		await item(open, 'chat.answerJoinRequests', { chatId, userIds: [BORIS], accept: true });
		expect((await run(open, 'chat.getMembers', { chatId })).items).toHaveLength(2);
	});

	it('pins chats to the top of the list and lets them go; other members of the folder stay', async () => {
		await open.account.session.request(274, {
			id: 'all.chat.folder',
			title: 'All',
			include: [],
			favorites: [wireId('1')],
			filters: [0],
			options: [],
		});
		const group = scene.sandbox.demo.groupId;
		await item(open, 'chat.pin', { chatId: DIALOG });
		expect(await item(open, 'chat.pin', { chatId: group })).toMatchObject({
			is_pinned: true,
			pinned_chat_ids: [group, DIALOG, '1'],
		});
		for (const chatId of ['2', '3']) await item(open, 'chat.pin', { chatId });
		await expect(item(open, 'chat.pin', { chatId: '4' })).rejects.toMatchObject({
			code: 'invalid_parameter',
		});
		expect(await item(open, 'chat.unpin', { chatId: DIALOG })).toMatchObject({
			is_pinned: false,
			pinned_chat_ids: ['3', '2', group, '1'],
		});
		const { folders } = (await open.account.session.request(272, { folderSync: 0 })) as {
			folders: { title: string; filters: number[] }[];
		};
		expect(folders).toMatchObject([{ title: 'All', filters: [0] }]);
	});

	it('mute and unmute, clear and delete, and the dialog with a person', async () => {
		expect(await item(open, 'chat.mute', { chatId: DIALOG })).toMatchObject({ is_muted: true });
		expect(await item(open, 'chat.get', { chatId: DIALOG })).toMatchObject({ is_muted: true });
		expect(await item(open, 'chat.unmute', { chatId: DIALOG })).toMatchObject({ is_muted: false });
		expect(await item(open, 'chat.getDialog', { userId: BORIS })).toMatchObject({
			external_chat_id: DIALOG,
			client_name: 'Boris Orlov',
		});
		await item(open, 'chat.clear', { chatId: DIALOG });
		expect((await run(open, 'message.getMany', { chatId: DIALOG })).items).toEqual([]);
		expect(await item(open, 'chat.delete', { chatId: DIALOG })).toEqual({ deleted: true });
	});
});

describe('contacts', () => {
	it('own list, by id, by phone, presence; the own number stays hidden', async () => {
		expect((await run(open, 'contact.getMany')).items.map(({ external_user_id: id }) => id).sort()).toEqual(
			[CLARA, BORIS].sort(),
		);
		expect(await item(open, 'contact.get', { userIds: [ANNA] })).toMatchObject({
			external_user_id: ANNA,
			client_phone: '',
		});
		expect(await item(open, 'contact.findByPhone', { phone: '+79990000002' })).toMatchObject({
			external_user_id: BORIS,
			client_phone: '+79990000002',
		});
		expect(await item(open, 'contact.getPresence', { userIds: [BORIS] })).toMatchObject({
			external_user_id: BORIS,
			online: false,
		});
		const profile = await item(open, 'profile.get');
		expect(profile).toMatchObject({ id: ANNA, name: 'Anna Lee', phone_masked: '+7********01' });
		expect(JSON.stringify(profile)).not.toContain('79990000001');
	});

	it('checks numbers one by one, slowly', async () => {
		const checking = run(open, 'contact.checkPhones', { phones: ['+79990000002', '123', '+79998887766'] });
		await until(
			async () => {
				await scene.clock.advance(1_000);
				return scene.control.requests({ opcode: 46 }).length === 2;
			},
			'both lookups',
			50,
		);
		expect((await checking).items).toEqual([
			{ phone: '+79990000002', exists: true, user_id: BORIS, reason: null },
			{ phone: '123', exists: false, user_id: null, reason: 'invalid_phone' },
			{ phone: '+79998887766', exists: false, user_id: null, reason: 'not_on_messenger' },
		]);
	});

	it('import, rename, block, unblock, remove, add', async () => {
		expect(
			(await run(open, 'contact.import', { contacts: [{ phone: '+79990000002', firstName: 'Борис' }] }))
				.items,
		).toMatchObject([{ client_name: 'Борис' }]);
		expect(await item(open, 'contact.rename', { userId: BORIS, firstName: 'Bob' })).toMatchObject({
			client_name: 'Bob',
		});
		expect(await item(open, 'contact.block', { userId: BORIS })).toMatchObject({ is_blocked: true });
		expect((await run(open, 'contact.getMany', { blocked: true })).items).toHaveLength(1);
		expect(await item(open, 'contact.unblock', { userId: BORIS })).toMatchObject({ is_blocked: false });
		await item(open, 'contact.remove', { userId: BORIS });
		expect((await run(open, 'contact.getMany')).items).toHaveLength(1);
		await item(open, 'contact.add', { phone: '+79990000002', firstName: 'Boris' });
		expect((await run(open, 'contact.getMany')).items).toHaveLength(2);
	});

	it('renames where the service knows the rarer word alone', async () => {
		scene.control.setPolicy({ spelling: 'rare', closeWebSocketAfter: 'never' });
		expect(await item(open, 'contact.rename', { userId: BORIS, firstName: 'Bob' })).toMatchObject({
			client_name: 'Bob',
		});
		expect(scene.control.requests({ opcode: OP.contactUpdate })).toHaveLength(2);
	});

	it('one that is told as removed on another device is in the list no more', async () => {
		scene.control.push({
			account: ANNA,
			opcode: OP.notifContact,
			payload: { contact: { id: { $int: BORIS }, names: [{ name: 'Boris' }], status: 'REMOVED' } },
		});
		await until(
			async () => (await run(open, 'contact.list')).items.every(({ id }) => id !== BORIS),
			'the list without him',
		);
	});

	it('a long phone book is imported in small parts', async () => {
		const contacts = Array.from({ length: 60 }, (_, n) => ({
			phone: `+7999222${String(1000 + n)}`,
			firstName: `P${String(n)}`,
		}));
		scene.control.addAccount({ phone: '+79992221059', firstName: 'Last' });
		const importing = run(open, 'contact.import', { contacts });
		await until(
			async () => {
				await scene.clock.advance(500);
				return scene.control.requests({ opcode: OP.sync }).length === 3;
			},
			'three parts',
			200,
		);
		expect((await importing).items).toMatchObject([{ client_name: 'P59' }]);
	});

	it('presence is in seconds, and in milliseconds where the number can be nothing else', async () => {
		const seen = Date.parse('2026-09-30T10:00:00Z');
		for (const value of [seen / 1000, seen]) {
			scene.control.setFaults({
				mutations: [
					{
						opcode: OP.contactPresence,
						path: `presence.${BORIS}.seen`,
						value: { $int: String(value) },
						count: 1,
					},
				],
			});
			expect(await item(open, 'contact.getPresence', { userIds: BORIS })).toMatchObject({
				last_seen: '2026-09-30T10:00:00.000Z',
			});
		}
	});
});

describe('sessions', () => {
	it('are listed; the others are closed; logging out ends this one for good', async () => {
		expect(
			(await run(open, 'account.getSessions')).items.filter((one) => one['is_current'] === true),
		).toHaveLength(1);
		await item(open, 'account.closeOtherSessions');
		expect((await run(open, 'account.getSessions')).items).toHaveLength(1);
		expect(await item(open, 'account.logOut')).toEqual({ logged_out: true });
		expect(open.status().state).toBe('ended');
		await expect(openReading(scene)).rejects.toMatchObject({ code: 'session_ended' });
	});

	it('what endangers the account is marked, also by raw number', () => {
		const { commands } = maxDriver;
		for (const opcode of [20, 97, 199, 111, 290])
			expect(commands['raw.request']!.dangerous!({ opcode, payload: {} })).toBe(true);
		expect(commands['raw.request']!.dangerous!({ opcode: 48, payload: {} })).toBe(false);
		expect(commands['account.logOut']!.dangerous!({})).toBe(true);
		expect(commands['raw.request']!.classify!({ opcode: 48, payload: {} })).toMatchObject({
			permission: 'read',
		});
	});
});

describe('logging in', () => {
	const loggedOut = async (
		front: 'websocketPlain' | 'tcpPlain',
		fields: Record<string, unknown> = {},
	): Promise<OpenAccount<MaxAccount>> => {
		const { settings } = scene.config(front, { token: '', deviceId: '', ...fields });
		const account = await openMax(settings, scene.services(), new AbortController().signal);
		scene.onClose(() => account.close());
		return account;
	};
	/** The session a login returned opens an account. */
	const works = async (
		front: 'websocketPlain' | 'tcpPlain',
		session: Record<string, unknown>,
	): Promise<void> => {
		const fields = {
			token: session['token'],
			deviceId: session['device_id'],
			deviceType: session['device_type'],
			deviceName: 'second',
		};
		expect((await openReading(scene, { front, fields })).open.accountId).toBe(
			`max:${String(session['user_id'])}`,
		);
	};

	it('by QR code, with the password in the same call', async () => {
		const account = await loggedOut('websocketPlain');
		const qr = await item(account, 'login.getQr');
		expect(await item(account, 'login.checkQr', { trackId: qr['track_id'] as string })).toMatchObject({
			pending: true,
		});
		const waiting = item(account, 'login.checkQr', {
			trackId: qr['track_id'] as string,
			waitSeconds: 60,
			password: 'correct-horse',
		});
		scene.control.scanQr({ account: ANNA, link: qr['qr_link'] as string });
		await scene.clock.advance(5_000);
		const session = await waiting;
		expect(session).toMatchObject({ device_type: 'WEB', user_id: ANNA, phone_masked: '+7********01' });
		expect(await account.account.services.values.get('device-id')).toBeUndefined();
		await account.close();
		await works('websocketPlain', session);
	});

	it('asks for the picture as often as the service says', async () => {
		scene.control.setPolicy({ qrPollingMs: 1_000 });
		const account = await loggedOut('websocketPlain');
		const { track_id: trackId } = await item(account, 'login.getQr');
		const waiting = item(account, 'login.checkQr', { trackId: trackId!, waitSeconds: 4 });
		let pending = false;
		void waiting.then(() => {
			pending = true;
		});
		await until(
			async () => {
				await scene.clock.advance(500);
				return pending;
			},
			'the end of the wait',
			200,
		);
		expect(await waiting).toMatchObject({ pending: true });
		expect(scene.control.requests({ opcode: OP.getQrStatus })).toHaveLength(5);
	});

	it('by phone where the service knows the rarer words alone: another code, a new account', async () => {
		scene.control.setPolicy({ spelling: 'rare', fingerprint: 'none' });
		const account = await loggedOut('tcpPlain', { deviceType: 'ANDROID' });
		const phone = '+79997776654';
		await item(account, 'login.requestCode', { phone });
		const answered = async (asking: Promise<JsonObject>): Promise<JsonObject> => {
			let done = false;
			asking.then(
				() => (done = true),
				() => (done = true),
			);
			await until(
				async () => {
					await scene.clock.advance(1_000);
					return done;
				},
				'the answer over the next connection',
				400,
			);
			return asking;
		};
		const { code_token: codeToken } = await answered(item(account, 'login.resendCode', { phone }));
		const { code } = scene.control.lastCode({ phone });
		const { register_token: registerToken } = await item(account, 'login.checkCode', {
			codeToken: codeToken!,
			code: code!,
		});
		expect(
			await answered(item(account, 'login.register', { registerToken: registerToken!, firstName: 'Rare' })),
		).toMatchObject({ name: 'Rare' });
		expect(scene.control.requests({ opcode: OP.authRequest })).toHaveLength(3);
	});

	it('by phone and code, asked for the password, which may be wrong', async () => {
		const account = await loggedOut('tcpPlain', {
			deviceType: 'ANDROID',
			fingerprintDigests: ['11', '22', '33'].map((pair) => pair.repeat(32)).join(','),
		});
		scene.control.setPolicy({ fingerprint: 'exact' });
		const { code_token: codeToken } = await item(account, 'login.requestCode', { phone: '+79990000001' });
		const { code } = scene.control.lastCode({ phone: '+79990000001' });
		await expect(
			item(account, 'login.checkCode', { codeToken: codeToken!, code: '000000' }),
		).rejects.toMatchObject({ code: 'invalid_code' });
		const asked = await item(account, 'login.checkCode', { codeToken: codeToken!, code: code! });
		expect(asked).toMatchObject({ password_required: true, hint: 'battery' });
		const trackId = asked['track_id'] as string;
		await expect(item(account, 'login.checkPassword', { trackId, password: 'wrong' })).rejects.toMatchObject({
			code: 'password_invalid',
		});
		const session = await item(account, 'login.checkPassword', { trackId, password: 'correct-horse' });
		await account.close();
		await works('tcpPlain', session);
	});

	it('says what to do without a login password, and that the web gets no code', async () => {
		const digests = ['11', '22', '33'].map((pair) => pair.repeat(32)).join(',');
		const account = await loggedOut('tcpPlain', { deviceType: 'ANDROID', fingerprintDigests: digests });
		const { code_token: codeToken } = await item(account, 'login.requestCode', { phone: '+79990000002' });
		const { code } = scene.control.lastCode({ phone: '+79990000002' });
		await expect(
			item(account, 'login.checkCode', { codeToken: codeToken!, code: code! }),
		).rejects.toMatchObject({
			code: '2fa_required',
			hint: expect.stringContaining('login password') as string,
		});
		await expect(
			item(await loggedOut('websocketPlain'), 'login.requestCode', { phone: '+79990000001' }),
		).rejects.toMatchObject({ code: 'not_supported' });
	});

	it('registers a number nobody has', async () => {
		const account = await loggedOut('tcpPlain', {
			deviceType: 'ANDROID',
			fingerprintDigests: ['11', '22', '33'].map((pair) => pair.repeat(32)).join(','),
		});
		const { code_token: codeToken } = await item(account, 'login.requestCode', { phone: '+79997776655' });
		const { code } = scene.control.lastCode({ phone: '+79997776655' });
		const { register_token: registerToken } = await item(account, 'login.checkCode', {
			codeToken: codeToken!,
			code: code!,
		});
		expect(
			await item(account, 'login.register', { registerToken: registerToken!, firstName: 'New' }),
		).toMatchObject({ token: expect.any(String) as string, name: 'New' });
	});

	it('keeps its device id over a restart, and lets nothing else through', async () => {
		const services = scene.services();
		const { settings } = scene.config('websocketPlain', { token: '', deviceId: '' });
		const ids: string[] = [];
		for (let start = 0; start < 2; start += 1) {
			const account = await openMax(settings, services, new AbortController().signal);
			ids.push(account.account.session.deviceId);
			await expect(item(account, 'chat.getMany')).rejects.toMatchObject({
				code: 'session_ended',
				hint: expect.stringContaining('Login') as string,
			});
			await account.close();
		}
		expect(ids[0]).toBe(ids[1]);
	});
});

describe('the driver', () => {
	it('tests a credential without logging in', async () => {
		const before = scene.control.logins({}).reduce((sum, one) => sum + one.logins, 0);
		const { message } = await maxDriver.test(scene.config(), scene.services(), new AbortController().signal);
		expect(message).toContain('MAX answers');
		await expect(
			maxDriver.test(
				scene.config('websocketPlain', { endpoint: 'ws://127.0.0.1:1/websocket' }),
				scene.services(),
				new AbortController().signal,
			),
		).rejects.toMatchObject({ code: 'unreachable' });
		expect(scene.control.logins({}).reduce((sum, one) => sum + one.logins, 0)).toBe(before);
	});

	it.each([
		[{ endpoint: 'https://max.ru' }, 'endpoint'],
		[{ transport: 'tcp', endpoint: 'wss://x/y' }, 'endpoint'],
		[{ caCertificates: 'no certificate' }, 'caCertificates'],
		[{ phoneHash: 'xyz' }, 'phoneHash'],
		[{ fingerprintDigests: 'aa' }, 'fingerprintDigests'],
		[{ deviceType: 'TOASTER' }, 'deviceType'],
	])('names the wrong field of %o', (fields, field) => {
		expect(() => maxDriver.configure({ token: 't', ...fields })).toThrow(
			expect.objectContaining({ code: 'credential_invalid', field }) as Error,
		);
	});

	it('shows no secret among its settings', () => {
		const config = maxDriver.configure({
			token: 'very-secret',
			deviceId: 'd',
			proxyUrl: 'socks5://me:hidden@proxy.example:1',
		});
		expect(JSON.stringify([config.shownSettings, config.session, config.settingsHash])).not.toMatch(
			/very-secret|hidden/,
		);
	});
});
