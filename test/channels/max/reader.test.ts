import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OP } from '../../../src/channels/max/opcodes';
import { settle, until } from '../../support/manual-clock';
import { Journal } from './support/journal';
import { ANNA, BORIS, DIALOG, openReading, Scene, type Reading } from './support/scene';

let scene: Scene;
beforeEach(async () => {
	scene = await Scene.start();
});
afterEach(async () => {
	expect(scene.control.failures({})).toEqual([]);
	await scene.close();
});

const say = (text: string, tell = true): ReturnType<Scene['control']['injectMessage']> =>
	scene.control.injectMessage({ from: BORIS, to: ANNA, text, tell });

async function count(journal: Journal, wanted: number): Promise<void> {
	await until(
		() => journal.entries.length >= wanted,
		`${String(wanted)} events (have ${String(journal.entries.length)})`,
		5_000,
	);
}

async function liveAgain({ open, reader }: Reading): Promise<void> {
	await until(
		async () => {
			await scene.clock.advance(1000);
			return open.status().state === 'live';
		},
		'live again',
		300,
	);
	await reader.live;
	await settle(5);
}

/** numbers per chat, in the order they were journalled */
function perChat(journal: Journal): Map<string, number[]> {
	const chats = new Map<string, number[]>();
	for (const { event } of journal.entries) {
		const list = chats.get(event.external_chat_id) ?? [];
		list.push(Number(event.text.slice(1)));
		chats.set(event.external_chat_id, list);
	}
	return chats;
}

describe('starting', () => {
	it('with nothing remembered starts at now', async () => {
		const { journal } = await openReading(scene);
		expect(journal.entries).toEqual([]);
		expect(journal.state).toMatchObject({ version: 1 });
	});

	it('asks LOGIN no second time', async () => {
		const { open } = await openReading(scene);
		expect(scene.control.logins({ account: ANNA }).reduce((sum, one) => sum + one.logins, 0)).toBe(1);
		expect(open.accountId).toBe(`max:${ANNA}`);
	});
});

describe.each(['websocketPlain', 'jsonPlain', 'tcpPlain'] as const)('pushes over %s', (front) => {
	it('are journalled and then acknowledged', async () => {
		const { journal } = await openReading(scene, { front });
		const { messageId } = say('hello');
		await count(journal, 1);
		expect(journal.entries[0]).toMatchObject({
			recovered: false,
			event: {
				channel: 'max',
				event_id: `max:${ANNA}:${DIALOG}:${messageId}`,
				event_type: 'message',
				text: 'hello',
				external_user_id: BORIS,
				external_chat_id: DIALOG,
				client_name: 'Boris Orlov',
				client_phone: '+79990000002',
				meta: {
					direction: 'in',
					sent_by: 'client',
					chat_type: 'private',
					external_message_id: messageId,
					is_service: false,
				},
			},
		});
		await until(
			() => scene.control.requests({ opcode: OP.notifMessage }).length === 1,
			'the acknowledgement',
		);
		expect(scene.control.requests({ opcode: OP.notifMessage })[0]).toMatchObject({
			cmd: 1,
			payload: { messageId },
		});
	});

	it('not acknowledged while the journal fails, and found again', async () => {
		const { journal } = await openReading(scene, { front });
		journal.broken = true;
		say('first');
		await settle(30);
		expect(scene.control.requests({ opcode: OP.notifMessage })).toHaveLength(0);
		journal.broken = false;
		await until(
			async () => {
				await scene.clock.advance(1000);
				return journal.entries.length === 1;
			},
			'it is found',
			200,
		);
		expect(journal.texts()).toEqual(['first']);
	});
});

describe('nothing is lost', () => {
	it('numbered messages over 50 chats, with cuts, lost, doubled and reordered pushes', async () => {
		const reading = await openReading(scene, { fields: { historyPage: 5 } });
		const { journal } = reading;
		let sent = 0;
		const burst = (size: number): void => {
			scene.control.injectMany({ to: ANNA, chats: 50, count: size, first: sent + 1 });
			sent += size;
		};
		burst(200);
		scene.control.setFaults({ losePush: 0.3, duplicatePush: 0.3, reorderPush: 0.2 });
		burst(200);
		for (let cut = 0; cut < 4; cut += 1) {
			scene.control.cut({});
			burst(100);
			await until(() => reading.open.status().state !== 'live', 'the cut is noticed');
			await liveAgain(reading);
			burst(50);
		}
		scene.control.clearFaults({});
		scene.control.cut({});
		burst(100);
		await until(() => reading.open.status().state !== 'live', 'the cut is noticed');
		await liveAgain(reading);
		await count(journal, sent);
		expectAllOnce(journal, sent);
	}, 60_000);

	it.each([2, 7, 29])('an absence is read to the end where a page holds %i messages', async (historyMax) => {
		scene.control.setPolicy({ historyMax });
		const reading = await openReading(scene);
		const { journal } = reading;
		scene.control.injectMany({ to: ANNA, chats: 2, count: 2, first: 1 });
		await count(journal, 2);
		scene.control.cut({});
		scene.control.injectMany({ to: ANNA, chats: 3, count: 90, first: 3 });
		await until(() => reading.open.status().state !== 'live', 'the cut is noticed');
		await liveAgain(reading);
		await count(journal, 92);
		expectAllOnce(journal, 92);
	});

	it('a push lost on a live connection is found by the comparison every ten minutes', async () => {
		const { journal } = await openReading(scene);
		say('pushed');
		await count(journal, 1);
		say('never pushed', false);
		await scene.clock.advance(599_000);
		await settle(20);
		expect(journal.texts()).toEqual(['pushed']);
		await scene.clock.advance(2_000);
		await count(journal, 2);
		expect(journal.texts()).toEqual(['pushed', 'never pushed']);
	});

	it('a push whose previous message is unknown fills the gap before it', async () => {
		const { journal } = await openReading(scene);
		say('one');
		await count(journal, 1);
		say('two', false);
		say('three', false);
		say('four');
		await count(journal, 4);
		expect(journal.texts()).toEqual(['one', 'two', 'three', 'four']);
	});

	it('goes on where the journal stopped, after a restart', async () => {
		const first = await openReading(scene);
		scene.control.injectMany({ to: ANNA, chats: 20, count: 100 });
		await count(first.journal, 100);
		await first.open.close();
		scene.control.injectMany({ to: ANNA, chats: 20, count: 100, first: 101 });
		const journal = first.journal.reopen();
		await openReading(scene, { journal, fields: { historyPage: 5 } });
		await count(journal, 100);
		expect([...perChat(journal).values()].flat().sort((a, b) => a - b)).toEqual(
			Array.from({ length: 100 }, (_, n) => n + 101),
		);
		expect(journal.entries.every(({ recovered }) => recovered)).toBe(true);
	});

	it('a process that dies between any two appends loses nothing and journals nothing twice', async () => {
		let journal = (await killedAfter(new Journal(), 0)).reopen();
		const seen: string[] = [];
		scene.control.injectMany({ to: ANNA, chats: 7, count: 60 });
		for (let life = 0; life < 12; life += 1) {
			const dying = await killedAfter(journal, 3);
			seen.push(...dying.texts());
			journal = dying.reopen();
		}
		const last = (await openReading(scene, { journal, fields: { historyPage: 5 } })).journal;
		await settle(50);
		seen.push(...last.texts());
		expect(seen.map((text) => Number(text.slice(1))).sort((a, b) => a - b)).toEqual(
			Array.from({ length: 60 }, (_, n) => n + 1),
		);
	}, 60_000);

	/** Runs until so many appends went through, then fails all further ones, as a killed process would. */
	async function killedAfter(journal: Journal, appends: number): Promise<Journal> {
		let left = appends;
		const append = journal.append.bind(journal);
		journal.append = async (events, state) => {
			if (journal.state !== null && left-- <= 0) throw new Error('killed');
			return append(events, state);
		};
		const services = scene.services();
		const { openMax } = await import('../../../src/channels/max/open');
		const open = await openMax(
			scene.config('websocketPlain', { pageDelayMs: 0, historyPage: 5 }).settings,
			services,
			new AbortController().signal,
		);
		open.startReading(journal);
		await settle(60);
		await open.close();
		return journal;
	}

	it('a first start brings what was written since somebody waits for it, and the chats go on without a hole', async () => {
		scene.control.advance({ ms: 60_000 });
		const early = say('early');
		scene.control.advance({ ms: 1_000 });
		say('while connecting 1');
		say('while connecting 2');
		const journal = new Journal();
		journal.startAt = early.time + 1_000;
		await openReading(scene, { journal });
		say('live');
		await count(journal, 3);
		expect(journal.texts()).toEqual(['while connecting 1', 'while connecting 2', 'live']);
		expect(journal.duplicates).toBe(0);
	});

	it('reads no further back than anybody wants, and says what was left out', async () => {
		const first = await openReading(scene);
		await first.open.close();
		const hour = 3_600_000;
		scene.control.advance({ ms: hour });
		const old = say('old');
		scene.control.advance({ ms: 2 * hour });
		say('recent');
		const journal = first.journal.reopen();
		journal.recoverSince = old.time + hour;
		await openReading(scene, { journal });
		await count(journal, 2);
		expect(journal.types()).toEqual(['gap', 'message']);
		expect(journal.texts()).toEqual(['recent']);
		expect(journal.entries[0]!.event).toMatchObject({
			external_chat_id: DIALOG,
			data: { reason: 'catch_up_limit' },
		});
	});
});

describe('what is told', () => {
	it('own messages from the phone are out and by the device', async () => {
		const { journal } = await openReading(scene);
		scene.control.injectMessage({ from: ANNA, to: BORIS, text: 'from my phone' });
		await count(journal, 1);
		expect(journal.entries[0]!.event).toMatchObject({
			external_user_id: BORIS,
			client_name: 'Boris Orlov',
			meta: { direction: 'out', sent_by: 'device' },
		});
	});

	it('edits and deletions, also those made while away', async () => {
		const reading = await openReading(scene);
		const { journal } = reading;
		const first = say('draft');
		const second = say('to be deleted');
		await count(journal, 2);
		scene.control.edit({ chatId: DIALOG, messageId: first.messageId, text: 'final' });
		scene.control.remove({ chatId: DIALOG, messageIds: [second.messageId] });
		await count(journal, 4);
		expect(journal.types()).toEqual(['message', 'message', 'message_edited', 'message_deleted']);
		await scene.clock.advance(30_000);
		scene.control.advance({ ms: 30_000 });
		say('still there');
		await count(journal, 5);
		scene.control.cut({});
		await until(() => reading.open.status().state !== 'live', 'the cut is noticed');
		scene.control.advance({ ms: 10_000 });
		scene.control.edit({ chatId: DIALOG, messageId: first.messageId, text: 'final, really' });
		await liveAgain(reading);
		await count(journal, 6);
		expect(journal.entries[5]!.event).toMatchObject({ event_type: 'message_edited', text: 'final, really' });
	});

	it('edits made while the process was down', async () => {
		const first = await openReading(scene);
		const { messageId } = say('draft');
		await count(first.journal, 1);
		await scene.clock.advance(601_000);
		await settle(20);
		await first.open.close();
		scene.control.advance({ ms: 60_000 });
		scene.control.edit({ chatId: DIALOG, messageId, text: 'final' });
		const { journal } = await openReading(scene, { journal: first.journal.reopen() });
		expect(journal.texts('message_edited')).toEqual(['final']);
	});

	it('the same edit by push and by recovery is one event', async () => {
		const reading = await openReading(scene);
		const { journal } = reading;
		const { messageId } = say('draft');
		await count(journal, 1);
		scene.control.advance({ ms: 20_000 });
		scene.control.edit({ chatId: DIALOG, messageId, text: 'final' });
		await count(journal, 2);
		scene.control.cut({});
		await until(() => reading.open.status().state !== 'live', 'the cut is noticed');
		await liveAgain(reading);
		await settle(30);
		expect(journal.types()).toEqual(['message', 'message_edited']);
	});

	it('deletions arrive on mobile too (142)', async () => {
		const { journal } = await openReading(scene, { front: 'tcpPlain' });
		const { messageId } = say('gone soon');
		await count(journal, 1);
		scene.control.remove({ chatId: DIALOG, messageIds: [messageId] });
		await count(journal, 2);
		expect(journal.entries[1]!.event).toMatchObject({
			event_id: `max:${ANNA}:${DIALOG}:${messageId}:deleted`,
			event_type: 'message_deleted',
		});
	});

	it('reactions under both opcodes, reads, typing and presence, to those who listen', async () => {
		const { journal, open } = await openReading(scene);
		const { messageId } = say('react to me');
		await count(journal, 1);
		await open.account.session.request(OP.chatSubscribe, { chatId: Number(DIALOG), subscribe: true });
		scene.control.react({ from: BORIS, chatId: DIALOG, messageId, reaction: '👍' });
		scene.control.react({ from: ANNA, chatId: DIALOG, messageId, reaction: '🔥' });
		scene.control.read({ from: BORIS, chatId: DIALOG });
		scene.control.typing({ from: BORIS, chatId: DIALOG });
		scene.control.presence({ account: BORIS });
		await until(() => journal.told.length >= 5, 'five live events');
		expect(journal.told.map(({ event_type: type }) => type)).toEqual([
			'reaction',
			'reaction',
			'read',
			'typing',
			'presence',
		]);
		expect(journal.told[0]).toMatchObject({
			external_chat_id: DIALOG,
			data: { message_id: messageId, total: 1 },
		});
		expect(journal.told[0]).toMatchObject({ meta: { direction: 'in' } });
		expect(journal.told[1]).toMatchObject({
			data: { your_reaction: '🔥' },
			meta: { direction: 'out', sent_by: 'device' },
		});
		expect(journal.entries).toHaveLength(1);
	});

	it('a reaction that comes on a phone as the chat’s change beside its own push is told once', async () => {
		const { journal, open } = await openReading(scene, { front: 'tcpPlain' });
		const { messageId } = say('react to me');
		await count(journal, 1);
		scene.control.react({ from: BORIS, chatId: DIALOG, messageId, reaction: '👍' });
		await until(() => journal.told.length === 1, 'the reaction');
		await scene.clock.advance(10_000);
		expect(journal.told).toMatchObject([{ event_type: 'reaction', data: { total: 1 } }]);
		expect(open.account.directory.knownChat(DIALOG)!.reacted).toEqual({ messageId, reaction: '👍' });
	});

	it('a reaction that comes as the chat’s change alone is told a moment later, and an old one not at all', async () => {
		const { messageId } = say('react to me');
		scene.control.react({ from: BORIS, chatId: DIALOG, messageId, reaction: '🔥' });
		const { journal, reader } = await openReading(scene, { front: 'tcpPlain' });
		scene.control.setPolicy({ reactionPushes: false });
		const reactionInfo = { counters: [{ count: 1, reaction: '👍' }], totalCount: 1 };
		scene.control.setFaults({
			mutations: [{ opcode: 135, path: 'chat.lastMessage.reactionInfo', value: reactionInfo, count: 9 }],
		});
		scene.control.react({ from: BORIS, chatId: DIALOG, messageId, reaction: '👍' });
		await until(
			async () => {
				await scene.clock.advance(1_000);
				return journal.told.length > 0;
			},
			'the reaction',
			200,
		);
		expect(journal.told).toMatchObject([
			{
				event_type: 'reaction',
				external_chat_id: DIALOG,
				meta: { external_message_id: messageId, direction: 'in' },
				data: { message_id: messageId, reaction: '👍', counters: [{ count: 1, reaction: '👍' }], total: 1 },
			},
		]);
		expect(journal.entries).toEqual([]);
		scene.control.react({ from: BORIS, chatId: DIALOG, messageId, reaction: '👎' });
		await settle(50);
		await reader.stop();
		await scene.clock.advance(10_000);
		expect(journal.told).toHaveLength(1);
	});

	it('groups, members, contacts, profile, calls, files and settings', async () => {
		const { journal } = await openReading(scene);
		const { chatId } = scene.control.createGroup({ owner: BORIS, title: 'New group', members: [ANNA] });
		await until(() => journal.types().includes('chat_changed'), 'a group');
		scene.control.setAccount({ account: BORIS, firstName: 'Bob' });
		scene.control.setAccount({ account: ANNA, description: 'new words' });
		scene.control.incomingCall({ from: BORIS, to: ANNA });
		scene.control.push({ account: ANNA, opcode: 136, payload: { fileId: { $int: '77' } } });
		scene.control.push({ account: ANNA, opcode: 154, payload: { chatId: { $int: DIALOG } } });
		await until(() => new Set(journal.types()).size >= 6, `all kinds: ${journal.types().join()}`, 3_000);
		expect(new Set(journal.types())).toEqual(
			new Set(['chat_changed', 'contact_changed', 'profile_changed', 'call', 'file_ready', 'scheduled']),
		);
		expect(journal.entries.find(({ event }) => event.event_type === 'chat_changed')!.event).toMatchObject({
			external_chat_id: chatId,
		});
	});

	it('people, chats and presences are told one by one, also where a push holds several', async () => {
		const { journal } = await openReading(scene);
		const push = (opcode: number, payload: unknown): unknown =>
			scene.control.push({ account: ANNA, opcode, payload });
		const chat = (title: string, id: string): unknown => ({ id: { $int: id }, type: 'CHAT', title });
		push(OP.notifContact, {
			contacts: [
				{ id: { $int: '71' }, names: [] },
				{ id: { $int: '72' }, names: [] },
			],
		});
		push(OP.notifChat, { chats: [chat('One', '-71'), chat('Two', '-72')] });
		await count(journal, 4);
		expect(
			journal.entries.map(({ event }) => event.meta.chat_title ?? event.external_user_id).sort(),
		).toEqual(['71', '72', 'One', 'Two']);
		push(OP.notifPresence, { presence: { '71': { seen: 1, status: 1 }, '72': { seen: 2 } } });
		await until(() => journal.told.length === 2, 'both presences');
		expect(journal.told.map((event) => [event.external_user_id, event.data?.['online']])).toEqual([
			['71', true],
			['72', false],
		]);
		push(OP.notifChat, { chats: [] });
		push(OP.notifPresence, { presence: {} });
		await count(journal, 6);
		expect(journal.types().slice(4)).toEqual(['unknown', 'unknown']);
	});

	it('a scheduled message is told with its words and files, which a filter can ask for', async () => {
		const { journal } = await openReading(scene);
		const message = {
			id: { $messageId: '117263822972066856' },
			sender: { $int: ANNA },
			text: 'later, +79990000001',
			attaches: [{ _type: 'FILE', fileId: { $int: '8' }, name: 'a.txt' }],
		};
		scene.control.push({ account: ANNA, opcode: 154, payload: { chatId: { $int: DIALOG }, message } });
		await count(journal, 1);
		expect(journal.entries[0]!.event).toMatchObject({
			event_type: 'scheduled',
			text: 'later, •••',
			media: { has_document: true, documents: [{ file_name: 'a.txt' }] },
			meta: { external_message_id: '117263822972066856', direction: 'out' },
		});
	});

	it('unknown opcodes, changed types and unreadable shapes are unknown events, and the loop goes on', async () => {
		const { journal } = await openReading(scene);
		scene.control.push({ account: ANNA, opcode: 4711, payload: { something: ['new', { deep: true }] } });
		scene.control.push({ account: ANNA, opcode: 128, payload: 'no object' });
		scene.control.push({ account: ANNA, opcode: 130, payload: { chatId: 'words', mark: [] } });
		scene.control.push({
			account: ANNA,
			opcode: 155,
			payload: { chatId: { $int: DIALOG }, messageId: { a: 1 } },
		});
		scene.control.setFaults({
			mutations: [{ opcode: 128, path: 'message.id', value: { now: 'an object' }, count: 1 }],
		});
		say('changed type');
		await count(journal, 5);
		expect(journal.types()).toEqual(Array(5).fill('unknown'));
		const unknown = journal.entries.find(({ event }) => event.data?.['opcode'] === 4711);
		expect(unknown!.event).toMatchObject({ raw: { something: ['new', { deep: true }] } });
		scene.control.push({ account: ANNA, opcode: 277, payload: { folders: [] } });
		await count(journal, 6);
		expect(journal.entries[5]!.event.data).toEqual({ opcode: 277, name: 'NOTIF_FOLDERS' });
		say('all is well');
		await until(() => journal.texts().includes('all is well'), 'the next message');
	});

	it('codes in MAX’s own chat are masked, also in raw', async () => {
		const { journal } = await openReading(scene);
		scene.control.injectMessage({
			from: scene.sandbox.demo.serviceId,
			to: ANNA,
			text: 'Код входа: 481 516. Login code 2342.',
		});
		await count(journal, 1);
		const whole = JSON.stringify(journal.entries[0]);
		expect(journal.entries[0]!.event.meta.is_service).toBe(true);
		for (const secret of ['481', '516', '2342'])
			expect(whole.replaceAll(/\d{9,}/g, '')).not.toContain(secret);
	});

	it('the own number is masked wherever it is written', async () => {
		const { journal } = await openReading(scene);
		for (const text of ['call +7 999 000-00-01', '8(999)0000001', '79990000001']) say(text);
		await count(journal, 3);
		const whole = JSON.stringify(journal.entries);
		expect(whole).not.toMatch(/9990000001|999 000-00-01|\(999\)0000001/);
		expect(journal.entries[0]!.event.account.phone_hash).toMatch(/^[0-9a-f]{16}$/);
	});

	it('attachments have references, voice, reply and mention', async () => {
		const { journal } = await openReading(scene);
		const mine = scene.control.injectMessage({ from: ANNA, to: BORIS, text: 'question' });
		scene.control.injectMessage({
			from: BORIS,
			to: ANNA,
			text: 'answer',
			replyTo: mine.messageId,
			media: [{ kind: 'photo' }, { kind: 'file', name: 'a.pdf' }, { kind: 'audio', durationMs: 1500 }],
		});
		await count(journal, 2);
		const { media, meta } = journal.entries[1]!.event;
		expect(meta).toMatchObject({ reply_to: { id: mine.messageId, text: 'question' }, mentions_me: true });
		expect(media).toMatchObject({
			has_images: true,
			has_document: true,
			has_voice: true,
			voice_ref: expect.stringContaining('max:audio:') as string,
		});
		expect(media.documents[0]).toMatchObject({ file_name: 'a.pdf' });
	});

	it('somebody is always named: the channel by its posts, the account by what it writes in a group', async () => {
		const { journal } = await openReading(scene);
		const { channelId, groupId } = scene.sandbox.demo;
		scene.control.injectMessage({ from: BORIS, chatId: channelId, text: 'a post' });
		scene.control.injectMessage({ from: ANNA, chatId: groupId, text: 'from my phone' });
		await count(journal, 2);
		expect(journal.entries.map(({ event }) => event)).toMatchObject([
			{ text: 'a post', external_user_id: channelId, meta: { chat_type: 'channel', direction: 'in' } },
			{ text: 'from my phone', external_user_id: ANNA, meta: { chat_type: 'group', direction: 'out' } },
		]);
	});

	it('notices, previews and contacts say in words what they are', async () => {
		const { journal } = await openReading(scene);
		const from = { from: BORIS, to: ANNA };
		scene.control.injectMessage({
			...from,
			attaches: [{ _type: 'CONTROL', event: 'system', message: 'The chat has been moved' }],
		});
		scene.control.injectMessage({
			...from,
			text: 'see https://max.ru/x',
			attaches: [{ _type: 'SHARE', url: 'https://max.ru/x', title: 'X' }],
		});
		scene.control.injectMessage({
			...from,
			attaches: [
				{ _type: 'CONTACT', contactId: { $int: '13579135' }, firstName: 'Clara', lastName: 'Weiss' },
			],
		});
		scene.control.injectMessage({ ...from, attaches: [{ _type: 'UNSUPPORTED' }] });
		await count(journal, 4);
		expect(journal.entries.map(({ event }) => event)).toMatchObject([
			{ event_type: 'message', text: 'The chat has been moved', data: { what: 'system' } },
			{ data: { share_url: 'https://max.ru/x', share_title: 'X' } },
			{ data: { contact_id: '13579135', contact_name: 'Clara Weiss' } },
			{ event_type: 'message', meta: { original_media_type: 'unsupported' } },
		]);
	});

	it('chats that are not allowed stay outside', async () => {
		const { journal } = await openReading(scene, { fields: { allowedChats: ['1'] } });
		say('secret');
		await until(() => scene.control.requests({ opcode: OP.notifMessage }).length === 1, 'it is acknowledged');
		expect(journal.entries).toEqual([]);
	});
});

describe('get since', () => {
	it('gives the events a trigger would have given, with the same ids', async () => {
		const { journal, open } = await openReading(scene);
		const since = (scene.control.state({}) as { now: number }).now;
		scene.control.injectMany({ to: ANNA, chats: 3, count: 30 });
		await count(journal, 30);
		const ids: string[] = [];
		for await (const { event } of open.since!(since, { signal: new AbortController().signal }))
			ids.push(event.event_id);
		expect(ids.sort()).toEqual(journal.entries.map(({ event }) => event.event_id).sort());
	});

	it('gives the newest of a chat and says that there are more', async () => {
		const { open } = await openReading(scene);
		for (let n = 1; n <= 10; n += 1) say(`#${String(n)}`);
		const types: string[] = [];
		for await (const { event } of open.since!(0, {
			chatId: DIALOG,
			limitPerChat: 3,
			signal: new AbortController().signal,
		}))
			types.push(event.event_type === 'gap' ? 'gap' : event.text);
		expect(types).toEqual(['gap', '#8', '#9', '#10']);
	});

	it('latest gives the last message of each chat', async () => {
		const { open } = await openReading(scene);
		say('the very last');
		const events = await open.latest!(5, new AbortController().signal);
		expect(events.at(-1)!.text).toBe('the very last');
	});
});

it('stops at once while an own message waits to learn who sent it', async () => {
	const services = scene.services();
	services.sentByNode = () => new Promise(() => undefined);
	const { journal, reader } = await openReading(scene, { services });
	scene.control.injectMessage({ from: ANNA, to: BORIS, text: 'whose?' });
	say('behind it');
	await settle(30);
	const stopping = reader.stop();
	await settle(5);
	await scene.clock.advance(5_000);
	await stopping;
	expect(journal.entries).toEqual([]);
	const next = await openReading(scene, { journal: journal.reopen() });
	await count(next.journal, 2);
	expect(next.journal.texts()).toEqual(['whose?', 'behind it']);
});

it('without a reader pushes are acknowledged and nothing is kept', async () => {
	const { open, reader } = await openReading(scene);
	await reader.stop();
	say('nobody listens');
	await until(() => scene.control.requests({ opcode: OP.notifMessage }).length === 1, 'the acknowledgement');
	expect(open.status().state).toBe('live');
});

it('attached again to an open account it recovers without a LOGIN', async () => {
	const { open, reader, journal } = await openReading(scene);
	await reader.stop();
	say('while nobody listened');
	await settle(10);
	const next = journal.reopen();
	await open.startReading(next).live;
	await count(next, 1);
	expect(next.texts()).toEqual(['while nobody listened']);
	expect(scene.control.logins({ account: ANNA }).reduce((sum, one) => sum + one.logins, 0)).toBe(1);
});

function expectAllOnce(journal: Journal, total: number): void {
	const numbers = [...perChat(journal).values()].flat().sort((a, b) => a - b);
	expect(numbers).toEqual(Array.from({ length: total }, (_, n) => n + 1));
	for (const list of perChat(journal).values()) expect(new Set(list).size).toBe(list.length);
}
