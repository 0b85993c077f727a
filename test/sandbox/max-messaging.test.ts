/* eslint-disable @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-argument, @typescript-eslint/no-unsafe-return --
   a reply is whatever came over the wire; a member that is missing or of another type fails its expectation */
/** Messages, pushes, history, groups, contacts and profile of the fake MAX, on real sockets. */
import { encode, ExtData } from '@msgpack/msgpack';
import { describe, expect, it } from 'vitest';
import type { AdvanceableClock, MaxSandbox } from './max';
import { frameOf, RawClient } from './max/testing/client';
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
const news = -68000000000002;
const [anna, boris, clara] = [12345678, 87654321, 13579135];

async function online(who: number, front: Front = 'websocket', login: Payload = {}) {
	const account = sandbox.accounts.find((one) => one.id === String(who)) as MaxSandbox['accounts'][0];
	const client = await RawClient.online(sandbox, account, front, login);
	clients.push(client);
	return client;
}

let cid = 1_789_303_939_000;
function text(content: string, more: Payload = {}): Payload {
	cid += 1;
	return { cid, text: content, attaches: [], ...more };
}

/** Sends and returns the message of the reply; a millisecond passes first so that times differ. */
async function send(client: RawClient, chatId: number, message: Payload): Promise<Payload> {
	clock.advance(1);
	return (await client.ok(64, { chatId, notify: true, message })).message;
}

async function texts(client: RawClient, request: Payload): Promise<string[]> {
	const { messages } = await client.ok(49, { getMessages: true, forward: 0, backward: 0, ...request });
	return messages.map((message: Payload) => message.text);
}

describe('sending', () => {
	it('reaches the partner and the own other session, not the sending connection', async () => {
		const [web, phone, partner] = [
			await online(anna),
			await online(anna, 'tcp'),
			await online(boris, 'json'),
		];
		const sent = await send(web, dialog, text('hi'));
		expect(BigInt(sent.id) >> 16n).toBe(BigInt(sent.time));
		const toPartner = await partner.push(128);
		expect(toPartner).toMatchObject({ chatId: dialog, unread: 2, ttl: false });
		expect(toPartner.message).toMatchObject({ text: 'hi', sender: anna, id: sent.id.toString() });
		expect(toPartner.prevMessageId).toBeTypeOf('string');
		expect((await phone.push(128)).message).toMatchObject({ id: sent.id, sender: anna });
		await web.settle();
		expect(web.pushed(128)).toEqual([]);
	});

	it('the same cid gives the same message, also on another connection', async () => {
		const [web, partner] = [await online(anna), await online(boris)];
		const message = text('once');
		const first = await send(web, dialog, message);
		const phone = await online(anna, 'tcp');
		const second = await send(phone, dialog, message);
		expect(second.id).toBe(first.id);
		await partner.settle();
		expect(partner.pushed(128)).toHaveLength(1);
		expect(
			sandbox.control.messages({ chatId: String(dialog) }).filter((one) => one.text === 'once'),
		).toHaveLength(1);
	});

	it('keeps formatting, leaves out a zero offset, refuses ranges outside the text', async () => {
		const [web, partner] = [await online(anna), await online(boris)];
		await send(
			web,
			dialog,
			text('👍 bold', {
				elements: [
					{ type: 'STRONG', from: 3, length: 4 },
					{ type: 'CODE', from: 0, length: 2 },
				],
			}),
		);
		const { elements } = (await partner.push(128)).message;
		expect(elements).toEqual([
			{ type: 'STRONG', from: 3, length: 4 },
			{ type: 'CODE', length: 2 },
		]);
		const outside = text('x', { elements: [{ type: 'STRONG', from: 0, length: 9 }] });
		expect(await web.refused(64, { chatId: dialog, message: outside })).toBe('proto.payload');
		expect(await web.refused(64, { chatId: dialog, message: text('x'.repeat(4001)) })).toBe('proto.payload');
	});

	it('replies and forwards carry the message they mean', async () => {
		const [web, partner] = [await online(anna), await online(boris)];
		const first = await send(web, dialog, text('question'));
		await send(partner, dialog, text('answer', { link: { type: 'REPLY', messageId: first.id } }));
		const reply = (await web.push(128)).message;
		expect(reply.link).toMatchObject({
			type: 'REPLY',
			chatId: dialog,
			message: { id: first.id, text: 'question' },
		});
		await send(web, team, text('', { link: { type: 'FORWARD', chatId: dialog, messageId: first.id } }));
		const pushes = [await partner.push(128), await partner.push(128)];
		expect(pushes[1].message.link).toMatchObject({ type: 'FORWARD', message: { text: 'question' } });
		const missing = text('x', { link: { type: 'REPLY', messageId: 5n << 40n } });
		expect(await web.refused(64, { chatId: dialog, message: missing })).toBe('not.found');
	});

	it('opens a dialog by user id; a restricted account may not, a blocked one neither', async () => {
		const { id } = sandbox.control.addAccount({ firstName: 'Stranger', phone: '+79995550001' });
		const web = await online(anna);
		const reply = await web.ok(64, { userId: Number(id), message: text('hello') });
		expect(reply.chatId).toBe(anna ^ Number(id));
		expect(reply.chat.type).toBe('DIALOG');
		sandbox.control.setAccount({ account: String(anna), restricted: true });
		expect(await web.refused(64, { userId: clara, message: text('hello') })).toBe(
			'error.user.restricted.send',
		);
		await web.ok(64, { chatId: dialog, message: text('an old dialog is fine') });
		sandbox.control.contact({ owner: String(boris), user: String(anna), blocked: true });
		expect(await web.refused(64, { chatId: dialog, message: text('x') })).toBe('contact.blocked');
	});

	it('Saved messages have chat id 0', async () => {
		const [web, phone] = [await online(anna), await online(anna, 'tcp')];
		const note = await send(web, 0, text('remember'));
		expect(await phone.push(128)).toMatchObject({ chatId: 0, message: { id: note.id } });
		expect(await texts(web, { chatId: 0, from: clock.now(), backward: 5 })).toEqual(['remember']);
	});

	it('fires scheduled messages on the clock', async () => {
		const [web, partner] = [await online(anna), await online(boris)];
		const later = clock.now() + 60_000;
		const message = text('later', { delayedAttributes: { timeToFire: later, notifySender: true } });
		await send(web, dialog, message);
		expect(await texts(web, { chatId: dialog, from: later, backward: 10, itemType: 'DELAYED' })).toEqual([
			'later',
		]);
		await partner.settle();
		expect(partner.pushed(128)).toEqual([]);
		clock.advance(60_000);
		expect((await partner.push(128)).message.text).toBe('later');
		expect(await web.push(154)).toMatchObject({ chatId: dialog });
	});
});

describe('changing messages', () => {
	it('edits own messages within seven days', async () => {
		const [web, partner] = [await online(anna), await online(boris)];
		const sent = await send(web, dialog, text('tpyo'));
		await partner.push(128);
		const { message } = await web.ok(67, {
			chatId: dialog,
			messageId: sent.id,
			text: 'typo',
			elements: [],
			attachments: [],
		});
		expect(message).toMatchObject({ status: 'EDITED', text: 'typo' });
		expect((await partner.push(128)).message).toMatchObject({ id: sent.id, status: 'EDITED', text: 'typo' });
		const foreign = { chatId: dialog, messageId: sent.id, text: 'mine', elements: [] };
		expect(await partner.refused(67, foreign)).toBe('chat.denied');
		clock.advance(200_000);
		await web.settle();
		sandbox.control.setPolicy({ editWindowMs: 1000 });
		expect(await web.refused(67, foreign)).toBe('error.message.invalid');
	});

	it('deletes for all: 128 REMOVED to the web, 142 to mobile', async () => {
		const [web, partnerWeb, partnerPhone] = [
			await online(anna),
			await online(boris),
			await online(boris, 'tcp'),
		];
		const sent = await send(web, dialog, text('gone soon'));
		await web.ok(66, { chatId: dialog, messageIds: [sent.id], forMe: false });
		await partnerWeb.push(128);
		expect((await partnerWeb.push(128)).message).toMatchObject({ id: sent.id, status: 'REMOVED' });
		const deletion = await partnerPhone.push(142);
		expect(deletion).toMatchObject({ messageIds: [sent.id], ttl: false, chat: { id: dialog } });
		expect(await texts(web, { chatId: dialog, from: clock.now(), backward: 50 })).not.toContain('gone soon');
	});

	it('deletes for me only', async () => {
		const [web, partner] = [await online(anna), await online(boris)];
		const sent = await send(partner, dialog, text('stays with Boris'));
		await web.ok(66, { chatId: dialog, messageIds: [sent.id], forMe: true });
		expect(await texts(web, { chatId: dialog, from: clock.now(), backward: 50 })).not.toContain(
			'stays with Boris',
		);
		expect(await texts(partner, { chatId: dialog, from: clock.now(), backward: 50 })).toContain(
			'stays with Boris',
		);
	});

	it('one reaction per user: 155 to the others, 156 to the own other session', async () => {
		const [web, phone, partner] = [await online(anna), await online(anna, 'tcp'), await online(boris)];
		const sent = await send(partner, dialog, text('react!'));
		const target = { chatId: dialog, messageId: sent.id };
		const { reactionInfo } = await web.ok(178, { ...target, reaction: { reactionType: 'EMOJI', id: '👍' } });
		expect(reactionInfo).toEqual({
			counters: [{ count: 1, reaction: '👍' }],
			yourReaction: '👍',
			totalCount: 1,
		});
		await web.ok(178, { ...target, reaction: { reactionType: 'EMOJI', id: '🔥' } });
		expect(await partner.push(155)).toMatchObject({
			messageId: sent.id,
			counters: [{ count: 1, reaction: '👍' }],
		});
		expect((await phone.push(156)).reactionInfo.yourReaction).toBe('👍');
		const { messagesReactions } = await partner.ok(180, { chatId: dialog, messageIds: [sent.id] });
		expect(messagesReactions[sent.id.toString()].counters).toEqual([{ count: 1, reaction: '🔥' }]);
		expect((await partner.ok(181, { ...target, count: 40 })).reactions).toEqual([
			{ userId: anna, reaction: '🔥' },
		]);
		expect((await web.ok(179, target)).reactionInfo.totalCount).toBe(0);
		expect(await web.refused(178, { ...target, reaction: { reactionType: 'EMOJI', id: 'x' } })).toBe(
			'error.message.like.unknown.like',
		);
	});

	it('marks read up to a time, never back, and tells the others', async () => {
		const [web, phone, partner] = [await online(anna), await online(anna, 'tcp'), await online(boris)];
		const one = await send(partner, dialog, text('1'));
		const two = await send(partner, dialog, text('2'));
		const mark = (message: Payload) => ({
			type: 'READ_MESSAGE',
			chatId: dialog,
			messageId: message.id,
			mark: message.time,
		});
		expect(await web.ok(50, mark(one))).toEqual({ unread: 1, mark: one.time });
		expect(await partner.push(130)).toMatchObject({
			chatId: dialog,
			userId: anna,
			mark: one.time,
			setAsUnread: false,
		});
		expect(await phone.push(130)).toMatchObject({ userId: anna });
		await web.ok(50, mark(two));
		expect(await web.ok(50, mark(one))).toEqual({ unread: 0, mark: two.time });
		await web.ok(50, { type: 'SET_AS_UNREAD', chatId: dialog });
		expect((await phone.push(130)).setAsUnread).toBe(false);
		expect((await phone.push(130)).setAsUnread).toBe(true);
	});

	it('typing comes only to those who opened the chat', async () => {
		const [web, partner] = [await online(anna), await online(boris)];
		expect(await web.ok(65, { chatId: dialog, type: 'TEXT' })).toBeNull();
		await partner.ok(75, { chatId: dialog, subscribe: true });
		await web.ok(65, { chatId: dialog, type: 'AUDIO' });
		expect(await partner.push(129)).toEqual({ chatId: dialog, userId: anna, type: 'AUDIO' });
	});
});

describe('reading', () => {
	it('pages history both ways, oldest first, the boundary message twice', async () => {
		const web = await online(anna);
		for (let index = 1; index <= 7; index += 1) {
			clock.advance(10);
			sandbox.control.injectMessage({ from: String(boris), to: String(anna), text: `m${index}` });
		}
		const page = await web.ok(49, {
			chatId: dialog,
			from: clock.now(),
			backward: 3,
			forward: 0,
			getMessages: true,
		});
		expect(page.messages.map((one: Payload) => one.text)).toEqual(['m5', 'm6', 'm7']);
		expect(page.messages[0].chatId).toBeUndefined();
		const older = await texts(web, { chatId: dialog, from: page.messages[0].time, backward: 3 });
		expect(older).toEqual(['m3', 'm4', 'm5']);
		expect(await texts(web, { chatId: dialog, from: page.messages[0].time, forward: 2 })).toEqual([
			'm5',
			'm6',
		]);
		expect(
			await texts(web, { chatId: dialog, from: page.messages[0].time, backward: 1, forward: 1 }),
		).toEqual(['m5', 'm6']);
	});

	it('pages the chat list by time to its end', async () => {
		for (let index = 0; index < 120; index += 1) {
			clock.advance(1);
			sandbox.control.injectMany({ to: String(anna), chats: index + 1, count: index + 1, tell: false });
		}
		const web = await online(anna, 'websocket', { chatsCount: 40 });
		const seen = new Set<number>(web.login.chats.map((chat: Payload) => chat.id));
		let marker: number = web.login.chatMarker;
		expect(marker).toBeGreaterThan(0);
		while (marker > 0) {
			const page = await web.ok(53, { marker });
			for (const chat of page.chats) seen.add(chat.id);
			marker = page.marker;
		}
		expect(seen.size).toBe(124);
	});

	it('finds messages in one chat, everywhere, and public chats', async () => {
		const web = await online(anna);
		await send(web, team, text('The needle is here'));
		const inChat = await web.ok(73, { chatId: team, query: 'needle', count: 10 });
		expect(inChat).toMatchObject({ total: 1, result: [{ message: { text: 'The needle is here' } }] });
		const everywhere = await web.ok(68, { query: 'needle', count: 10 });
		expect(everywhere.result[0]).toMatchObject({ section: 'MESSAGES', chatId: team });
		expect((await web.ok(68, { query: 'boris', count: 10 })).result[0]).toMatchObject({
			section: 'CHATS',
			chatId: dialog,
		});
		expect((await web.ok(60, { query: 'news', count: 10 })).result[0].chat.id).toBe(news);
		expect((await web.ok(89, { link: 'https://max.ru/sandbox_news' })).chat.id).toBe(news);
		expect((await web.ok(89, { link: 'https://max.ru/helper_bot' })).user.options).toEqual(['BOT']);
	});

	it('redelivers what was not acknowledged, with its old seq, when told to', async () => {
		sandbox.control.setPolicy({ redeliverUnacknowledged: true });
		const web = await online(anna);
		for (const content of ['a', 'b'])
			sandbox.control.injectMessage({ from: String(boris), to: String(anna), text: content });
		const first = await web.take((frame) => frame.opcode === 128);
		const second = await web.take((frame) => frame.opcode === 128);
		web.send(1, first.seq, 128, { chatId: dialog, messageId: first.payload.message.id });
		await web.settle();
		const again = await online(anna);
		const repeated = await again.take((frame) => frame.opcode === 128);
		expect([repeated.seq, repeated.payload.message.text]).toEqual([second.seq, 'b']);
		await again.settle();
		expect(again.pushed(128)).toHaveLength(1);
	});
});

describe('groups and channels', () => {
	it('creates a group by a CONTROL message; members get 128 with the chat', async () => {
		const [web, partner] = [await online(anna), await online(boris)];
		const control = { _type: 'CONTROL', event: 'new', chatType: 'CHAT', title: 'Plan', userIds: [boris] };
		const { chat, chatId } = await web.ok(64, { notify: true, message: { cid: 1, attaches: [control] } });
		expect(chatId).toBeLessThan(-68_000_000_000_000);
		expect(chat).toMatchObject({ type: 'CHAT', title: 'Plan', owner: anna, participantsCount: 2 });
		const push = await partner.push(128);
		expect(push.chat).toMatchObject({ id: chatId, title: 'Plan' });
		expect(push.message.attaches[0]).toMatchObject({ _type: 'CONTROL', event: 'new', userIds: [boris] });
	});

	it('renames with `theme`, pins, changes options, renews the invite link', async () => {
		const [web, partner] = [await online(anna), await online(boris)];
		expect((await web.ok(55, { chatId: team, theme: 'Crew' })).chat.title).toBe('Crew');
		expect((await partner.push(135)).chat.title).toBe('Crew');
		expect((await partner.push(128)).message.attaches[0]).toMatchObject({ event: 'title', title: 'Crew' });
		expect(await partner.refused(55, { chatId: team, theme: 'No' })).toBe('chat.denied');
		const options = { ONLY_OWNER_CAN_CHANGE_ICON_TITLE: false, ONLY_ADMIN_CAN_CALL: null };
		const { chat } = await web.ok(55, { chatId: team, options });
		expect(chat.options).not.toHaveProperty('ONLY_ADMIN_CAN_CALL');
		await partner.ok(55, { chatId: team, theme: 'Yes', description: 'ours' });
		const sent = await send(web, team, text('pin me'));
		const pinned = await web.ok(55, { chatId: team, pinMessageId: sent.id, notifyPin: false });
		expect(pinned.chat.pinnedMessage.id).toBe(sent.id);
		expect(
			(await web.ok(55, { chatId: team, pinMessageId: 0, notifyPin: false })).chat.pinnedMessage,
		).toBeUndefined();
		expect(await web.refused(55, { chatId: dialog, pinMessageId: sent.id })).toBe('not.found');
		const before = (await web.ok(48, { chatIds: [team] })).chats[0].link;
		expect((await web.ok(55, { chatId: team, revokePrivateLink: true })).chat.link).not.toBe(before);
	});

	it('adds, pages, promotes, demotes and removes members', async () => {
		const [web, partner] = [await online(anna), await online(boris)];
		const { id } = sandbox.control.addAccount({ firstName: 'Eve' });
		const members = { chatId: team, type: 'MEMBER', count: 2 };
		await web.ok(77, { chatId: team, userIds: [Number(id)], operation: 'add', showHistory: true });
		const first = await web.ok(59, { ...members, marker: 0 });
		const rest = await web.ok(59, { ...members, marker: first.marker });
		expect([...first.members, ...rest.members].map((one: Payload) => one.contact.id)).toContain(Number(id));
		expect(rest.marker).toBe(0);
		expect(
			await partner.refused(77, { chatId: team, userIds: [clara], operation: 'remove', cleanMsgPeriod: 0 }),
		).toBe('chat.denied');
		await web.ok(77, { chatId: team, userIds: [boris], type: 'ADMIN', operation: 'add', permissions: 2 });
		await partner.ok(77, { chatId: team, userIds: [clara], operation: 'remove', cleanMsgPeriod: 0 });
		expect((await web.ok(59, { chatId: team, type: 'ADMIN', count: 50 })).members).toHaveLength(2);
		await web.ok(77, { chatId: team, userIds: [boris], type: 'ADMIN', operation: 'remove' });
		expect(await partner.refused(77, { chatId: team, userIds: [Number(id)], operation: 'remove' })).toBe(
			'chat.denied',
		);
		const none = await web.request(77, { chatId: team, userIds: [], operation: 'add' });
		expect(none.payload.message).toBe("userIds can't be empty");
	});

	it('joins by link, waits where joining is moderated, leaves', async () => {
		const open = sandbox.control.createGroup({ owner: String(clara), title: 'Open' });
		const closed = sandbox.control.createGroup({ owner: String(anna), title: 'Closed', moderated: true });
		const [web, partner] = [await online(anna), await online(boris)];
		expect((await web.ok(57, { link: open.link.replace('https://max.ru/', '') })).chat.title).toBe('Open');
		await web.ok(58, { chatId: Number(open.chatId) });
		expect(await web.refused(49, { chatId: Number(open.chatId), from: 0, forward: 5 })).toBe(
			'chat.not.found',
		);
		await partner.ok(57, { link: closed.link });
		expect(await partner.refused(49, { chatId: Number(closed.chatId), from: 0, forward: 5 })).toBe(
			'chat.not.found',
		);
		const requests = { chatId: Number(closed.chatId), type: 'JOIN_REQUEST' };
		expect((await web.ok(59, { ...requests, count: 10 })).members[0].contact.id).toBe(boris);
		await web.ok(77, { ...requests, userIds: [boris], operation: 'add', showHistory: true });
		expect((await partner.push(128)).message.attaches[0].event).toBe('joinByLink');
	});

	it('other people change a group from outside', async () => {
		const web = await online(anna);
		const chatId = String(team);
		sandbox.control.changeChat({ chatId, by: String(boris), action: 'rename', title: 'Crew' });
		sandbox.control.changeChat({ chatId, by: String(boris), action: 'leave' });
		sandbox.control.changeChat({ chatId, by: String(boris), action: 'join' });
		sandbox.control.changeChat({ chatId, by: String(clara), action: 'remove', users: [String(boris)] });
		const events = ['title', 'leave', 'joinByLink', 'remove'];
		for (const event of events) expect((await web.push(128)).message.attaches[0].event).toBe(event);
		expect((await web.ok(48, { chatIds: [team] })).chats[0]).toMatchObject({
			title: 'Crew',
			participantsCount: 2,
		});
		const sent = await send(web, dialog, text('mine'));
		expect(sandbox.control.authored({ account: String(anna) }).at(-1)).toMatchObject({
			text: 'mine',
			messageId: sent.id.toString(),
			cid: String(sent.cid),
		});
	});

	it('only administrators post in a channel, and posts have no sender', async () => {
		const [web, reader] = [await online(anna), await online(boris)];
		await send(web, news, text('breaking'));
		const { message } = await reader.push(128);
		expect(message).toMatchObject({ type: 'CHANNEL', text: 'breaking' });
		expect(message.sender).toBeUndefined();
		expect(await reader.refused(64, { chatId: news, message: text('me too') })).toBe('chat.denied');
		expect(await reader.refused(59, { chatId: news, type: 'MEMBER', count: 10 })).toBe('chat.denied');
	});
});

describe('people', () => {
	it('finds by phone, imports, blocks and renames', async () => {
		const [web, phone] = [await online(anna), await online(anna, 'tcp')];
		expect((await web.ok(46, { phone: '+79990000003' })).contact.id).toBe(clara);
		expect(await web.refused(46, { phone: '+79998887766' })).toBe('not.found');
		sandbox.control.setAccount({ account: String(clara), settings: { SEARCH_BY_PHONE: 'NOBODY' } });
		expect(await web.refused(46, { phone: '+79990000003' })).toBe('not.found');
		const imported = await web.ok(21, { contactList: { '+7 999 000-00-02': { firstName: 'Borya' } } });
		expect(imported.phones).toEqual({ '+7 999 000-00-02': '79990000002' });
		expect(imported.contacts[0].names[1]).toMatchObject({ firstName: 'Borya', type: 'CUSTOM' });
		await web.ok(34, { contactId: boris, action: 'BLOCK' });
		expect((await phone.push(131)).contact.id).toBe(clara);
		expect((await phone.push(131)).contact).toMatchObject({ id: boris, status: 'BLOCKED' });
		expect(
			(await web.ok(36, { status: 'BLOCKED', count: 40, from: 0 })).contacts.map((one: Payload) => one.id),
		).toEqual([boris]);
		expect((await web.ok(32, { contactIds: [boris, clara, 5] })).contacts).toHaveLength(2);
		expect((await web.ok(37, { query: 'borya', count: 10 })).contacts).toHaveLength(1);
	});

	it('presence follows who is looking', async () => {
		const [web, partner] = [await online(anna), await online(boris)];
		await web.ok(1, { interactive: true });
		expect(await partner.push(132)).toMatchObject({ userId: anna, presence: { status: 1, on: 'ON' } });
		const { presence } = await partner.ok(35, { contactIds: [anna, clara] });
		expect(presence[String(anna)]).toEqual({ seen: Math.floor(clock.now() / 1000), on: 'ON' });
		expect(presence[String(clara)].on).toBeUndefined();
	});

	it('profile and settings reach the own other sessions', async () => {
		const [web, phone, partner] = [await online(anna), await online(anna, 'tcp'), await online(boris)];
		expect(await web.refused(16, {})).toBe('proto.payload');
		await web.ok(16, { firstName: 'Anne', description: 'hi' });
		expect((await phone.push(159)).profile.contact.names[0].firstName).toBe('Anne');
		expect((await partner.push(131)).contact.description).toBe('hi');
		await web.ok(22, { settings: { chats: { [String(team)]: { dontDisturbUntil: -1 } } } });
		expect((await phone.push(134)).config.chats).toEqual({ [String(team)]: { dontDisturbUntil: -1 } });
		expect(await web.refused(22, { settings: { user: { NOT_A_KEY: true } } })).toBe('proto.payload');
	});

	it('folders', async () => {
		const [web, phone] = [await online(anna), await online(anna, 'tcp')];
		const folder = { id: 'f-1', title: 'Work', include: [dialog], filters: [], options: [] };
		await web.ok(274, folder);
		expect((await phone.push(277)).folders[0]).toMatchObject({ id: 'f-1', include: [dialog] });
		expect(await web.refused(274, { ...folder, title: 'x'.repeat(21) })).toBe(
			'folder.validation.title.too-long',
		);
		await web.ok(276, { folderIds: ['f-1'] });
		expect((await web.ok(272, { folderSync: 0 })).folders).toEqual([]);
	});

	it('polls: plain answer ids only, one vote, taken back by an empty list', async () => {
		const [web, partner] = [await online(anna), await online(boris)];
		const poll = { _type: 'POLL', title: 'Lunch?', answers: [{ text: 'yes' }, { text: 'no' }], settings: 0 };
		const sent = await send(web, team, text('', { attaches: [poll] }));
		const { pollId, answers } = sent.attaches[0];
		const ask = { chatId: team, messageId: sent.id, pollId };
		const vote = { ...ask, answersIds: [answers[1].answerId] };
		expect((await partner.ok(304, vote)).state).toMatchObject({
			total: 1,
			result: [{ voteCount: 0 }, { voteCount: 1 }],
		});
		expect(await partner.refused(304, vote)).toBe('poll.already.voted');
		expect((await web.ok(305, { ...ask, answerId: answers[1].answerId })).voters[0].id).toBe(boris);
		await partner.ok(304, { ...ask, answersIds: [] });
		expect((await web.ok(306, ask)).state.total).toBe(0);
		const wrapped = { chatId: team, messageId: sent.id, pollId, answersIds: [new ExtData(1, encode(1))] };
		partner.write(frameOf(0, 500, 304, encode({ ...wrapped, chatId: BigInt(team) }, { useBigInt64: true })));
		expect((await partner.take((frame) => frame.seq === 500 && frame.cmd === 3)).payload.error).toBe(
			'proto.payload',
		);
		await partner.closed;
	});
});
