import { describe, expect, it } from 'vitest';
import { child, children, int, text } from './telegram/tl/value';
import type { TlObject } from './telegram/tl/value';
import {
	channelOf,
	getState,
	idOf,
	peers,
	pushed,
	refusal,
	scene,
	self,
	sendText,
	texts,
} from './telegram.support';
import type { RawClient } from './telegram/testing/client';

type Here = ReturnType<typeof scene>;

function inject(here: Here, to: string, words: string, tell = true) {
	return here.sandbox.control.injectMessage({ from: '@anna_sandbox', to, text: words, tell });
}

/** Boris, live: his first request with a login makes the server push to him. */
async function live(here: Here): Promise<{ client: RawClient; pts: number; date: number }> {
	const client = await here.enter(1);
	const state = await getState(client);
	return { client, pts: int(state, 'pts'), date: int(state, 'date') };
}

function difference(client: RawClient, pts: number, date = 1, qts = 0) {
	return client.invoke({ _: 'updates.getDifference', pts, date, qts });
}

function channelDifference(client: RawClient, peer: TlObject | undefined, pts: number, limit = 100) {
	const filter = { _: 'channelMessagesFilterEmpty' };
	return client.invoke({
		_: 'updates.getChannelDifference',
		force: true,
		channel: channelOf(peer),
		filter,
		pts,
		limit,
	});
}

function messageTexts(object: TlObject): string[] {
	return children(object, 'new_messages').map((message) => text(message, 'message'));
}

describe('pushes', () => {
	const here = scene();

	it('every kind of chat in its own shape, pts without holes', async () => {
		const { client, pts } = await live(here);
		inject(here, '@boris_sandbox', 'private');
		inject(here, here.sandbox.demo.groupId, 'group');
		inject(here, here.sandbox.demo.supergroupId, 'team');
		inject(here, here.sandbox.demo.channelId, 'news');
		await client.until(() => (texts(client).length === 4 ? true : undefined));
		expect(texts(client)).toEqual(['private', 'group', 'team', 'news']);
		const [first, second, third] = pushed(client);
		expect(first).toMatchObject({ _: 'updateShortMessage', user_id: 1_000_001n, pts: pts + 1, pts_count: 1 });
		expect(second).toMatchObject({ _: 'updateShortChatMessage', chat_id: 4_000_001n, pts: pts + 2 });
		expect(third).toMatchObject({ _: 'updateNewChannelMessage', pts_count: 1 });
	});

	it('all sessions of an account but the acting one', async () => {
		const { client } = await live(here);
		const other = await here.enter(1);
		await getState(other);
		const [first, second] = [client.received.length, other.received.length];
		const sent = await sendText(client, self, 'note to self');
		await other.until(() => (texts(other).includes('note to self') ? true : undefined));
		expect(idOf(sent)).toBeGreaterThan(0);
		expect(first + second).toBeGreaterThan(0);
		expect(texts(client)).not.toContain('note to self');
	});

	it('a request without updates gets none', async () => {
		const first = await here.enter(1);
		here.sandbox.control.cutConnections();
		const client = await here.again(first);
		await client.invoke({ _: 'invokeWithoutUpdates', query: { _: 'updates.getState' } });
		inject(here, '@boris_sandbox', 'unseen');
		await client.invoke({ _: 'invokeWithoutUpdates', query: { _: 'updates.getState' } });
		expect(texts(client)).not.toContain('unseen');
	});

	it('edits, deletions, reactions, reads, typing and pins arrive', async () => {
		const { client } = await live(here);
		const { ids } = inject(here, '@boris_sandbox', 'first');
		const place = { owner: '@boris_sandbox', peer: '@anna_sandbox', id: ids['1000002']! };
		const { control } = here.sandbox;
		control.edit({ ...place, text: 'second' });
		control.react({ ...place, from: '@anna_sandbox', emoji: '👍' });
		control.pin(place);
		control.typing({ from: '@anna_sandbox', peer: '@boris_sandbox' });
		const sent = await sendText(client, (await peers(client)).get('Anna'), 'mine');
		control.read({ from: '@anna_sandbox', peer: '@boris_sandbox' });
		control.remove({ owner: '@boris_sandbox', peer: '@anna_sandbox', ids: [place.id] });
		await client.until(() => pushed(client).find((one) => one._ === 'updateDeleteMessages'));
		expect(pushed(client).map((one) => one._)).toEqual([
			'updateShortMessage',
			'updateEditMessage',
			'updateMessageReactions',
			'updatePinnedMessages',
			'updateUserTyping',
			'updateReadHistoryOutbox',
			'updateDeleteMessages',
		]);
		expect(pushed(client)[5]).toMatchObject({ max_id: idOf(sent) });
	});

	it('a stranger in a channel is known only through the message', async () => {
		const { client } = await live(here);
		const { supergroupId } = here.sandbox.demo;
		here.sandbox.control.injectMessage({ from: '1000003', to: supergroupId, text: 'from Clara' });
		await client.until(() => (texts(client).length === 1 ? true : undefined));
		const { object } = client.received.find((one) => one.object._ === 'updates')!;
		const clara = children(object, 'users').find((one) => one.id === 1_000_003n)!;
		expect(clara).toMatchObject({ min: true, first_name: 'Clara' });
		const { id: user_id, access_hash } = clara;
		const direct: TlObject = { _: 'inputPeerUser', user_id, access_hash };
		expect(await refusal(sendText(client, direct, 'x'))).toBe('400 PEER_ID_INVALID');
		const peer = (await peers(client)).get('Team');
		const msg_id = child(pushed(client)[0]!, 'message').id;
		const through: TlObject = { _: 'inputPeerUserFromMessage', peer, msg_id, user_id };
		expect(await refusal(sendText(client, through, 'x'))).toBe('accepted');
	});

	it('any container: updatesCombined with a seq of one’s choice', async () => {
		const { client } = await live(here);
		const update = { _: 'updateChannel', channel_id: { $long: '2000001' } };
		const payload = {
			_: 'updatesCombined',
			updates: [update],
			users: [],
			chats: [],
			date: 5,
			seq_start: 7,
			seq: 9,
		};
		here.sandbox.control.pushContainer({ account: '@boris_sandbox', payload });
		expect((await client.next('updatesCombined')).object).toMatchObject({ seq_start: 7, seq: 9 });
	});

	it('lost, doubled and swapped pushes', async () => {
		const { client } = await live(here);
		const { control } = here.sandbox;
		control.setFaults({ losePush: 1 });
		inject(here, '@boris_sandbox', 'lost');
		control.setFaults({ losePush: 0, duplicatePush: 1 });
		inject(here, '@boris_sandbox', 'twice');
		control.setFaults({ duplicatePush: 0, reorderPush: 1 });
		inject(here, '@boris_sandbox', 'later');
		control.clearFaults();
		inject(here, '@boris_sandbox', 'sooner');
		inject(here, '@boris_sandbox', 'end');
		await client.until(() => (texts(client).includes('end') ? true : undefined));
		expect(texts(client)).toEqual(['twice', 'twice', 'sooner', 'later', 'end']);
	});

	it('containers without pts are numbered by seq', async () => {
		const { client } = await live(here);
		const { account } = { account: here.sandbox.accounts[1].id };
		for (const id of ['1', '2']) {
			here.sandbox.control.pushUpdate({ account, update: { _: 'updateChannel', channel_id: { $long: id } } });
		}
		await client.until(() => (pushed(client).length === 2 ? true : undefined));
		const numbered = client.received
			.filter((one) => one.object._ === 'updates')
			.map((one) => int(one.object, 'seq'));
		expect(numbered).toEqual([1, 2]);
		expect(int(await getState(client), 'seq')).toBe(2);
	});
});

describe('differences', () => {
	const here = scene();

	it('nothing, some, in slices, from an old pts while live', async () => {
		const { client, pts, date } = await live(here);
		expect((await difference(client, pts, date + 100))._).toBe('updates.differenceEmpty');
		here.sandbox.control.injectMany({ to: '@boris_sandbox', count: 7, chats: 2, tell: false });
		const whole = await difference(client, pts, date + 100);
		expect(whole._).toBe('updates.difference');
		expect(messageTexts(whole)).toEqual(['#1', '#2', '#3', '#4', '#5', '#6', '#7']);
		expect(int(child(whole, 'state'), 'pts')).toBe(pts + 7);
		here.sandbox.control.setPolicy({ differenceLimit: 3 });
		const told: string[] = [];
		for (let at = pts; ;) {
			const slice = await difference(client, at, date + 100);
			told.push(...messageTexts(slice));
			if (slice._ === 'updates.difference') break;
			expect(slice._).toBe('updates.differenceSlice');
			at = int(child(slice, 'intermediate_state'), 'pts');
		}
		expect(told).toEqual(['#1', '#2', '#3', '#4', '#5', '#6', '#7']);
	});

	it('says what is left: edits in their last state, deletions, reads', async () => {
		const { client, pts, date } = await live(here);
		const { control } = here.sandbox;
		const [a, b] = ['one', 'two'].map(
			(words) => inject(here, '@boris_sandbox', words, false).ids['1000002']!,
		);
		control.edit({ owner: '@boris_sandbox', peer: '@anna_sandbox', id: a!, text: 'one, edited' });
		control.remove({ owner: '@boris_sandbox', peer: '@anna_sandbox', ids: [b!] });
		control.read({ from: '@boris_sandbox', peer: '@anna_sandbox' });
		const told = await difference(client, pts, date + 100);
		expect(messageTexts(told)).toEqual(['one, edited']);
		expect(children(told, 'other_updates').map((one) => one._)).toEqual([
			'updateEditMessage',
			'updateDeleteMessages',
			'updateReadHistoryInbox',
		]);
	});

	it('names channels that spoke since the date, once each', async () => {
		const { client, pts, date } = await live(here);
		here.sandbox.control.advanceClock({ ms: 10_000 });
		client.timeOffsetS = 10;
		inject(here, here.sandbox.demo.supergroupId, 'a', false);
		inject(here, here.sandbox.demo.supergroupId, 'b', false);
		const told = await difference(client, pts, date + 5);
		expect(children(told, 'other_updates')).toEqual([
			{ _: 'updateChannelTooLong', channel_id: 2_000_001n, pts: expect.any(Number) as number },
		]);
	});

	it('too long: by the gap, by a forgotten past, and by the client’s own limit', async () => {
		const { client, pts } = await live(here);
		here.sandbox.control.injectMany({ to: '@boris_sandbox', count: 30, chats: 3, tell: false });
		const limited = { _: 'updates.getDifference', pts, date: 1, qts: 0, pts_total_limit: 10 };
		expect(await client.invoke(limited)).toEqual({ _: 'updates.differenceTooLong', pts: pts + 30 });
		here.sandbox.control.forgetEvents({ peer: '@boris_sandbox', keep: 5 });
		expect((await difference(client, pts))._).toBe('updates.differenceTooLong');
		expect(messageTexts(await difference(client, pts + 25))).toHaveLength(5);
		here.sandbox.control.setPolicy({ differenceTooLong: 2 });
		expect((await difference(client, pts + 25))._).toBe('updates.differenceTooLong');
	});

	it('a wrong pts is refused', async () => {
		const { client, pts } = await live(here);
		expect(await refusal(difference(client, 0))).toBe('400 PERSISTENT_TIMESTAMP_EMPTY');
		expect(await refusal(difference(client, pts + 1))).toBe('400 PERSISTENT_TIMESTAMP_INVALID');
	});

	it('qts of secret chats', async () => {
		const { client, pts, date } = await live(here);
		here.sandbox.control.pushSecret({ account: '@boris_sandbox' });
		await client.until(() => pushed(client).find((one) => one._ === 'updateNewEncryptedMessage'));
		expect(children(await difference(client, pts, date + 100, 0), 'new_encrypted_messages')).toHaveLength(1);
		expect((await difference(client, pts, date + 100, 1))._).toBe('updates.differenceEmpty');
	});

	it('a hole nobody fills: the pts moves on', async () => {
		const { client, pts, date } = await live(here);
		expect(here.sandbox.control.skipPts({ peer: '@boris_sandbox', count: 3 })).toEqual({ pts: pts + 3 });
		inject(here, '@boris_sandbox', 'after');
		await client.until(() => (texts(client).length === 1 ? true : undefined));
		expect(pushed(client)[0]).toMatchObject({ pts: pts + 4 });
		expect(messageTexts(await difference(client, pts, date + 100))).toEqual(['after']);
	});
});

describe('channel differences', () => {
	const here = scene();

	it('empty, whole, page by page, too long', async () => {
		const { client } = await live(here);
		const { supergroupId } = here.sandbox.demo;
		const team = (await peers(client)).get('Team');
		const full = await client.invoke({ _: 'channels.getFullChannel', channel: channelOf(team) });
		const pts = int(child(full, 'full_chat'), 'pts');
		expect(await channelDifference(client, team, pts)).toMatchObject({
			_: 'updates.channelDifferenceEmpty',
			final: true,
			timeout: 1,
		});
		here.sandbox.control.injectMany({ to: '@boris_sandbox', peers: [supergroupId], count: 5, tell: false });
		const whole = await channelDifference(client, team, pts);
		expect(whole).toMatchObject({ final: true, pts: pts + 5 });
		expect(messageTexts(whole)).toEqual(['#1', '#2', '#3', '#4', '#5']);
		const page = await channelDifference(client, team, pts, 2);
		expect(messageTexts(page)).toEqual(['#1', '#2']);
		expect(page.final).toBeUndefined();
		here.sandbox.control.setPolicy({ channelDifferenceTooLong: 3 });
		const long = await channelDifference(client, team, pts);
		expect(long._).toBe('updates.channelDifferenceTooLong');
		expect(child(long, 'dialog')).toMatchObject({ pts: pts + 5 });
		expect(text(children(long, 'messages')[0]!, 'message')).toBe('#5');
	});

	it('a large channel is silent until asked; a stranger is refused', async () => {
		const { client } = await live(here);
		const { channelId } = here.sandbox.demo;
		here.sandbox.control.setChat({ peer: channelId, pushes: false });
		inject(here, channelId, 'unpushed');
		inject(here, '@boris_sandbox', 'pushed');
		await client.until(() => (texts(client).includes('pushed') ? true : undefined));
		expect(texts(client)).toEqual(['pushed']);
		const news = (await peers(client)).get('News');
		expect(messageTexts(await channelDifference(client, news, 1))).toContain('unpushed');
		const team = (await peers(client)).get('Team');
		here.sandbox.control.leaveChat({ user: '@boris_sandbox', peer: here.sandbox.demo.supergroupId });
		expect(await refusal(channelDifference(client, team, 1))).toBe('400 CHANNEL_PRIVATE');
		const forged: TlObject = { ...team!, access_hash: 1n };
		expect(await refusal(channelDifference(client, forged, 1))).toBe('400 CHANNEL_INVALID');
	});

	it('too long is pushed on demand, for accounts and channels', async () => {
		const { client } = await live(here);
		here.sandbox.control.tooLong({ account: '@boris_sandbox' });
		here.sandbox.control.channelTooLong({ peer: here.sandbox.demo.supergroupId });
		await client.until(() => pushed(client).find((one) => one._ === 'updateChannelTooLong'));
		expect(pushed(client).map((one) => one._)).toEqual(['updatesTooLong', 'updateChannelTooLong']);
	});
});

describe('sessions without a connection', () => {
	const here = scene();

	it('pushes wait for the session, and too many become updatesTooLong', async () => {
		const { client } = await live(here);
		here.sandbox.control.cutConnections();
		inject(here, '@boris_sandbox', 'waited');
		const next = await here.again(client);
		next.sessionId = client.sessionId;
		next.timeOffsetS = 1;
		next.send(Buffer.from('ec77be7a0100000000000000', 'hex'), { content: false });
		await next.until(() => (texts(next).includes('waited') ? true : undefined));
		here.sandbox.control.cutConnections();
		here.sandbox.control.injectMany({ to: '@boris_sandbox', count: 101, chats: 5 });
		const last = await here.again(client);
		last.sessionId = client.sessionId;
		last.timeOffsetS = 2;
		last.send(Buffer.from('ec77be7a0200000000000000', 'hex'), { content: false });
		await last.until(() => pushed(last).find((one) => one._ === 'updatesTooLong'));
	});
});
