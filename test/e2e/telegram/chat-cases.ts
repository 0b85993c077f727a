import type { INode, NodeParameterValueType } from 'n8n-workflow';
import { expect } from 'vitest';
import { tinyPng } from '../../sandbox/avito';
import type { CredentialReference } from '../harness';
import { another, file, json, type Case, type Stage } from './stage';
import { chat, telegram } from './trigger-scene';

/** A group of Boris's in which Anna is. */
function own({ sandbox, anna, boris }: Stage, more: { forum?: boolean; members?: string[] } = {}) {
	const made = sandbox.control.createChat({
		owner: boris.id,
		kind: 'supergroup',
		title: 'Own',
		members: [anna.id],
		...more,
	});
	return { ...made, chatId: chat(made.id) };
}

export function link(value: string): NodeParameterValueType {
	return { __rl: true, mode: 'link', value };
}

/** Nodes after which somebody asks Boris to be let into his group. */
function asking(
	chatId: NodeParameterValueType,
	boris: CredentialReference,
	guest: CredentialReference,
): INode[] {
	return [
		telegram('Link', boris, ['chat', 'createInviteLink'], { chatId, options: { requestNeeded: true } }),
		telegram('Ask', guest, ['chat', 'join'], { chatId: link('={{ $json.link }}') }),
	];
}

/** Every operation on chats, once: resource.operation → what a person would check. */
export const chatCases: Record<string, Case> = {
	'chat.addMembers': async (stage) => {
		const { chatId } = own(stage, { members: [] });
		const items = await stage.run({ chatId, userIds: `@${stage.anna.username ?? ''}` });
		expect(json(items)).toMatchObject([{ external_user_id: stage.anna.id, added: true }]);
	},
	'chat.getJoinRequests': async (stage) => {
		const { chatId } = own(stage);
		const guest = await another(stage);
		const items = await stage.run({ chatId }, { before: asking(chatId, stage.credential, guest.as) });
		expect(json(items)).toMatchObject([{ external_user_id: guest.id }]);
	},
	'chat.answerJoinRequests': async (stage) => {
		const { chatId } = own(stage);
		const guest = await another(stage);
		const before = asking(chatId, stage.credential, guest.as);
		const items = await stage.run({ chatId, userIds: guest.id, accept: true }, { before });
		expect(json(items)).toMatchObject([{ external_user_id: guest.id, accepted: true }]);
	},
	'chat.archive': async ({ run, sandbox, asked }) => {
		await run({ chatId: chat(sandbox.demo.channelId) });
		expect(asked('folders.editPeerFolders')).toMatchObject({ folder_peers: [{ folder_id: 1 }] });
	},
	'chat.unarchive': async ({ run, sandbox, asked }) => {
		await run({ chatId: chat(sandbox.demo.channelId) });
		expect(asked('folders.editPeerFolders')).toMatchObject({ folder_peers: [{ folder_id: 0 }] });
	},
	'chat.banMembers': async (stage) => {
		await stage.run({ chatId: own(stage).chatId, userIds: stage.anna.id });
		expect(stage.asked('channels.editBanned')).toMatchObject({ banned_rights: { view_messages: true } });
	},
	'chat.unbanMembers': async (stage) => {
		const { chatId } = own(stage);
		const parameters = { chatId, userIds: stage.anna.id };
		const before = [telegram('Ban', stage.credential, ['chat', 'banMembers'], parameters)];
		await stage.run(parameters, { before });
		const { requests } = stage.sandbox.control;
		const rights = requests({ account: stage.boris.id, method: 'channels.editBanned' })
			.slice(-2)
			.map(({ args }) => JSON.stringify(args).includes('view_messages'));
		expect(rights).toEqual([true, false]);
	},
	'chat.restrictMembers': async (stage) => {
		const parameters = { chatId: own(stage).chatId, userIds: stage.anna.id, memberPermissions: ['text'] };
		await stage.run(parameters);
		expect(stage.asked('channels.editBanned')).toMatchObject({ banned_rights: { send_photos: true } });
	},
	'chat.removeMembers': async (stage) => {
		const { id, chatId } = own(stage);
		await stage.run({ chatId, userIds: stage.anna.id });
		expect(stage.sandbox.control.dump({}).chats).toContainEqual({ id, title: 'Own', members: 1 });
	},
	'chat.setPermissions': async (stage) => {
		await stage.run({ chatId: own(stage).chatId, memberPermissions: ['text'] });
		expect(stage.asked('messages.editChatDefaultBannedRights')).toMatchObject({
			banned_rights: { send_photos: true },
		});
	},
	'chat.promote': async (stage) => {
		const parameters = { chatId: own(stage).chatId, userIds: stage.anna.id, adminPermissions: ['pin'] };
		await stage.run({ ...parameters, options: { title: 'Deputy' } });
		expect(stage.asked('channels.editAdmin')).toMatchObject({
			admin_rights: { pin_messages: true },
			rank: 'Deputy',
		});
	},
	'chat.demote': async (stage) => {
		const parameters = { chatId: own(stage).chatId, userIds: stage.anna.id };
		const before = [telegram('Promote', stage.credential, ['chat', 'promote'], parameters)];
		await stage.run(parameters, { before });
		expect(JSON.stringify(stage.asked('channels.editAdmin'))).not.toContain('true');
	},
	'chat.create': async ({ run, anna }) => {
		const items = await run({ kind: 'supergroup', title: 'Made', userIds: anna.id });
		expect(json(items)).toMatchObject([
			{ chat_type: 'supergroup', chat_title: 'Made', duplicate: false, not_added: [] },
		]);
	},
	'chat.delete': async (stage) => {
		const { chatId } = own(stage);
		expect(json(await stage.run({ chatId, forEverybody: true }))).toEqual([{ deleted: true }]);
		expect(stage.asked('channels.deleteChannel')).toBeDefined();
	},
	'chat.update': async (stage) => {
		const { id, chatId } = own(stage);
		const items = await stage.run({ chatId, updateFields: { title: 'Renamed' } });
		expect(json(items)).toMatchObject([{ updated: true, changed: true }]);
		expect(stage.sandbox.control.dump({}).chats).toContainEqual({ id, title: 'Renamed', members: 2 });
	},
	'chat.setPhoto': async (stage) => {
		const before = file(tinyPng, 'dot.png', 'image/png');
		const items = await stage.run({ chatId: own(stage).chatId }, { before });
		expect(json(items)).toMatchObject([{ updated: true }]);
		expect(stage.asked('channels.editPhoto')).toMatchObject({ photo: { _: 'inputChatUploadedPhoto' } });
	},
	'chat.createInviteLink': async (stage) => {
		const items = await stage.run({ chatId: own(stage).chatId, options: { title: 'Ad' } });
		const made = expect.stringMatching(/^https:\/\/t\.me\/\+/) as string;
		expect(json(items)).toMatchObject([{ title: 'Ad', link: made }]);
	},
	'chat.getInviteLinks': async (stage) => {
		const group = own(stage);
		expect(json(await stage.run({ chatId: group.chatId }))).toMatchObject([{ link: group.link }]);
	},
	'chat.revokeInviteLink': async (stage) => {
		const group = own(stage);
		const items = await stage.run({ chatId: group.chatId, link: group.link });
		expect(json(items)).toMatchObject([{ is_revoked: true, link: group.link }]);
	},
	'chat.createTopic': async (stage) => {
		const items = await stage.run({ chatId: own(stage, { forum: true }).chatId, title: 'Orders' });
		expect(json(items)).toMatchObject([{ title: 'Orders', duplicate: false }]);
	},
	'chat.getTopics': async (stage) => {
		const items = await stage.run({ chatId: own(stage, { forum: true }).chatId });
		expect(json(items)).toMatchObject([{ title: 'General' }]);
	},
	'chat.updateTopic': async (stage) => {
		const { chatId } = own(stage, { forum: true });
		const before = [
			telegram('Topic', stage.credential, ['chat', 'createTopic'], { chatId, title: 'Orders' }),
		];
		const parameters = { chatId, topicId: '={{ $json.topic_id }}', updateFields: { title: 'All orders' } };
		expect(json(await stage.run(parameters, { before }))).toMatchObject([{ changed: true }]);
	},
	'chat.get': async ({ run, hear, anna }) => {
		hear('The last one');
		const items = await run({ chatId: chat(anna.id), lastMessages: 1 });
		expect(json(items)).toMatchObject([
			{ external_chat_id: anna.id, chat_type: 'private', messages: [{ text: 'The last one' }] },
		]);
	},
	'chat.getMany': async ({ run, sandbox, anna }) => {
		const { groupId, supergroupId, channelId } = sandbox.demo;
		const found = json(await run({ returnAll: true })).map((item) => item['external_chat_id']);
		expect(found).toEqual(expect.arrayContaining([anna.id, groupId, supergroupId, channelId]));
	},
	'chat.getMembers': async (stage) => {
		const items = json(await stage.run({ chatId: own(stage).chatId, returnAll: true }));
		expect(items.map((item) => item['external_user_id']).toSorted()).toEqual(
			[stage.anna.id, stage.boris.id].toSorted(),
		);
	},
	'chat.join': async ({ run, sandbox, anna }) => {
		const closed = sandbox.control.createChat({ owner: anna.id, kind: 'supergroup', title: 'Closed' });
		expect(json(await run({ chatId: link(closed.link) }))).toMatchObject([
			{ external_chat_id: closed.id, joined: true },
		]);
		expect(sandbox.control.dump({}).chats).toContainEqual({ id: closed.id, title: 'Closed', members: 2 });
	},
	'chat.leave': async ({ run, sandbox, anna, boris }) => {
		const dull = { owner: anna.id, kind: 'supergroup' as const, title: 'Dull', members: [boris.id] };
		const { id } = sandbox.control.createChat(dull);
		await run({ chatId: chat(id) });
		expect(sandbox.control.dump({}).chats).toContainEqual({ id, title: 'Dull', members: 1 });
	},
	'chat.markRead': async ({ run, hear, anna, asked }) => {
		const messageId = hear('Read me');
		await run({ chatId: chat(anna.id), options: { messageId } });
		expect(asked('messages.readHistory')).toMatchObject({ max_id: Number(messageId) });
	},
	'chat.markUnread': async ({ run, anna, asked }) => {
		await run({ chatId: chat(anna.id) });
		expect(asked('messages.markDialogUnread')).toMatchObject({ unread: true });
	},
	'chat.mute': async ({ run, sandbox }) => {
		expect(json(await run({ chatId: chat(sandbox.demo.groupId) }))).toMatchObject([{ is_muted: true }]);
	},
	'chat.unmute': async ({ run, sandbox }) => {
		expect(json(await run({ chatId: chat(sandbox.demo.groupId) }))).toMatchObject([{ is_muted: false }]);
	},
};
