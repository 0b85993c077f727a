import { describe, expect, it } from 'vitest';
import {
	normaliseMessage,
	readMessage,
	type EventOwner,
} from '../../../../src/channels/max/events/normalise';
import { readContact } from '../../../../src/channels/max/facts';
import type { ChannelEvent, JsonObject } from '../../../../src/contract';

const owner: EventOwner = {
	accountId: 'max:12345678',
	userId: '12345678',
	ownPhone: '79990000001',
	account: { id: 'max:12345678', label: 'Anna', phone_hash: '0123456789abcdef' },
	serviceIds: [],
};

/** The event of a message with these members, from Boris in a group. */
function eventOf(message: JsonObject, chatId = '-68000000000001'): ChannelEvent {
	const facts = readMessage(chatId, {
		id: '117263822972066856',
		time: 1_789_303_939_393,
		sender: 87_654_321,
		type: 'USER',
		...message,
	});
	const around = { chat: null, sender: null, partner: null, muted: false, sentByNode: false };
	return normaliseMessage(facts!, 'message', around, owner);
}

const photo = (photoId: number): JsonObject => ({
	_type: 'PHOTO',
	photoId,
	baseUrl: 'https://i.oneme.ru/i?r=1',
});
const forward = (message: JsonObject): JsonObject => ({
	text: '',
	attaches: [],
	link: { type: 'FORWARD', chatId: -5, chatName: 'News', message: { id: '7', sender: 5, ...message } },
});

describe('a forwarded message', () => {
	it('shows the words and the album of the one it forwards, which can be downloaded where it stands now', () => {
		const { text, media, meta, data } = eventOf(
			forward({ text: 'two pictures, call +79990000001', attaches: [photo(1), photo(2)] }),
		);
		expect(text).toBe('two pictures, call •••');
		expect(meta.original_media_type).toBe('photo');
		expect(media.images.map(({ ref }) => ref)).toEqual([
			'max:photo:-68000000000001:117263822972066856:1',
			'max:photo:-68000000000001:117263822972066856:2',
		]);
		expect(data?.['forwarded_from']).toEqual({
			chat_id: '-5',
			chat_name: 'News',
			user_id: '5',
			message_id: '7',
			text: 'two pictures, call •••',
		});
	});

	it('with words of its own keeps them', () => {
		expect(eventOf({ ...forward({ text: 'theirs' }), text: 'mine' }).text).toBe('mine');
	});

	it('of a call or of a notice is neither', () => {
		for (const attach of [
			{ _type: 'CALL', callType: 'AUDIO' },
			{ _type: 'CONTROL', event: 'leave' },
		])
			expect(eventOf(forward({ text: '', attaches: [attach] }))).toMatchObject({
				event_type: 'message',
				meta: { original_media_type: 'text' },
			});
	});

	it('of somebody who is not told, or with nothing in it, is a message all the same', () => {
		for (const link of [{ type: 'FORWARD' }, { type: 'FORWARD', message: { text: 'alone' } }])
			expect(eventOf({ link }).data?.['forwarded_from']).toMatchObject({ user_id: null, chat_id: null });
	});
});

it('an answer to a forwarded message quotes what was forwarded', () => {
	const quoted = { id: '8', sender: 12_345_678, ...forward({ text: 'their words' }) };
	expect(eventOf({ text: 'agreed', link: { type: 'REPLY', message: quoted } }).meta).toMatchObject({
		reply_to: { id: '8', text: 'their words' },
		mentions_me: true,
	});
	expect(eventOf({ link: { type: 'REPLY', messageId: '8' } }).meta.reply_to).toEqual({ id: '8', text: null });
});

describe('what the service thinks this version cannot show', () => {
	it('is a voice where its id says so', () => {
		const voice = { _type: 'UNSUPPORTED', audioId: 1_524_997_357_593, token: 't', duration: 94_760 };
		const { media, meta } = eventOf({ attaches: [voice] });
		expect(media).toMatchObject({
			has_voice: true,
			voice_ref: 'max:audio:-68000000000001:117263822972066856:1524997357593',
		});
		expect(meta.original_media_type).toBe('audio');
	});

	it('is a round video where its id says so', () => {
		const note = { _type: 'UNSUPPORTED', videoId: 3, videoType: 1 };
		expect(eventOf({ attaches: [note] }).media.videos).toMatchObject([{ kind: 'video_note' }]);
	});

	it('stays what it is otherwise, as does a type nobody knows', () => {
		expect(eventOf({ attaches: [{ _type: 'UNSUPPORTED' }] }).meta.original_media_type).toBe('unsupported');
		expect(eventOf({ attaches: [{ _type: 'HOLOGRAM', id: 4 }] }).meta.original_media_type).toBe('hologram');
		expect(eventOf({ attaches: [{ id: 4 }] }).meta.original_media_type).toBe('unknown');
	});
});

describe('a notice', () => {
	const notice = (fields: JsonObject): ChannelEvent =>
		eventOf({ attaches: [{ _type: 'CONTROL', ...fields }] });

	it.each([
		['leave', 'left'],
		['joinByLink', 'joined'],
	])('%s is about who it is from, unless it names somebody', (event, what) => {
		expect(notice({ event })).toMatchObject({
			event_type: 'member_changed',
			data: { what, user_ids: ['87654321'] },
		});
		expect(notice({ event, userId: 9 }).data?.['user_ids']).toEqual(['9']);
	});

	it('of the service itself has its words where clients show them', () => {
		const said = { event: 'system', title: 'The chat is protected' };
		expect(notice(said)).toMatchObject({
			event_type: 'message',
			text: said.title,
			meta: { is_service: true },
		});
		expect(notice({ event: 'hello' }).meta.is_service).toBe(true);
		expect(notice({ ...said, shortMessage: 'Protected' }).text).toBe('Protected');
		expect(notice({ event: 'title', title: 'Team' })).toMatchObject({
			event_type: 'chat_changed',
			text: '',
			data: { what: 'title', title: 'Team' },
			meta: { is_service: false },
		});
	});

	it('of a kind nobody knows is a change of the chat in MAX’s own word', () => {
		expect(notice({ event: 'frozen', title: 'Team' })).toMatchObject({
			event_type: 'chat_changed',
			data: { what: 'frozen' },
		});
	});

	it('of a bot that was started tells with what', () => {
		expect(notice({ event: 'botStarted', startPayload: 'promo' })).toMatchObject({
			event_type: 'message',
			data: { what: 'botStarted', start_payload: 'promo' },
		});
	});
});

describe('attachments without a file', () => {
	it('a contact is told with its number, which is never the own one', () => {
		const contact = (fields: JsonObject): JsonObject | undefined =>
			eventOf({ attaches: [{ _type: 'CONTACT', ...fields }] }).data;
		expect(contact({ contactId: 9, firstName: 'Ivan', lastName: 'Petrov', phone: 79_001_234_567 })).toEqual({
			contact_id: '9',
			contact_name: 'Ivan Petrov',
			contact_phone: '+79001234567',
		});
		expect(contact({ name: 'Ivan', phone: '8 900 123-45-67' })).toEqual({
			contact_id: null,
			contact_name: 'Ivan',
			contact_phone: '8 900 123-45-67',
		});
		expect(contact({ contactId: 9, phone: 0 })?.['contact_phone']).toBeNull();
		expect(contact({ contactId: 9, phone: 79_990_000_001 })?.['contact_phone']).not.toContain('9990000001');
	});

	it('a group call is told with the way in', () => {
		const call = {
			_type: 'CALL',
			callType: 'VIDEO',
			hangupType: 'HUNGUP',
			joinLink: 'https://max.ru/joincall/1',
		};
		expect(eventOf({ attaches: [call] })).toMatchObject({
			event_type: 'call',
			data: { state: 'ended', call_type: 'video', join_link: call.joinLink },
		});
	});

	it('a voice that was turned into text brings it along', () => {
		const voice = { _type: 'AUDIO', audioId: 7, transcription: 'call me back' };
		expect(eventOf({ attaches: [voice] }).data).toEqual({ transcription: 'call me back' });
	});
});

it('what is deleted in Saved Messages is one’s own, though no sender is named', () => {
	const gone = eventOf({ sender: null, status: 'REMOVED', text: 'deleted' }, '0');
	expect(gone).toMatchObject({
		external_user_id: '12345678',
		meta: { direction: 'out', chat_type: 'saved', chat_title: 'Saved Messages' },
	});
	expect(eventOf({ sender: null }, '-5')).toMatchObject({
		external_user_id: '-5',
		meta: { direction: 'in' },
	});
});

describe('a person’s name', () => {
	it.each([
		[
			[
				{ name: 'Ann Lee', type: 'ONEME' },
				{ name: 'Annie', type: 'CUSTOM' },
			],
			'Annie',
		],
		[
			[
				{ name: 'Ann Lee', type: 'ONEME' },
				{ name: '', type: 'CUSTOM' },
			],
			'Ann Lee',
		],
		[[{ name: '', firstName: 'Ann', lastName: 'Lee' }], 'Ann Lee'],
		[[{ firstName: 'Ann', lastName: null }], 'Ann'],
		[[], ''],
	])('%j is %s', (names, name) => {
		expect(readContact({ id: 5, names })?.name).toBe(name);
	});
});
