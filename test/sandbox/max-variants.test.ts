/* eslint-disable @typescript-eslint/no-unsafe-member-access --
   a reply is whatever came over the wire; a member that is missing or of another type fails its expectation */
/** Requests in the forms that public clients send beside the common ones, and what such clients read. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Agent, fetch, FormData } from '#lib/undici';
import { AdvanceableClock, startFromCli, startMaxSandbox } from './max';
import type { MaxSandbox } from './max';
import { RawClient, webAgent } from './max/testing/client';
import type { Front, Payload } from './max/testing/client';

let sandbox: MaxSandbox;
let clock: AdvanceableClock;
const clients: RawClient[] = [];
const dialog = 92610303;
const team = -68000000000001;
const [boris, clara] = [87654321, 13579135];

beforeEach(async () => {
	clock = new AdvanceableClock(Date.UTC(2026, 9, 1), false);
	sandbox = await startMaxSandbox({ clock, seed: 5 });
});
afterEach(async () => {
	for (const client of clients.splice(0)) client.close();
	expect(sandbox.control.failures()).toEqual([]);
	await sandbox.close();
});

async function anna(front: Front = 'json'): Promise<RawClient> {
	const client = await RawClient.online(sandbox, sandbox.accounts[0], front);
	clients.push(client);
	return client;
}

let cid = 7000;
function send(client: RawClient, chatId: number, more: Payload): Promise<Payload> {
	cid += 1;
	return client.ok(64, { chatId, message: { cid, ...more } });
}

/** Uploads a small file as multipart to `url`, as browsers and several clients do. */
async function upload(url: string): Promise<number> {
	const dispatcher = new Agent({ connect: { ca: sandbox.cert } });
	const body = new FormData();
	body.append('file', new Blob(['bytes']), 'notes.txt');
	const { status } = await fetch(url, { method: 'POST', body, dispatcher });
	await dispatcher.destroy();
	return status;
}

describe('versions', () => {
	it.each(['25.6.8', '25.9.15', '25.10.5', '25.12.14'])(
		'a web client of version %s comes in',
		async (appVersion) => {
			const client = await RawClient.open(sandbox, 'json');
			clients.push(client);
			await client.ok(6, { userAgent: { ...webAgent, appVersion }, deviceId: 'd' });
			const { token } = sandbox.accounts[0].web ?? { token: '' };
			await client.ok(19, { token, interactive: true, chatsCount: 40 });
		},
	);

	it('an old one gets no QR code', async () => {
		const client = await RawClient.open(sandbox, 'json');
		clients.push(client);
		await client.ok(6, { userAgent: { ...webAgent, appVersion: '25.12.12' }, deviceId: 'd' });
		expect(await client.refused(288, {})).toBe('qr_login.disabled');
	});
});

describe('chats', () => {
	it('tell the client id they were made with, which clients that join page from', async () => {
		const client = await anna();
		const made = await client.ok(64, {
			message: {
				cid: 1_790_000_000_123,
				attaches: [{ _type: 'CONTROL', event: 'new', chatType: 'CHAT', title: 'New', userIds: [boris] }],
			},
		});
		expect(made.chat).toMatchObject({ cid: 1_790_000_000_123, lastDelayedUpdateTime: 0 });
		const { chat } = await client.ok(57, { link: made.chat.link });
		expect(chat.cid).toBe(1_790_000_000_123);
		await client.ok(49, { chatId: chat.id, from: chat.cid, forward: 0, backward: 30, getMessages: true });
	});

	it.each(['pinMessageId', 'messageId', 'pin'])('take the message to pin as %s', async (name) => {
		const client = await anna();
		const { message } = await send(client, team, { text: 'to pin' });
		const { chat } = await client.ok(55, { chatId: team, [name]: message.id, notifyPin: false });
		expect(chat.pinnedMessage.id).toBe(message.id);
	});

	it('take the operation on members in either case', async () => {
		const client = await anna('tcp');
		await client.ok(77, { chatId: team, userIds: [clara], operation: 'REMOVE', cleanMsgPeriod: 0 });
		const { chat } = await client.ok(77, { chatId: team, userIds: [clara], operation: 'ADD' });
		expect(chat.participantsCount).toBe(3);
	});

	it('are marked and opened without the members that tell how', async () => {
		const client = await anna('tcp');
		expect((await client.ok(50, { chatId: dialog, mark: clock.now() })).unread).toBe(0);
		await client.ok(50, { chatId: dialog, mark: clock.now(), setAsUnread: true });
		await client.ok(75, { chatId: dialog });
		sandbox.control.typing({ from: String(boris), chatId: String(dialog) });
		expect(await client.push(129)).toMatchObject({ chatId: dialog, userId: boris });
	});

	it('have drafts', async () => {
		const client = await anna();
		await client.ok(176, { chatId: dialog, text: 'later' });
		expect(await client.refused(177, { chatId: dialog })).toBe('proto.payload');
		await client.ok(177, { chatId: dialog, time: clock.now() });
	});
});

it('a contact is blocked by the status it shall have', async () => {
	const client = await anna('tcp');
	const blocked = await client.ok(34, { contactId: boris, status: 'BLOCKED' });
	expect(blocked.contact.status).toBe('BLOCKED');
	const free = await client.ok(34, { contactId: boris, status: 'NORMAL' });
	expect(free.contact.status).toBeUndefined();
});

describe('files', () => {
	it('are uploaded to an address to which the client adds a token of its own, and sent by token', async () => {
		const client = await anna('tcp');
		const slot = (await client.ok(87, { count: 1 })).info[0];
		expect(await upload(`${slot.url as string}&apiToken=${slot.token}`)).toBe(200);
		const sent = await send(client, dialog, { attaches: [{ _type: 'FILE', token: slot.token }] });
		expect(sent.message.attaches[0]).toMatchObject({ _type: 'FILE', name: 'notes.txt' });
	});

	it('are usable at once, and told after the time a client may need to listen', async () => {
		sandbox.control.setPolicy({ readyPushMs: 200 });
		const client = await anna();
		const slot = (await client.ok(87, { count: 1 })).info[0];
		expect(await upload(slot.url as string)).toBe(200);
		await send(client, dialog, { attaches: [{ _type: 'FILE', fileId: slot.fileId }] });
		await client.settle();
		expect(client.pushed(136)).toEqual([]);
		clock.advance(200);
		expect(await client.push(136)).toEqual({ fileId: slot.fileId });
	});

	it('are told late to other programs, which have no clock of ours', async () => {
		const started = await startFromCli(['--port', '0']);
		await started.close();
		expect((started.summary['policy'] as { readyPushMs: number }).readyPushMs).toBeGreaterThan(0);
	});
});
