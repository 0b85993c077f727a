/* eslint-disable @typescript-eslint/no-unsafe-member-access --
   a reply is whatever came over the wire; a member that is missing or of another type fails its expectation */
/** Requests in the forms that public clients send beside the common ones, and what such clients read. */
import { describe, expect, it } from 'vitest';
import { Agent, fetch, FormData } from '#lib/undici';
import { startFromCli } from './max';
import type { AdvanceableClock, MaxSandbox } from './max';
import { frameOf, mobileAgent, packBody, RawClient, webAgent } from './max/testing/client';
import type { Front, Payload } from './max/testing/client';
import { sandboxForEach } from './max/testing/scene';

let sandbox: MaxSandbox;
let clock: AdvanceableClock;
const clients = sandboxForEach((started, itsClock) => {
	sandbox = started;
	clock = itsClock;
});
const dialog = 92610303;
const team = -68000000000001;
const [boris, clara] = [87654321, 13579135];

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

	it.each<[number[], number]>([
		[[10], 3],
		[[10, 11], 1],
	])('of binary frames %j are taken by policy', async (binaryVersions, cmd) => {
		sandbox.control.setPolicy({ binaryVersions });
		const client = await RawClient.open(sandbox, 'tcp');
		clients.push(client);
		client.write(frameOf(0, 1, 6, packBody({ userAgent: mobileAgent, deviceId: 'd' }), 11));
		const reply = await client.take((frame) => frame.opcode === 6);
		expect(reply).toMatchObject({ cmd, payload: cmd === 3 ? { error: 'proto.ver' } : { location: 'RU' } });
	});

	it('an old one gets no QR code, nor does a phone', async () => {
		const client = await RawClient.open(sandbox, 'json');
		clients.push(client);
		await client.ok(6, { userAgent: { ...webAgent, appVersion: '25.12.12' }, deviceId: 'd' });
		expect(await client.refused(288, {})).toBe('qr_login.disabled');
		const phone = await RawClient.init(sandbox, 'tcp');
		clients.push(phone);
		expect(await phone.refused(288, {})).toBe('qr_login.disabled');
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

	it('show a sticker with every member that typed clients insist on', async () => {
		const { message } = await send(await anna(), dialog, {
			attaches: [{ _type: 'STICKER', stickerId: 598_965 }],
		});
		const named = [
			'stickerId',
			'setId',
			'url',
			'lottieUrl',
			'stickerType',
			'authorType',
			'width',
			'height',
			'time',
			'audio',
		];
		expect(Object.keys(message.attaches[0] as object)).toEqual(expect.arrayContaining(named));
	});

	it('are cleared and deleted without a time: up to now', async () => {
		const client = await anna();
		await send(client, dialog, { text: 'gone' });
		await client.ok(54, { chatId: dialog });
		const { messages } = await client.ok(49, { chatId: dialog, from: clock.now() + 1000, backward: 30 });
		expect(messages).toEqual([]);
		await client.ok(52, { chatId: dialog, forAll: true });
	});

	it('have drafts', async () => {
		const client = await anna();
		await client.ok(176, { chatId: dialog, text: 'later' });
		expect(await client.refused(177, { chatId: dialog })).toBe('proto.payload');
		await client.ok(177, { chatId: dialog, time: clock.now() });
	});
});

describe('known numbers', () => {
	/** Requests the protocol's notes list and few clients send; 63 is left out, which no app of today sends. */
	const rarely = [
		33, 38, 42, 43, 44, 45, 76, 78, 81, 84, 90, 94, 98, 99, 100, 101, 102, 105, 124, 125, 126, 144, 145, 166,
		167, 176, 177, 195, 213, 214, 215, 217, 218,
	];

	it.each(rarely)('%i is answered, or asks for what it lacks', async (opcode) => {
		const reply = await (await anna()).request(opcode, {});
		expect(reply.cmd === 1 ? undefined : reply.payload.error).toBeOneOf([undefined, 'proto.payload']);
	});

	it('reactions and views of one message are told without a list', async () => {
		const client = await anna();
		const { message } = await send(client, team, { text: 'liked' });
		const one = { chatId: team, messageId: message.id };
		await client.ok(178, { ...one, reaction: { reactionType: 'EMOJI', id: '👍' } });
		expect((await client.ok(180, one)).messagesReactions[message.id].totalCount).toBe(1);
		expect((await client.ok(74, one)).stats[message.id]).toEqual({ views: 1 });
	});

	it('a phone number is replaced, a member is silenced backwards, a contact is added the old way', async () => {
		const client = await anna('tcp');
		const { token } = await client.ok(98, { phone: '+79990000077' });
		const { code } = sandbox.control.lastCode({ phone: '+79990000077' });
		expect(await client.refused(99, { token, verifyCode: 'wrong' })).toBe('verify.code.wrong');
		expect((await client.ok(99, { token, verifyCode: code })).profile.contact.phone).toBe(79990000077);
		sandbox.control.injectMessage({ from: String(boris), chatId: String(team), text: 'spam' });
		await client.ok(94, { chatId: team, userId: boris });
		expect(sandbox.control.messages({ chatId: String(team) }).map((one) => one.text)).not.toContain('spam');
		const { contact } = await client.ok(33, { userId: clara, firstName: 'C' });
		expect(contact.names[1]).toMatchObject({ firstName: 'C', type: 'CUSTOM' });
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

it('a forward names its message in text or as a number; a reply over TCP only as a number', async () => {
	const client = await anna('tcp');
	const { message } = await send(client, dialog, { text: 'first' });
	for (const messageId of [message.id, String(message.id)]) {
		const link = { type: 'FORWARD', chatId: dialog, messageId };
		const forwarded = await send(client, team, { link, attaches: [] });
		expect(forwarded.message.link.message.text).toBe('first');
	}
	const link = { type: 'REPLY', messageId: String(message.id) };
	expect(await client.refused(64, { chatId: dialog, message: { cid: 1, text: 're', link } })).toBe(
		'proto.payload',
	);
});

it.each([
	{ type: 1, id: 'videoId', attach: { _type: 'VIDEO', videoType: 1, duration: 900 } },
	{ type: 2, id: 'audioId', attach: { _type: 'AUDIO', duration: 900 } },
])('a voice message or a video note is sent by its token or by its id alone: $attach', async (one) => {
	const client = await anna('tcp');
	const slot = (await client.ok(82, { count: 1, type: one.type, uploaderType: 1 })).info[0];
	expect(await upload(slot.url as string)).toBe(200);
	for (const name of [{ token: slot.token }, { [one.id]: slot.videoId }]) {
		const sent = await send(client, dialog, { attaches: [{ ...one.attach, ...name }] });
		expect(sent.message.attaches[0]).toMatchObject({ [one.id]: slot.videoId, duration: 900 });
	}
	const wrong = { ...one.attach, [one.id]: slot.videoId, token: 'another' };
	expect(await client.refused(64, { chatId: dialog, message: { cid: 1, attaches: [wrong] } })).toBe(
		'proto.payload',
	);
});

it('the upload of a video note answers with the hash of its picture, which may come back with the message', async () => {
	const client = await anna('tcp');
	const slot = (await client.ok(82, { count: 1, type: 1, uploaderType: 1 })).info[0];
	const dispatcher = new Agent({ connect: { ca: sandbox.cert } });
	const headers = { 'content-range': 'bytes 0-3/4' };
	const answer = await fetch(slot.url as string, { method: 'POST', body: 'note', headers, dispatcher });
	const { thumbhash } = (await answer.json()) as { thumbhash: string };
	await dispatcher.destroy();
	const attach = {
		_type: 'VIDEO',
		videoType: 1,
		token: slot.token,
		thumbhash: Buffer.from(thumbhash, 'base64'),
	};
	expect((await send(client, dialog, { attaches: [attach] })).message.attaches[0].videoType).toBe(1);
});

it('the voters of a poll come with the time of their votes, or as bare ids where a test wants that', async () => {
	const client = await anna();
	const poll = { _type: 'POLL', title: 'Lunch?', answers: [{ text: 'yes' }, { text: 'no' }], settings: 0 };
	const { message } = await send(client, team, { attaches: [poll] });
	const place = { chatId: team, messageId: message.id, pollId: message.attaches[0].pollId };
	const { state } = await client.ok(304, { ...place, answersIds: [0] });
	expect(state.result[0].votes).toEqual([{ userId: 12345678, timestamp: clock.now() }]);
	sandbox.control.setPolicy({ pollVotes: 'ids' });
	expect((await client.ok(306, place)).state.result[0].votes).toEqual([12345678]);
});

it('the kind of avatar without a picture changes none', async () => {
	const client = await anna();
	const { profile } = await client.ok(16, { firstName: 'Anna', avatarType: 'USER_AVATAR' });
	expect(profile.contact.names[0].firstName).toBe('Anna');
	expect(await client.refused(16, { firstName: 'Anna', avatarType: 'USER_AVATAR', photoToken: 'x' })).toBe(
		'proto.payload',
	);
});

it('a group takes its title, description and picture in one request, and its comments as an option', async () => {
	const client = await anna();
	const photo = await client.ok(80, { count: 1 });
	const dispatcher = new Agent({ connect: { ca: sandbox.cert } });
	const body = new FormData();
	body.append('file', new Blob([Buffer.alloc(8)], { type: 'image/png' }), 'image.png');
	const answer = await fetch(photo.url as string, { method: 'POST', body, dispatcher });
	const { photos } = (await answer.json()) as { photos: Record<string, { token: string }> };
	await dispatcher.destroy();
	const photoToken = Object.values(photos)[0]?.token;
	const { chat } = await client.ok(55, { chatId: team, theme: 'All', description: 'at once', photoToken });
	expect(chat).toMatchObject({ title: 'All', description: 'at once' });
	expect(chat.baseIconUrl).toBeTypeOf('string');
	await client.ok(55, { chatId: team, options: { COMMENTS: false } });
});

it('the reply to a pressed button tells how the chat stands', async () => {
	const client = await anna('tcp');
	const button = { type: 'CALLBACK', text: 'Yes', payload: 'yes' };
	sandbox.control.injectMessage({ from: String(boris), to: '12345678', buttons: [[button]] });
	const { message } = await client.push(128);
	const { callbackId } = message.attaches[0];
	const timestamp = clock.now();
	const pressed = await client.ok(118, { callbackId, type: 'CALLBACK', payload: 'yes', timestamp });
	expect(pressed).toMatchObject({ success: true, unread: 1, mark: expect.any(Number) as number });
});

it('a voice message says whether it was transcribed; comments are counted under the name the official app reads', async () => {
	const client = await anna();
	sandbox.control.injectMessage({ from: String(boris), to: '12345678', media: [{ kind: 'audio' }] });
	const { message } = await client.push(128);
	expect(message.attaches[0].transcriptionStatus).toBe('UNKNOWN');
	expect(await client.ok(91, { chatId: team, postIds: [1] })).toEqual({ commentsInfoUpdates: [] });
});
