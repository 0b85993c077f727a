import { createHash } from 'node:crypto';
import type { IBinaryData, INode, INodeExecutionData, INodeParameters } from 'n8n-workflow';
import { describe, expect, it } from 'vitest';
import { maxOperations } from '../../../nodes/Max/operations';
import { tinyPng } from '../../sandbox/avito';
import type { StoredMessage } from '../../sandbox/max';
import { node, workflow, type CredentialReference, type NodeExtras } from '../harness';
import { chat, max, maxCredential, maxCredentialType, newcomer, person } from './nodes';
import { maxScene, type Scene } from './scene';

/** What a case can do: run the operation it is named for, on its own or behind other nodes. */
interface Stage extends Scene {
	run(
		parameters?: INodeParameters,
		around?: { before?: INode[]; extras?: NodeExtras; as?: CredentialReference },
	): Promise<INodeExecutionData[]>;
	/** The bytes of an output file. */
	bytes(binary: IBinaryData | undefined): Promise<Buffer>;
	anna: string;
	boris: string;
	/** Somebody writes to Anna. */
	incoming(text: string): { chatId: string; messageId: string };
	/** A group of Anna's. */
	group(title: string): string;
	/** The newest message of a chat. */
	newest(chatId: string): StoredMessage | undefined;
}

type Case = (stage: Stage) => Promise<void>;

/** Nodes whose output item has a file in the binary field `data`. */
function file(bytes: Buffer, fileName: string, mimeType: string): INode[] {
	return [
		node(
			'Base64',
			'n8n-nodes-base.set',
			{ mode: 'raw', jsonOutput: JSON.stringify({ base64: bytes.toString('base64') }) },
			{ typeVersion: 3.4 },
		),
		node(
			'File',
			'n8n-nodes-base.convertToFile',
			{ operation: 'toBinary', sourceProperty: 'base64', options: { fileName, mimeType } },
			{ typeVersion: 1.1 },
		),
	];
}

function json(items: INodeExecutionData[]): object[] {
	return items.map((each) => each.json);
}

function sha256(bytes: Buffer): string {
	return createHash('sha256').update(bytes).digest('hex');
}

const sent = {
	channel: 'max',
	message_id: expect.any(String) as string,
	date: expect.any(String) as string,
	duplicate: false,
};

/** Every operation of the node, once, against the sandbox: resource.operation → what a person would check. */
const cases: Record<string, Case> = {
	'account.getStatus': async ({ run }) => {
		expect(json(await run())).toMatchObject([{ authorized: true, profile: { name: 'Anna Lee' } }]);
	},
	'account.getMany': async ({ run }) => {
		expect(json(await run())).toMatchObject([{ channel: 'max' }]);
	},
	'account.disconnect': async ({ run, n8n, credential }) => {
		await run();
		const paused = await n8n.api.runOnce(
			workflow('While paused', [
				node('Start', 'n8n-nodes-base.manualTrigger'),
				max('Profile', credential, ['profile', 'get'], {}, { onError: 'continueRegularOutput' }),
			]),
		);
		expect(paused.json('Profile')).toMatchObject([{ error: { code: 'account_paused' } }]);
		const resumed = await n8n.api.runOnce(
			workflow('Resume', [
				node('Start', 'n8n-nodes-base.manualTrigger'),
				max('Connect', credential, ['account', 'connect']),
				max('Profile', credential, ['profile', 'get']),
			]),
		);
		expect(resumed.error).toBeUndefined();
	},
	'account.connect': async ({ run }) => {
		expect(json(await run())).toMatchObject([{ authorized: true }]);
	},
	'account.forget': async ({ run }) => {
		expect(json(await run())).toEqual([{ deleted: true }]);
	},
	'account.getSessions': async ({ run }) => {
		const items = json(await run());
		expect(items.filter((item) => 'is_current' in item && item.is_current)).toHaveLength(1);
		expect(items.length).toBeGreaterThan(1);
	},
	'account.closeOtherSessions': async ({ run, n8n, sandbox }) => {
		const { id } = sandbox.control.addAccount({
			firstName: 'Dora',
			phone: '79990000010',
			password: 'x'.repeat(8),
		});
		sandbox.control.addSession({ account: id, deviceType: 'ANDROID' });
		const data = maxCredential(sandbox, sandbox.control.addSession({ account: id }));
		const as = await n8n.api.createCredential('Dora', maxCredentialType, {
			...data,
			allowDangerousRaw: true,
		});
		await run({}, { as });
		expect(sandbox.control.logins({ account: id }).map(({ ended }) => ended)).toEqual([true, false]);
	},
	'account.logOut': async ({ run, n8n, sandbox }) => {
		const { id } = sandbox.control.addAccount({ firstName: 'Emil', phone: '79990000011' });
		const data = maxCredential(sandbox, sandbox.control.addSession({ account: id }));
		const as = await n8n.api.createCredential('Emil', maxCredentialType, {
			...data,
			allowDangerousRaw: true,
		});
		await run({}, { as });
		expect(sandbox.control.logins({ account: id }).map(({ ended }) => ended)).toEqual([true]);
	},

	'apiRequest.request': async ({ run, boris }) => {
		const items = await run({ opcode: 32, payload: JSON.stringify({ contactIds: [Number(boris)] }) });
		expect(JSON.stringify(items)).toContain('Boris');
	},

	'chat.getMany': async ({ run, sandbox }) => {
		const items = json(await run({ returnAll: true }));
		expect(items).toEqual(
			expect.arrayContaining([
				expect.objectContaining({ external_chat_id: sandbox.demo.groupId, chat_type: 'group' }),
			]),
		);
	},
	'chat.get': async ({ run, incoming }) => {
		const { chatId } = incoming('Newest words');
		const items = await run({ chatId: chat(chatId), lastMessages: 2 });
		expect(json(items)).toMatchObject([{ external_chat_id: chatId }]);
		expect(JSON.stringify(items)).toContain('Newest words');
	},
	'chat.getDialog': async ({ run, anna, boris }) => {
		const dialog = (BigInt(anna) ^ BigInt(boris)).toString();
		expect(JSON.stringify(await run({ userId: person('id', boris) }))).toContain(dialog);
	},
	'chat.create': async ({ run, boris, sandbox }) => {
		const items = await run({ kind: 'group', title: 'Project', userIds: boris });
		expect(JSON.stringify(items)).toContain('Project');
		expect(JSON.stringify(sandbox.control.state({}))).toContain('Project');
	},
	'chat.update': async ({ run, group, sandbox }) => {
		const chatId = group('Old title');
		await run({ chatId: chat(chatId), updateFields: { title: 'New title', description: 'About it' } });
		const state = JSON.stringify(sandbox.control.state({}));
		expect(state).toContain('New title');
		expect(state).toContain('About it');
	},
	'chat.setPhoto': async ({ run, group, sandbox }) => {
		const chatId = group('With picture');
		await run({ chatId: chat(chatId) }, { before: file(tinyPng, 'group.png', 'image/png') });
		const requests = sandbox.control.requests({ opcode: 55 });
		expect(JSON.stringify(requests)).toContain('photoToken');
	},
	'chat.delete': async ({ run, incoming }) => {
		const { chatId } = incoming('To be deleted');
		expect(json(await run({ chatId: chat(chatId) }))).toEqual([{ deleted: true }]);
	},
	'chat.clear': async ({ run, incoming }) => {
		const { chatId } = incoming('To be cleared');
		await expect(run({ chatId: chat(chatId) })).resolves.toHaveLength(1);
	},
	'chat.leave': async ({ run, boris, anna, sandbox }) => {
		const { chatId } = sandbox.control.createGroup({ owner: boris, title: 'To leave', members: [anna] });
		await run({ chatId: chat(chatId) });
		expect(sandbox.control.messages({ chatId }).at(-1)?.attaches).toMatchObject([{ event: 'leave' }]);
	},
	'chat.join': async ({ run, boris, sandbox }) => {
		const { link, chatId } = sandbox.control.createGroup({ owner: boris, title: 'To join' });
		expect(JSON.stringify(await run({ link }))).toContain(chatId);
	},
	'chat.resolveLink': async ({ run, boris, sandbox }) => {
		const { link } = sandbox.control.createGroup({ owner: boris, title: 'To look at' });
		expect(JSON.stringify(await run({ link }))).toContain('To look at');
	},
	'chat.getInviteLink': async ({ run, group }) => {
		expect(JSON.stringify(await run({ chatId: chat(group('With link')) }))).toMatch(/max\.ru\/join\//);
	},
	'chat.renewInviteLink': async ({ run, group }) => {
		const parameters = { chatId: chat(group('With new link')) };
		const links = [JSON.stringify(await run(parameters)), JSON.stringify(await run(parameters))];
		expect(links[0]).toMatch(/max\.ru\/join\//);
		expect(links[0]).not.toBe(links[1]);
	},
	'chat.getMembers': async ({ run, sandbox, anna, boris }) => {
		const items = JSON.stringify(await run({ chatId: chat(sandbox.demo.groupId), returnAll: true }));
		expect(items).toContain(anna);
		expect(items).toContain(boris);
	},
	'chat.addMembers': async ({ run, group, boris, sandbox }) => {
		const chatId = group('Growing');
		await run({ chatId: chat(chatId), userIds: boris });
		expect(sandbox.control.messages({ chatId }).at(-1)?.attaches).toMatchObject([{ event: 'add' }]);
	},
	'chat.removeMembers': async ({ run, boris, anna, sandbox }) => {
		const { chatId } = sandbox.control.createGroup({ owner: anna, title: 'Shrinking', members: [boris] });
		await run({ chatId: chat(chatId), userIds: boris });
		expect(sandbox.control.messages({ chatId }).at(-1)?.attaches).toMatchObject([{ event: 'remove' }]);
	},
	'chat.promote': async ({ run, boris, anna, sandbox }) => {
		const { chatId } = sandbox.control.createGroup({ owner: anna, title: 'Ranks', members: [boris] });
		await run({ chatId: chat(chatId), userIds: boris, adminPermissions: ['pin', 'members'] });
		expect(sandbox.control.requests({ opcode: 77 }).at(-1)).toMatchObject({
			payload: { type: 'ADMIN', operation: 'add' },
		});
	},
	'chat.demote': async ({ run, boris, anna, sandbox }) => {
		const { chatId } = sandbox.control.createGroup({ owner: anna, title: 'No ranks', members: [boris] });
		await run({ chatId: chat(chatId), userIds: boris });
		expect(sandbox.control.requests({ opcode: 77 }).at(-1)).toMatchObject({
			payload: { type: 'ADMIN', operation: 'remove' },
		});
	},
	'chat.getJoinRequests': async ({ run, group }) => {
		const items = await run({ chatId: chat(group('Quiet')) }, { extras: { alwaysOutputData: true } });
		expect(items).toHaveLength(1);
	},
	'chat.answerJoinRequests': async ({ run, anna, boris, n8n, sandbox }) => {
		const { chatId, link } = sandbox.control.createGroup({
			owner: anna,
			title: 'Moderated',
			moderated: true,
		});
		const data = maxCredential(sandbox, sandbox.accounts[1].web);
		const as = await n8n.api.createCredential('Boris', maxCredentialType, data);
		await n8n.api.runOnce(
			workflow('Ask to join', [
				node('Start', 'n8n-nodes-base.manualTrigger'),
				max('Join', as, ['chat', 'join'], { link }),
			]),
		);
		await run({ chatId: chat(chatId), userIds: boris });
		expect(sandbox.control.messages({ chatId }).at(-1)?.attaches).toMatchObject([{ event: 'joinByLink' }]);
	},
	'chat.mute': async ({ run, incoming, sandbox }) => {
		await run({ chatId: chat(incoming('Loud').chatId) });
		expect(JSON.stringify(sandbox.control.requests({ opcode: 22 }))).toContain('dontDisturbUntil');
	},
	'chat.unmute': async ({ run, incoming, sandbox }) => {
		await run({ chatId: chat(incoming('Quiet').chatId) });
		expect(JSON.stringify(sandbox.control.requests({ opcode: 22 }).at(-1))).toContain('dontDisturbUntil');
	},

	'chat.pin': async ({ run, group, sandbox }) => {
		const chatId = group('On top');
		expect(json(await run({ chatId: chat(chatId) }))).toMatchObject([{ is_pinned: true }]);
		expect(JSON.stringify(sandbox.control.requests({ opcode: 274 }).at(-1))).toContain(chatId);
	},
	'chat.unpin': async ({ run, group, credential }) => {
		const chatId = group('No longer on top');
		const before = [max('Pin', credential, ['chat', 'pin'], { chatId: chat(chatId) })];
		expect(json(await run({ chatId: chat(chatId) }, { before }))).toMatchObject([
			{ is_pinned: false, pinned_chat_ids: expect.not.arrayContaining([chatId]) as string[] },
		]);
	},

	'contact.getMany': async ({ run }) => {
		expect(JSON.stringify(await run({ returnAll: true }))).toContain('Boris');
	},
	'contact.get': async ({ run, boris }) => {
		expect(JSON.stringify(await run({ userIds: boris }))).toContain('Boris');
	},
	'contact.search': async ({ run }) => {
		expect(JSON.stringify(await run({ query: 'Boris' }))).toContain('Boris');
	},
	'contact.findByPhone': async ({ run, sandbox, boris }) => {
		expect(JSON.stringify(await run({ phone: sandbox.accounts[1].phone }))).toContain(boris);
	},
	'contact.checkPhones': async ({ run, sandbox }) => {
		const { phone } = sandbox.accounts[1];
		const items = json(await run({ phones: `${phone}, +70000000000` }));
		expect(items).toMatchObject([
			{ phone, exists: true },
			{ phone: '+70000000000', exists: false },
		]);
	},
	'contact.import': async ({ run, sandbox, boris }) => {
		const contacts = JSON.stringify([{ phone: sandbox.accounts[1].phone, firstName: 'Bob' }]);
		expect(JSON.stringify(await run({ contacts }))).toContain(boris);
	},
	'contact.add': async ({ run, sandbox, anna }) => {
		const { id } = sandbox.control.addAccount({ firstName: 'Fritz' });
		await run({ userId: person('id', id), options: { firstName: 'Freddy' } });
		expect(JSON.stringify(sandbox.control.state({}))).toContain('Freddy');
		expect(anna).not.toBe(id);
	},
	'contact.rename': async ({ run, sandbox }) => {
		const { id } = sandbox.control.addAccount({ firstName: 'Greta' });
		await run({ userId: person('id', id), firstName: 'Gretchen' });
		expect(JSON.stringify(sandbox.control.state({}))).toContain('Gretchen');
	},
	'contact.remove': async ({ run, sandbox }) => {
		const { id } = sandbox.control.addAccount({ firstName: 'Hans' });
		await run({ userId: person('id', id) });
		expect(JSON.stringify(sandbox.control.requests({ opcode: 34 }).at(-1))).toContain('REMOVE');
	},
	'contact.block': async ({ run, sandbox }) => {
		const { id } = sandbox.control.addAccount({ firstName: 'Ivan' });
		await run({ userId: person('id', id) });
		expect(JSON.stringify(sandbox.control.requests({ opcode: 34 }).at(-1))).toContain('"BLOCK"');
	},
	'contact.unblock': async ({ run, sandbox }) => {
		const { id } = sandbox.control.addAccount({ firstName: 'Jan' });
		await run({ userId: person('id', id) });
		expect(JSON.stringify(sandbox.control.requests({ opcode: 34 }).at(-1))).toContain('UNBLOCK');
	},
	'contact.getPresence': async ({ run, boris }) => {
		expect(JSON.stringify(await run({ userIds: boris }))).toContain(boris);
	},

	'file.download': async ({ run, bytes, sandbox, anna, boris, credential }) => {
		const data = Buffer.from('a file of some bytes');
		const media = [{ kind: 'file' as const, base64: data.toString('base64'), name: 'note.txt' }];
		const { chatId } = sandbox.control.injectMessage({ from: boris, to: anna, media });
		const before = [max('Messages', credential, ['message', 'getMany'], { chatId: chat(chatId), limit: 1 })];
		const [first] = await run({}, { before });
		expect(sha256(await bytes(first?.binary?.['data']))).toBe(sha256(data));
	},

	'login.requestCode': async ({ run, n8n, sandbox }) => {
		const data = newcomer(sandbox, 'ANDROID');
		const as = await n8n.api.createCredential('New', maxCredentialType, data);
		await run({ phone: sandbox.accounts[2].phone }, { as });
		expect(sandbox.control.lastCode({ phone: sandbox.accounts[2].phone }).code).toMatch(/^\d{6}$/);
	},

	'message.send': async ({ run, newest, incoming }) => {
		const { chatId } = incoming('Is there delivery?');
		const options = { format: 'markdown', markRead: true };
		expect(json(await run({ chatId: chat(chatId), text: '**Yes**', options }))).toMatchObject([
			{ ...sent, chat_id: chatId },
		]);
		expect(newest(chatId)).toMatchObject({ text: 'Yes' });
	},
	'message.sendMedia': async ({ run, newest, incoming }) => {
		const { chatId } = incoming('A picture?');
		const before = file(tinyPng, 'photo.png', 'image/png');
		expect(json(await run({ chatId: chat(chatId), caption: 'Here' }, { before }))).toMatchObject([
			{ ...sent, chat_id: chatId },
		]);
		expect(newest(chatId)).toMatchObject({ text: 'Here', attaches: [{ kind: 'PHOTO' }] });
	},
	'message.sendSticker': async ({ run, newest, incoming }) => {
		const { chatId } = incoming('A sticker?');
		await run({ chatId: chat(chatId), stickerId: '77' });
		expect(newest(chatId)).toMatchObject({ attaches: [{ kind: 'STICKER' }] });
	},
	'message.sendContact': async ({ run, newest, incoming, boris }) => {
		const { chatId } = incoming('Whose number?');
		await run({ chatId: chat(chatId), contactId: boris });
		expect(newest(chatId)).toMatchObject({ attaches: [{ kind: 'CONTACT' }] });
	},
	'message.sendLocation': async ({ run, newest, incoming }) => {
		const { chatId } = incoming('Where?');
		await run({ chatId: chat(chatId), latitude: 55.75, longitude: 37.61 });
		expect(newest(chatId)).toMatchObject({ attaches: [{ kind: 'LOCATION' }] });
	},
	'message.sendPoll': async ({ run, newest, incoming }) => {
		const { chatId } = incoming('Lunch?');
		await run({ chatId: chat(chatId), question: 'Lunch?', answers: 'soup\nsalad' });
		expect(newest(chatId)).toMatchObject({ attaches: [{ kind: 'POLL' }] });
	},
	'message.getPoll': async ({ run, incoming, credential }) => {
		const { chatId } = incoming('Dinner?');
		const poll = { chatId: chat(chatId), question: 'Dinner?', answers: 'soup\nsalad' };
		const before = [max('Ask', credential, ['message', 'sendPoll'], poll)];
		const items = await run({ chatId: chat(chatId), messageId: '={{ $json.message_id }}' }, { before });
		expect(json(items)).toMatchObject([
			{ question: 'Dinner?', total_voters: 0, answers: [{ text: 'soup' }, {}] },
		]);
	},
	'message.vote': async ({ run, incoming, credential }) => {
		const { chatId } = incoming('Supper?');
		const poll = { chatId: chat(chatId), question: 'Supper?', answers: 'soup\nsalad' };
		const before = [max('Ask', credential, ['message', 'sendPoll'], poll)];
		const vote = { chatId: chat(chatId), messageId: '={{ $json.message_id }}', answers: 'salad' };
		expect(json(await run(vote, { before }))).toMatchObject([
			{ voted: true, total_voters: 1, answers: [{ voters: 0 }, { text: 'salad', voters: 1 }] },
		]);
	},
	'message.sendAndWait': async ({ n8n, sandbox, credential, incoming, anna, boris, newest }) => {
		const { chatId } = incoming('Good day');
		const { id } = await n8n.api.createWorkflow(
			workflow('Ask', [
				node('Start', 'n8n-nodes-base.manualTrigger'),
				max('Ask', credential, ['message', 'sendAndWait'], { chatId: chat(chatId), message: 'A discount?' }),
				node('After', 'n8n-nodes-base.noOp'),
			]),
		);
		const started = await n8n.api.startManually(id, 'Start');
		if (!('executionId' in started)) throw new Error('the execution did not start');
		await expect.poll(() => newest(chatId)?.text, { timeout: 10_000 }).toMatch(/^A discount\?/);
		sandbox.control.injectMessage({ from: boris, to: anna, text: 'Yes!' });
		const execution = await n8n.api.finished(started.executionId);
		expect(execution.error).toBeUndefined();
		expect(execution.json('After')).toMatchObject([{ data: { approved: true, text: 'Yes!' } }]);
	},
	'message.forward': async ({ run, newest, incoming, group }) => {
		const { chatId, messageId } = incoming('Pass it on');
		const target = group('Forwarded to');
		await run({ chatId: chat(target), fromChatId: chat(chatId), messageIds: messageId });
		expect(newest(target)).toMatchObject({ link: { type: 'FORWARD' } });
	},
	'message.edit': async ({ run, newest, incoming, credential }) => {
		const { chatId } = incoming('Well?');
		const before = [max('Send', credential, ['message', 'send'], { chatId: chat(chatId), text: 'Ys' })];
		await run({ chatId: chat(chatId), messageId: '={{ $json.message_id }}', text: 'Yes' }, { before });
		expect(newest(chatId)).toMatchObject({ text: 'Yes', edited: expect.any(Number) as number });
	},
	'message.delete': async ({ run, newest, incoming, credential }) => {
		const { chatId, messageId } = incoming('Hm?');
		const before = [max('Send', credential, ['message', 'send'], { chatId: chat(chatId), text: 'Oops' })];
		const items = await run({ chatId: chat(chatId), messageIds: '={{ $json.message_id }}' }, { before });
		expect(json(items)).toEqual([{ deleted: true }]);
		expect(newest(chatId)?.id).toBe(messageId);
	},
	'message.pin': async ({ run, group, newest, credential, sandbox }) => {
		const chatId = group('Pinning');
		const before = [max('Send', credential, ['message', 'send'], { chatId: chat(chatId), text: 'Rules' })];
		await run({ chatId: chat(chatId), messageId: '={{ $json.message_id }}' }, { before });
		expect(sandbox.control.requests({ opcode: 55 }).at(-1)).toMatchObject({ payload: { notifyPin: false } });
		expect(newest(chatId)).toBeDefined();
	},
	'message.unpin': async ({ run, group }) => {
		await expect(run({ chatId: chat(group('Unpinning')) })).resolves.toHaveLength(1);
	},
	'message.react': async ({ run, incoming, sandbox, anna }) => {
		const { chatId, messageId } = incoming('Nice?');
		await run({ chatId: chat(chatId), messageId, emoji: '👍' });
		expect(sandbox.control.reactionIds({ chatId, messageId })).toEqual({ [anna]: '👍' });
	},
	'message.unreact': async ({ run, incoming, sandbox, anna }) => {
		const { chatId, messageId } = incoming('Nice again?');
		sandbox.control.react({ from: anna, chatId, messageId, reaction: '👍' });
		await run({ chatId: chat(chatId), messageId });
		expect(sandbox.control.reactionIds({ chatId, messageId })).toEqual({});
	},
	'message.getReactions': async ({ run, incoming, sandbox, boris }) => {
		const { chatId, messageId } = incoming('Who likes it?');
		sandbox.control.react({ from: boris, chatId, messageId, reaction: '👍' });
		expect(JSON.stringify(await run({ chatId: chat(chatId), messageIds: messageId }))).toContain('👍');
	},
	'chat.markRead': async ({ run, incoming, sandbox }) => {
		await run({ chatId: chat(incoming('Read me').chatId) });
		expect(sandbox.control.requests({ opcode: 50 }).at(-1)).toMatchObject({
			payload: { type: 'READ_MESSAGE' },
		});
	},
	'chat.markUnread': async ({ run, incoming, sandbox }) => {
		await run({ chatId: chat(incoming('Forget me').chatId) });
		expect(sandbox.control.requests({ opcode: 50 }).at(-1)).toMatchObject({
			payload: { type: 'SET_AS_UNREAD' },
		});
	},
	'message.sendTyping': async ({ run, incoming, sandbox }) => {
		await run({ chatId: chat(incoming('Well?').chatId), activity: 'voice' });
		expect(sandbox.control.requests({ opcode: 65 }).at(-1)).toMatchObject({ payload: { type: 'AUDIO' } });
	},
	'message.get': async ({ run, incoming }) => {
		const { chatId, messageId } = incoming('This one');
		const items = await run({ chatId: chat(chatId), messageIds: messageId });
		expect(json(items)).toMatchObject([{ text: 'This one', meta: { external_message_id: messageId } }]);
	},
	'message.getMany': async ({ run, incoming }) => {
		const { chatId } = incoming('First');
		incoming('Second');
		const items = await run({ chatId: chat(chatId), limit: 2 });
		expect(json(items)).toMatchObject([{ text: 'Second' }, { text: 'First' }]);
	},
	'message.getSince': async ({ run, incoming }) => {
		const since = new Date(Date.now() - 60_000).toISOString();
		const { messageId } = incoming('Fresh');
		expect(JSON.stringify(await run({ since }))).toContain(messageId);
	},
	'message.search': async ({ run, incoming }) => {
		const { messageId } = incoming('A rare word: platypus');
		expect(JSON.stringify(await run({ query: 'platypus' }))).toContain(messageId);
	},
	'message.transcribe': async ({ run, sandbox, anna, boris }) => {
		const { chatId, messageId } = sandbox.control.injectMessage({
			from: boris,
			to: anna,
			media: [{ kind: 'audio' }],
			transcription: 'spoken words',
		});
		expect(JSON.stringify(await run({ chatId: chat(chatId), messageId }))).toContain('spoken words');
	},

	'profile.get': async ({ run, sandbox }) => {
		const items = await run();
		expect(JSON.stringify(items)).toContain('Anna');
		expect(JSON.stringify(items)).not.toContain(sandbox.accounts[0].phone.slice(1));
	},
	'profile.update': async ({ run, n8n, sandbox }) => {
		const { id } = sandbox.control.addAccount({ firstName: 'Kurt', phone: '79990000012' });
		const data = maxCredential(sandbox, sandbox.control.addSession({ account: id }));
		const as = await n8n.api.createCredential('Kurt', maxCredentialType, data);
		const before = file(tinyPng, 'me.png', 'image/png');
		await run({ firstName: 'Konrad', updateFields: { pictureField: 'data' } }, { as, before });
		expect(JSON.stringify(sandbox.control.state({}))).toContain('Konrad');
		expect(JSON.stringify(sandbox.control.requests({ opcode: 16 }))).toContain('photoToken');
	},
};

/** Steps of a login, each of which needs the others: account.test.ts goes through them. */
const asWholes = ['checkCode', 'checkPassword', 'checkQr', 'getQr', 'register', 'resendCode'].map(
	(name) => `login.${name}`,
);

const all = maxOperations.flatMap(({ value, operations }) =>
	operations.map((operation) => `${value}.${operation.value}`),
);

it('has a case for every operation of the MAX User node', () => {
	expect([...Object.keys(cases), ...asWholes].sort()).toEqual([...all].sort());
});

describe('every operation of the MAX User node in a workflow', () => {
	const scene = maxScene();

	function stage(name: string): Stage {
		const { n8n, sandbox, credential } = scene();
		const [resource = '', operation = ''] = name.split('.');
		const [anna, boris] = sandbox.accounts;
		return {
			n8n,
			sandbox,
			credential,
			anna: anna.id,
			boris: boris.id,
			run: async (parameters = {}, { before = [], extras = {}, as = credential } = {}) => {
				const execution = await n8n.api.runOnce(
					workflow(name, [
						node('Start', 'n8n-nodes-base.manualTrigger'),
						...before,
						max('MAX', as, [resource, operation], parameters, extras),
					]),
				);
				expect(execution.error).toBeUndefined();
				const items = execution.items('MAX');
				for (const each of items) expect(each.pairedItem).toBeDefined();
				return items;
			},
			bytes: (binary) => n8n.api.binary(binary),
			incoming: (text) => sandbox.control.injectMessage({ from: boris.id, to: anna.id, text }),
			group: (title) => sandbox.control.createGroup({ owner: anna.id, title }).chatId,
			newest: (chatId) => sandbox.control.messages({ chatId }).at(-1),
		};
	}

	it.each(Object.entries(cases))('%s', async (name, check) => {
		await check(stage(name));
	});
});
