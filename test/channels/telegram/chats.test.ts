import { Readable } from 'node:stream';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { JsonObject, MediaSource, OpenAccount } from '../../../src/contract';
import { telegramDriver, type TelegramAccount } from '../../../src/channels/telegram';
import { tinyPng } from '../../sandbox/avito';
import type { DemoAccount } from '../../sandbox/telegram';
import { logIn, runCommand, startBench, testIntent, testServices, type Bench } from './fixture';

/** Boris with a supergroup of his own in which Anna is. */
async function ownGroup(kind: 'group' | 'supergroup' | 'channel' = 'supergroup', more: object = {}) {
	const bench = await startBench();
	const account = await bench.open();
	const chat = bench.sandbox.control.createChat({
		owner: bench.owner.id,
		kind,
		title: 'Own',
		members: [bench.anna.id],
		...more,
	});
	const call = async (name: string, input: JsonObject = {}): Promise<JsonObject[]> =>
		(await bench.call(account, name, { chatId: chat.id, ...input })).items;
	return { bench, account, chat, call };
}

const picture: MediaSource = {
	kind: 'stream',
	open: () => Promise.resolve(Readable.from([tinyPng])),
	fileName: 'p.png',
	mimeType: 'image/png',
	size: tinyPng.length,
};

const asked = (bench: Bench, method: string) => bench.sandbox.control.requests({ method });

const clara = (bench: Bench) => bench.sandbox.accounts[2];

/** Another account of the sandbox beside Boris's. */
async function openAs(bench: Bench, who: DemoAccount): Promise<OpenAccount<TelegramAccount>> {
	const config = telegramDriver.configure({ ...bench.credential, session: await logIn(bench.sandbox, who) });
	const opened = await telegramDriver.open(config, testServices(bench.clock), new AbortController().signal);
	onTestFinished(() => opened.close());
	return opened;
}

/** Clara by her number, so that the session has seen her. */
async function meetClara(bench: Bench, account: OpenAccount<TelegramAccount>): Promise<string> {
	await bench.call(account, 'contact.resolve', { chatId: clara(bench).phone });
	return clara(bench).id;
}

describe('the list of chats', () => {
	it('comes in pages and by type, unread, archive and folder', async () => {
		const bench = await startBench();
		const account = await bench.open();
		const { control, demo } = bench.sandbox;
		control.injectMany({ to: bench.owner.id, chats: 150, count: 150 });
		const list = async (input: JsonObject = {}) =>
			(await bench.call(account, 'chat.getMany', input)).items.map((item) => item['external_chat_id']);
		expect(await list({ limit: 120 })).toHaveLength(120);
		const all = await list();
		expect(all.length).toBeGreaterThan(150);
		expect(new Set(all).size).toBe(all.length);
		expect(asked(bench, 'messages.getDialogs').length).toBeGreaterThan(3);
		expect(await list({ chatTypes: ['group'] })).toEqual([demo.groupId]);
		await bench.call(account, 'chat.markRead', { chatId: bench.anna.id });
		expect(await list({ unreadOnly: true })).not.toContain(bench.anna.id);
		await bench.call(account, 'chat.archive', { chatId: demo.channelId });
		expect(await list({ archived: true })).toEqual([demo.channelId]);
		expect(await list()).not.toContain(demo.channelId);
		await bench.call(account, 'raw.request', {
			method: 'messages.updateDialogFilter',
			parameters: {
				id: 5,
				filter: {
					_: 'dialogFilter',
					id: 5,
					title: { _: 'textWithEntities', text: 'Work', entities: [] },
					broadcasts: true,
					groups: true,
					pinned_peers: [],
					include_peers: [{ _: 'chat', id: bench.anna.id }],
					exclude_peers: [{ _: 'chat', id: demo.groupId }],
				},
			},
		});
		const inFolder = [demo.supergroupId, demo.channelId, bench.anna.id].toSorted();
		expect((await list({ folder: 'work' })).toSorted()).toEqual(inFolder);
		expect((await list({ folder: '5' })).toSorted()).toEqual(inFolder);
		await expect(list({ folder: 'Play' })).rejects.toMatchObject({
			code: 'invalid_parameter',
			hint: 'There are: Work.',
		});
		await bench.call(account, 'chat.archive', { chatId: demo.channelId, archived: false });
		expect(await list()).toContain(demo.channelId);
	});

	it('shows one chat with what its page tells, and its last messages', async () => {
		const { bench, call } = await ownGroup();
		await call('chat.update', { description: 'About us', slowModeSeconds: 30 });
		bench.sandbox.control.injectMessage({
			from: bench.anna.id,
			to: (await call('chat.get'))[0]?.['external_chat_id'] as string,
			text: 'hi',
		});
		const [chat] = await call('chat.get', { lastMessages: 1 });
		expect(chat).toMatchObject({
			chat_type: 'supergroup',
			description: 'About us',
			slow_mode_seconds: 30,
			members_count: 2,
			unread_count: 1,
			is_muted: false,
			messages: [{ text: 'hi' }],
		});
	});

	it('is muted until a time and heard again', async () => {
		const { call } = await ownGroup();
		const until = '2031-01-01T00:00:00.000Z';
		expect(await call('chat.mute', { until })).toMatchObject([{ is_muted: true, muted_until: until }]);
		expect(await call('chat.get')).toMatchObject([{ is_muted: true }]);
		await call('chat.mute', { muted: false });
		expect(await call('chat.get')).toMatchObject([{ is_muted: false }]);
	});
});

describe('a chat of one\u2019s own', () => {
	it.each([
		['group', 'messages.createChat'],
		['supergroup', 'channels.createChannel'],
		['channel', 'channels.createChannel'],
	])('is made (%s) with its first members', async (kind, method) => {
		const bench = await startBench();
		const account = await bench.open();
		const input = { kind, title: `A ${kind}`, userIds: [`@${bench.anna.username ?? ''}`] };
		const [made] = (await bench.call(account, 'chat.create', input)).items;
		expect(made).toMatchObject({ chat_type: kind, chat_title: `A ${kind}`, duplicate: false, not_added: [] });
		expect(asked(bench, method)).toHaveLength(1);
		const members = await bench.call(account, 'chat.getMembers', {
			chatId: made?.['external_chat_id'] as string,
		});
		expect(members.items.map((item) => item['external_user_id']).toSorted()).toEqual(
			[bench.anna.id, bench.owner.id].toSorted(),
		);
	});

	it('is not made twice when the first try\u2019s answer was lost', async () => {
		const bench = await startBench();
		const account = await bench.open();
		const input = { kind: 'supergroup', title: 'Only once' };
		await bench.call(account, 'chat.create', input);
		const again = {
			...testIntent(),
			state: 'sent' as const,
			context: { at: Math.floor(bench.clock.now() / 1000) },
		};
		const [found] = (await bench.call(account, 'chat.create', input, again)).items;
		expect(found).toMatchObject({ chat_title: 'Only once', duplicate: true });
		expect(asked(bench, 'channels.createChannel')).toHaveLength(1);
	});

	it('changes title, description, username, topics and protection; what is so already is a success', async () => {
		const { bench, call } = await ownGroup();
		const wanted = {
			title: 'Renamed',
			description: 'New',
			username: '@own_group_name',
			topics: true,
			protect: true,
			slowModeSeconds: 10,
		};
		expect(await call('chat.update', wanted)).toMatchObject([{ changed: true }]);
		expect(await call('chat.get')).toMatchObject([
			{
				chat_title: 'Renamed',
				description: 'New',
				username: 'own_group_name',
				is_forum: true,
				slow_mode_seconds: 10,
			},
		]);
		expect(await call('chat.update', { title: 'Renamed', username: 'own_group_name' })).toMatchObject([
			{ updated: true, changed: false },
		]);
		await expect(call('chat.update')).rejects.toMatchObject({ code: 'invalid_parameter' });
		await expect(
			bench.call(await bench.open(), 'chat.update', { chatId: bench.sandbox.demo.groupId, topics: true }),
		).rejects.toMatchObject({ code: 'not_supported' });
	});

	it.each(['group', 'supergroup'] as const)('gets a picture and loses it (%s)', async (kind) => {
		const { bench, account, chat, call } = await ownGroup(kind);
		await runCommand(account, 'chat.setPhoto', { chatId: chat.id }, undefined, [picture]);
		const method = kind === 'group' ? 'messages.editChatPhoto' : 'channels.editPhoto';
		expect(await call('chat.setPhoto')).toMatchObject([{ updated: true }]);
		expect(asked(bench, method)).toHaveLength(2);
		expect(asked(bench, 'upload.saveFilePart')).toHaveLength(1);
	});

	it('is deleted for everybody, or only left', async () => {
		const { bench, account, chat, call } = await ownGroup();
		const group = bench.sandbox.control.createChat({
			owner: bench.owner.id,
			kind: 'group',
			title: 'G',
			members: [bench.anna.id],
		});
		expect(await call('chat.delete', { forEveryone: true })).toEqual([{ deleted: true }]);
		await bench.call(account, 'chat.delete', { chatId: group.id });
		await bench.call(account, 'chat.leave', { chatId: bench.sandbox.demo.channelId });
		await bench.call(account, 'chat.delete', { chatId: bench.anna.id, forEveryone: true });
		const left = (await bench.call(account, 'chat.getMany')).items.map((item) => item['external_chat_id']);
		expect(left).not.toContain(chat.id);
		expect(left).not.toContain(bench.sandbox.demo.channelId);
		expect(left).not.toContain(bench.anna.id);
		expect(bench.sandbox.control.messages({ owner: bench.anna.id, peer: bench.owner.id })).toEqual([]);
	});
});

describe('members', () => {
	it('come in pages and by role', async () => {
		const bench = await startBench();
		const account = await bench.open();
		const { control } = bench.sandbox;
		const ids = Array.from(
			{ length: 230 },
			(_, index) => control.createUser({ firstName: `Member ${String(index)}` }).id,
		);
		const chat = control.createChat({
			owner: bench.owner.id,
			kind: 'supergroup',
			title: 'Many',
			members: ids,
		});
		const members = (input: JsonObject = {}) =>
			bench.call(account, 'chat.getMembers', { chatId: chat.id, ...input });
		const all = (await members()).items;
		expect(all.map((item) => item['external_user_id']).toSorted()).toEqual(
			[...ids, bench.owner.id].toSorted(),
		);
		expect(asked(bench, 'channels.getParticipants')).toHaveLength(2);
		expect((await members({ limit: 7 })).items).toHaveLength(7);
		expect((await members({ query: 'Member 229' })).items).toMatchObject([
			{ client_name: 'Member 229', role: 'member' },
		]);
		expect((await members({ role: 'admin' })).items).toMatchObject([
			{ role: 'owner', external_user_id: bench.owner.id },
		]);
	});

	it('are added; who does not let it happen is told', async () => {
		const { bench, account, chat, call } = await ownGroup();
		const dora = bench.sandbox.control.createUser({ firstName: 'Dora', username: 'dora_sandbox' });
		bench.sandbox.control.setUser({ user: dora.id, privateInvites: true });
		const claraId = await meetClara(bench, account);
		expect(
			await call('chat.addMembers', { userIds: [claraId, '@dora_sandbox', bench.anna.id] }),
		).toMatchObject([
			{ external_user_id: claraId, added: true, reason: null },
			{ external_user_id: dora.id, added: false, reason: 'user_privacy_restricted' },
			{ external_user_id: bench.anna.id, added: true },
		]);
		const group = bench.sandbox.control.createChat({ owner: bench.owner.id, kind: 'group', title: 'G' });
		expect(
			(await bench.call(account, 'chat.addMembers', { chatId: group.id, userIds: [dora.id, bench.anna.id] }))
				.items,
		).toMatchObject([{ added: false }, { added: true }]);
		expect(chat.id).not.toBe(group.id);
	});

	it('are removed, banned, restricted and let in again', async () => {
		const { bench, call } = await ownGroup();
		const userIds = [bench.anna.id];
		const members = async (role: string) =>
			(await call('chat.getMembers', { role })).map((item) => [item['external_user_id'], item['role']]);
		await call('chat.restrictMembers', {
			userIds,
			permissions: ['text', 'links'],
			until: '2031-01-01T00:00:00Z',
		});
		expect(await call('chat.getMembers', { role: 'restricted' })).toMatchObject([
			{
				external_user_id: bench.anna.id,
				role: 'restricted',
				permissions: ['text', 'links'],
				until: '2031-01-01T00:00:00.000Z',
			},
		]);
		await call('chat.unbanMembers', { userIds });
		expect(await members('restricted')).toEqual([]);
		await call('chat.banMembers', { userIds, deleteMessages: true });
		expect(await members('banned')).toEqual([[bench.anna.id, 'banned']]);
		await call('chat.unbanMembers', { userIds });
		expect(await members('banned')).toEqual([]);
		await call('chat.addMembers', { userIds });
		await call('chat.removeMembers', { userIds });
		expect(await members('member')).toEqual([[bench.owner.id, 'owner']]);
		expect(await members('banned')).toEqual([]);
		await expect(
			bench.call(await bench.open(), 'chat.banMembers', { chatId: bench.sandbox.demo.groupId, userIds }),
		).rejects.toMatchObject({ code: 'not_supported' });
	});

	it('become administrators with rights and a title, and members again', async () => {
		const { bench, call } = await ownGroup();
		const userIds = [bench.anna.id];
		await call('chat.promote', { userIds, permissions: ['pin', 'delete'], title: 'Deputy' });
		expect(
			(await call('chat.getMembers', { role: 'admin' })).find((item) => item['role'] === 'admin'),
		).toMatchObject({
			external_user_id: bench.anna.id,
			admin_permissions: ['delete', 'pin'],
			title: 'Deputy',
		});
		await call('chat.demote', { userIds });
		expect(await call('chat.getMembers', { role: 'admin' })).toHaveLength(1);
	});

	it('have only the permissions the group leaves them', async () => {
		const { bench, call, chat } = await ownGroup();
		await call('chat.setPermissions', { permissions: ['text'] });
		bench.sandbox.control.joinChat({ user: clara(bench).id, peer: chat.id });
		const member = await openAs(bench, clara(bench));
		const send = (name: string, input: JsonObject, media: MediaSource[] = []) =>
			runCommand(member, name, { chatId: chat.id, ...input }, undefined, media);
		await send('message.send', { text: 'text is allowed' });
		await expect(send('message.sendMedia', { kind: 'photo' }, [picture])).rejects.toMatchObject({
			code: 'permission_denied',
		});
		await expect(send('chat.getMembers', { role: 'banned' })).resolves.toBeDefined();
		await expect(send('chat.update', { title: 'Mine' })).rejects.toMatchObject({ code: 'permission_denied' });
	});

	it('of a basic group are listed, removed and promoted as well', async () => {
		const { bench, call } = await ownGroup('group');
		const userIds = [bench.anna.id];
		await call('chat.promote', { userIds, permissions: ['pin'] });
		expect(await call('chat.getMembers', { role: 'admin', query: 'anna' })).toMatchObject([
			{ external_user_id: bench.anna.id },
		]);
		await call('chat.removeMembers', { userIds });
		expect(await call('chat.getMembers')).toMatchObject([{ role: 'owner' }]);
	});
});

describe('invitations', () => {
	it('are made, listed and revoked; the main link is replaced', async () => {
		const { call, chat } = await ownGroup();
		const [made] = await call('chat.createInviteLink', {
			title: 'Ad',
			usageLimit: 3,
			expires: '2031-01-01T00:00:00Z',
		});
		expect(made).toMatchObject({
			title: 'Ad',
			usage_limit: 3,
			expires: '2031-01-01T00:00:00.000Z',
			is_main: false,
		});
		const links = await call('chat.getInviteLinks');
		expect(links.map((item) => item['link'])).toEqual([made?.['link'], chat.link]);
		const [revoked] = await call('chat.revokeInviteLink', { link: made?.['link'] ?? '' });
		expect(revoked).toMatchObject({ is_revoked: true, new_link: null });
		const [replaced] = await call('chat.revokeInviteLink', { link: chat.link });
		expect(replaced?.['new_link']).toMatch(/^https:\/\/t\.me\/\+/);
		expect(await call('chat.getInviteLinks', { revoked: true })).toHaveLength(2);
	});

	it('come in pages', async () => {
		const { call } = await ownGroup();
		for (let index = 0; index < 104; index += 1)
			await call('chat.createInviteLink', { title: `L${String(index)}` });
		const links = (await call('chat.getInviteLinks')).map((item) => item['link']);
		expect(links).toHaveLength(105);
		expect(new Set(links).size).toBe(105);
	});

	it('are looked at before joining, and joined by', async () => {
		const bench = await startBench();
		const account = await bench.open();
		const chat = bench.sandbox.control.createChat({
			owner: bench.anna.id,
			kind: 'supergroup',
			title: 'Closed',
		});
		const of = async (name: string, chatId: string) => (await bench.call(account, name, { chatId })).items[0];
		expect(await of('contact.resolve', chat.link)).toMatchObject({
			chat_title: 'Closed',
			is_member: false,
			chat_type: 'supergroup',
		});
		expect(await of('chat.join', chat.link)).toMatchObject({ external_chat_id: chat.id, joined: true });
		expect(await of('chat.join', chat.link)).toMatchObject({ external_chat_id: chat.id, joined: true });
		expect(await of('chat.join', '@sandbox_news')).toMatchObject({
			external_chat_id: bench.sandbox.demo.channelId,
			joined: true,
		});
		await expect(of('chat.join', 'https://t.me/+doesNotExist12345')).rejects.toMatchObject({
			code: 'peer_not_found',
		});
	});

	it('with requests: asked for, listed, answered', async () => {
		const { bench, call } = await ownGroup();
		const [made] = await call('chat.createInviteLink', { requestNeeded: true });
		const guest = await openAs(bench, clara(bench));
		const join = async () => (await runCommand(guest, 'chat.join', { chatId: made?.['link'] ?? '' })).items;
		expect(await join()).toMatchObject([{ joined: false, requested: true }]);
		expect(await call('chat.getJoinRequests')).toMatchObject([
			{ external_user_id: clara(bench).id, client_name: 'Clara' },
		]);
		const userIds = [clara(bench).id];
		expect(await call('chat.answerJoinRequests', { userIds, accept: false })).toMatchObject([
			{ accepted: false },
		]);
		expect(await call('chat.answerJoinRequests', { userIds })).toMatchObject([
			{ accepted: false, reason: 'no_such_request' },
		]);
		await join();
		expect(await call('chat.answerJoinRequests', { userIds })).toMatchObject([
			{ accepted: true, reason: null },
		]);
		expect(await call('chat.getMembers', { query: 'Clara' })).toHaveLength(1);
		expect(await call('chat.getJoinRequests')).toEqual([]);
	});
});

describe('topics', () => {
	it('are made, listed, renamed and closed; a repeat makes no second one', async () => {
		const { bench, call, account, chat } = await ownGroup('supergroup', { forum: true });
		const [made] = await call('chat.createTopic', { title: 'Orders', colour: 'green' });
		const topicId = made?.['topic_id'] ?? '';
		expect(made).toMatchObject({ title: 'Orders', duplicate: false });
		expect(topicId).toMatch(/^\d+$/);
		const intent = testIntent('00000000000000aa');
		const input = { chatId: chat.id, title: 'Returns' };
		const [first] = (await bench.call(account, 'chat.createTopic', input, intent)).items;
		const [second] = (await bench.call(account, 'chat.createTopic', input, testIntent('00000000000000aa')))
			.items;
		expect(second).toMatchObject({ duplicate: true, topic_id: first?.['topic_id'] });
		await call('chat.updateTopic', { topicId, title: 'All orders', closed: true });
		expect(await call('chat.updateTopic', { topicId, closed: true })).toMatchObject([{ changed: false }]);
		const topics = await call('chat.getTopics');
		expect(topics.map((topic) => topic['title']).toSorted()).toEqual(['All orders', 'General', 'Returns']);
		expect(await call('chat.getTopics', { query: 'orders' })).toMatchObject([
			{ topic_id: topicId, title: 'All orders', is_closed: true },
		]);
		await expect(
			bench.call(account, 'chat.getTopics', { chatId: bench.sandbox.demo.groupId }),
		).rejects.toMatchObject({ code: 'not_supported' });
	});
});
