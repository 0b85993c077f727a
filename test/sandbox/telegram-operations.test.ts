import { expect, it, describe } from 'vitest';
import { handlers } from './telegram/rpc/handlers';
import { newestLayer } from './telegram/tl/layers';
import { bytes, child, children, int, long, text } from './telegram/tl/value';
import type { TlObject } from './telegram/tl/value';
import type { RawClient } from './telegram/testing/client';
import { channelOf, idOf, peers, pushed, refusal, scene, self } from './telegram.support';

/** What is tried elsewhere: logins in telegram-login, differences in telegram-updates. */
const elsewhere =
	/^(auth\.|updates\.|account\.(sendVerifyEmailCode|verifyEmail)|account\.getPassword|account\.getAuthorizations|account\.resetAuthorization)/;

const png = Buffer.from(
	'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGP4z8DwHwAFAAH/iZk9HQAAAABJRU5ErkJggg==',
	'base64',
);

describe.each([144, 198, newestLayer])('every operation, answered in layer %i', (layer) => {
	const here = scene();
	let randomId = 10n;
	const next = (): bigint => (randomId += 1n);

	async function upload(client: RawClient, data: Buffer, name = 'file.bin'): Promise<TlObject> {
		const id = next();
		await client.invoke({ _: 'upload.saveFilePart', file_id: id, file_part: 0, bytes: data }, layer);
		return { _: 'inputFile', id, parts: 1, name, md5_checksum: '' };
	}

	it('works, and no method is left untried', async () => {
		const anna = await here.enter(0);
		const boris = await here.enter(1);
		const call = (_: string, args: object = {}, client = anna): Promise<TlObject> =>
			client.invoke({ _, ...args }, layer);
		const refused = (_: string, args: object = {}, client = anna) => refusal(call(_, args, client));
		const { control } = here.sandbox;

		// Help, users, contacts.
		for (const name of [
			'getConfig',
			'getNearestDc',
			'getInviteText',
			'getCdnConfig',
			'getSupport',
			'getTermsOfServiceUpdate',
		]) {
			await call(`help.${name}`);
		}
		await call('help.getAppConfig', { hash: 0 });
		const list = await peers(anna);
		const [toBoris, family, team, news] = ['Boris', 'Family', 'Team', 'News'].map((name) => list.get(name)!);
		const user = { ...toBoris!, _: 'inputUser' };
		const chat = { chat_id: family!.chat_id };
		const channel = channelOf(team);
		await call('users.getUsers', { id: [{ _: 'inputUserSelf' }, user] });
		expect(child(await call('users.getFullUser', { id: user }), 'full_user').common_chats_count).toBe(3);
		expect(
			children(await call('messages.getCommonChats', { user_id: user, max_id: 0n, limit: 10 }), 'chats'),
		).toHaveLength(3);
		await call('messages.getPeerSettings', { peer: toBoris });
		await call('account.updateStatus', { offline: false });
		expect(children(await call('contacts.getContacts', { hash: 0n }), 'contacts')).toHaveLength(1);
		await call('contacts.getContactIDs', { hash: 0n }).catch(() => undefined);
		await call('contacts.getStatuses');
		const clara = here.sandbox.accounts[2];
		const entry = {
			_: 'inputPhoneContact',
			client_id: 1n,
			phone: clara.phone,
			first_name: 'C',
			last_name: '',
		};
		const [imported] = children(await call('contacts.importContacts', { contacts: [entry] }), 'users');
		const toClara = { _: 'inputPeerUser', user_id: imported!.id, access_hash: imported!.access_hash };
		const claraUser = { ...toClara, _: 'inputUser' };
		await call('contacts.addContact', { id: claraUser, first_name: 'Clara', last_name: 'W', phone: '' });
		await call('contacts.deleteContacts', { id: [claraUser] });
		await call('contacts.block', { id: toClara });
		expect(children(await call('contacts.getBlocked', { offset: 0, limit: 10 }), 'blocked')).toHaveLength(1);
		expect(await refused('messages.sendMessage', { peer: toClara, message: 'x', random_id: next() })).toBe(
			'400 YOU_BLOCKED_USER',
		);
		await call('contacts.unblock', { id: toClara });
		await call('contacts.resolveUsername', { username: 'sandbox_news' });
		expect(await refused('contacts.resolveUsername', { username: 'nobody_here' })).toBe(
			'400 USERNAME_NOT_OCCUPIED',
		);
		await call('contacts.resolvePhone', { phone: clara.phone.slice(1) });
		expect(await refused('contacts.resolvePhone', { phone: '70000000' })).toBe('400 PHONE_NOT_OCCUPIED');
		expect(children(await call('contacts.search', { q: 'boris', limit: 5 }), 'my_results')).toHaveLength(1);
		await call('contacts.getTopPeers', { offset: 0, limit: 1, hash: 0n });

		// Messages.
		const send = (peer: TlObject, message: string, more: object = {}): Promise<TlObject> =>
			call('messages.sendMessage', { peer, message, random_id: next(), ...more });
		const first = idOf(await send(toBoris!, '  hello @boris_sandbox https://a.example  '));
		const reply_to = {
			_: 'inputReplyToMessage',
			reply_to_msg_id: first,
			quote_text: 'hello',
			quote_offset: 0,
		};
		await send(toBoris!, 'answer', { reply_to, silent: true });
		expect(await refused('messages.sendMessage', { peer: toBoris, message: ' ', random_id: next() })).toBe(
			'400 MESSAGE_EMPTY',
		);
		expect(
			await refused('messages.sendMessage', { peer: toBoris, message: 'x'.repeat(4097), random_id: next() }),
		).toBe('400 MESSAGE_TOO_LONG');
		const twice = next();
		await call('messages.sendMessage', { peer: toBoris, message: 'once', random_id: twice });
		expect(await refused('messages.sendMessage', { peer: toBoris, message: 'once', random_id: twice })).toBe(
			'500 RANDOM_ID_DUPLICATE',
		);
		const page = { offset_id: 0, offset_date: 0, add_offset: 0, limit: 2, max_id: 0, min_id: 0, hash: 0n };
		const history = await call('messages.getHistory', { peer: toBoris, ...page });
		expect(children(history, 'messages').map((one) => text(one, 'message'))).toEqual(['once', 'answer']);
		expect(history.count).toBe(5);
		const older = await call('messages.getHistory', {
			peer: toBoris,
			...page,
			offset_id: first,
			add_offset: -2,
		});
		expect(children(older, 'messages').map((one) => text(one, 'message'))).toEqual([
			'answer',
			'hello @boris_sandbox https://a.example',
		]);
		await call('messages.editMessage', { peer: toBoris, id: first, message: 'hello again' });
		expect(await refused('messages.editMessage', { peer: toBoris, id: first, message: 'hello again' })).toBe(
			'400 MESSAGE_NOT_MODIFIED',
		);
		expect(
			children(
				await call('messages.getMessages', {
					id: [
						{ _: 'inputMessageID', id: first },
						{ _: 'inputMessageID', id: 9999 },
					],
				}),
				'messages',
			).map((one) => one._),
		).toEqual(['message', 'messageEmpty']);
		const filter = { _: 'inputMessagesFilterEmpty' };
		const search = { q: 'again', filter, min_date: 0, max_date: 0 };
		expect(
			children(await call('messages.search', { peer: toBoris, ...search, ...page }), 'messages'),
		).toHaveLength(1);
		expect(
			children(
				await call('messages.searchGlobal', {
					...search,
					offset_rate: 0,
					offset_peer: { _: 'inputPeerEmpty' },
					offset_id: 0,
					limit: 5,
				}),
				'messages',
			),
		).toHaveLength(1);
		await call('messages.forwardMessages', {
			from_peer: toBoris,
			to_peer: team,
			id: [first],
			random_id: [next()],
		});
		await call('messages.updatePinnedMessage', { peer: toBoris, id: first });
		await call('messages.unpinAllMessages', { peer: toBoris });
		const reaction = [{ _: 'reactionEmoji', emoticon: '👍' }];
		await call('messages.sendReaction', { peer: toBoris, msg_id: first, reaction });
		await call('messages.getMessagesReactions', { peer: toBoris, id: [first] });
		expect(
			int(await call('messages.getMessageReactionsList', { peer: toBoris, id: first, limit: 10 }), 'count'),
		).toBe(1);
		await call('messages.setTyping', { peer: team, action: { _: 'sendMessageTypingAction' } });
		await call('messages.readHistory', { peer: toBoris, max_id: 0 });
		await call('channels.readHistory', { channel, max_id: 0 });
		await call('messages.readMentions', { peer: toBoris });
		await call('messages.readReactions', { peer: toBoris });
		await call('messages.getUnreadMentions', { peer: toBoris, ...page });
		await call('messages.getMessagesViews', { peer: news, id: [2], increment: true });
		await call('messages.getWebPagePreview', { message: 'https://a.example' }).catch(() => undefined);
		await call('messages.report', { peer: toBoris, id: [first], option: Buffer.alloc(0), message: '' }).catch(
			() => undefined,
		);
		await call('messages.deleteMessages', { id: [first], revoke: true });
		const teamPost = idOf(await send(team!, 'in the team'));
		await call('channels.getMessages', { channel, id: [{ _: 'inputMessageID', id: teamPost }] });
		await call('messages.getReplies', { peer: team, msg_id: teamPost, ...page });
		await call('channels.deleteMessages', { channel, id: [teamPost] });

		// Scheduled.
		const date = Math.floor(Date.now() / 1000) + 3600;
		await send(toBoris!, 'later', { schedule_date: date });
		const later = children(
			await call('messages.getScheduledHistory', { peer: toBoris, hash: 0n }),
			'messages',
		);
		expect(later.map((one) => text(one, 'message'))).toEqual(['later']);
		const scheduledId = int(later[0]!, 'id');
		await call('messages.getScheduledMessages', { peer: toBoris, id: [scheduledId] });
		await call('messages.sendScheduledMessages', { peer: toBoris, id: [scheduledId] });
		await send(toBoris!, 'never', { schedule_date: date });
		await call('messages.deleteScheduledMessages', { peer: toBoris, id: [scheduledId + 1] });

		// Media.
		const photo = { _: 'inputMediaUploadedPhoto', file: await upload(anna, png) };
		const media = (peer: TlObject, given: object, message = '') =>
			call('messages.sendMedia', { peer, media: given, message, random_id: next() });
		const sentPhoto = await media(toBoris!, photo, 'caption');
		const withPhoto = children(sentPhoto, 'updates').find((one) => one._ === 'updateNewMessage')!;
		const photoObject = child(child(child(withPhoto, 'message'), 'media'), 'photo');
		const location = {
			_: 'inputPhotoFileLocation',
			id: photoObject.id,
			access_hash: photoObject.access_hash,
			file_reference: photoObject.file_reference,
			thumb_size: 'm',
		};
		const file = await call('upload.getFile', { location, offset: 0n, limit: 4096 });
		expect(bytes(file, 'bytes')).toEqual(png);
		const items = [1, 2].map(async () => ({
			_: 'inputSingleMedia',
			media: { _: 'inputMediaUploadedPhoto', file: await upload(anna, png) },
			random_id: next(),
			message: '',
		}));
		await call('messages.sendMultiMedia', { peer: toBoris, multi_media: await Promise.all(items) });
		const voice = { _: 'documentAttributeAudio', voice: true, duration: 1 };
		const document = {
			_: 'inputMediaUploadedDocument',
			file: await upload(anna, Buffer.from('ogg')),
			mime_type: 'audio/ogg',
			attributes: [voice],
		};
		await call('messages.uploadMedia', { peer: toBoris, media: document });
		await media(toBoris!, document);
		const point = { _: 'inputGeoPoint', lat: 1.5, long: 2.5 };
		await media(toBoris!, { _: 'inputMediaGeoPoint', geo_point: point });
		await media(toBoris!, {
			_: 'inputMediaVenue',
			geo_point: point,
			title: 't',
			address: 'a',
			provider: '',
			venue_id: '',
			venue_type: '',
		});
		await media(toBoris!, {
			_: 'inputMediaContact',
			phone_number: clara.phone,
			first_name: 'C',
			last_name: '',
			vcard: '',
		});
		await media(toBoris!, { _: 'inputMediaDice', emoticon: '🎲' });
		const words = (line: string): TlObject => ({ _: 'textWithEntities', text: line, entities: [] });
		const answers = ['yes', 'no'].map((line, index) => ({
			_: 'pollAnswer',
			text: words(line),
			option: Buffer.from([index]),
		}));
		const poll = { _: 'poll', id: 0n, question: words('?'), answers, hash: 0n };
		const asked = idOf(await media(team!, { _: 'inputMediaPoll', poll }));
		await call('messages.sendVote', { peer: team, msg_id: asked, options: [Buffer.from([1])] });
		await call('messages.getPollResults', { peer: team, msg_id: asked, poll_hash: 0n });
		await call('messages.editMessage', {
			peer: team,
			id: asked,
			media: { _: 'inputMediaPoll', poll: { ...poll, closed: true } },
		});
		expect(await refused('messages.sendVote', { peer: team, msg_id: asked, options: [] })).toBe(
			'400 MESSAGE_POLL_CLOSED',
		);
		const big = next();
		await call('upload.saveBigFilePart', {
			file_id: big,
			file_part: 0,
			file_total_parts: 1,
			bytes: Buffer.alloc(1024),
		});
		const heard = control.injectMessage({
			from: '@boris_sandbox',
			to: '@anna_sandbox',
			media: { kind: 'voice' },
			transcription: 'words',
		});
		const heardId = heard.ids['1000001']!;
		await call('messages.readMessageContents', { id: [heardId] });
		await call('messages.transcribeAudio', { peer: toBoris, msg_id: heardId });
		const buttons = control.injectMessage({
			from: here.sandbox.demo.botId,
			to: '@anna_sandbox',
			text: 'press',
			buttons: [[['Yes', 'y']]],
		});
		const bot = (await peers(anna)).get('Helper');
		control.setUser({ user: here.sandbox.demo.botId, buttonAnswer: { message: 'pressed' } });
		const pressed = { peer: bot, msg_id: buttons.ids['1000001'], data: Buffer.from('y') };
		expect(await call('messages.getBotCallbackAnswer', pressed)).toMatchObject({ message: 'pressed' });
		expect(await refused('messages.getBotCallbackAnswer', { ...pressed, data: Buffer.from('n') })).toBe(
			'400 DATA_INVALID',
		);

		// Dialogs.
		const dialog = { _: 'inputDialogPeer', peer: toBoris };
		await call('messages.getPinnedDialogs', { folder_id: 0 });
		await call('messages.toggleDialogPin', { peer: dialog, pinned: true });
		await call('messages.markDialogUnread', { peer: dialog, unread: true });
		await call('messages.getDialogUnreadMarks').catch(() => undefined);
		expect(
			child(children(await call('messages.getPeerDialogs', { peers: [dialog] }), 'dialogs')[0]!, 'peer')
				.user_id,
		).toBe(1_000_002n);
		await call('folders.editPeerFolders', {
			folder_peers: [{ _: 'inputFolderPeer', peer: toBoris, folder_id: 1 }],
		});
		const title = { _: 'textWithEntities', text: 'Work', entities: [] };
		const include = { pinned_peers: [], include_peers: [toBoris], exclude_peers: [] };
		const folder = { _: 'dialogFilter', groups: true, id: 2, title, ...include };
		await call('messages.updateDialogFilter', { id: 2, filter: folder });
		await call('messages.updateDialogFilter', { id: 2 });
		await call('messages.getDialogFilters').catch(() => undefined);
		const notify = { _: 'inputNotifyPeer', peer: toBoris };
		await call('account.updateNotifySettings', {
			peer: notify,
			settings: { _: 'inputPeerNotifySettings', mute_until: 2147483647 },
		});
		expect(await call('account.getNotifySettings', { peer: notify })).toMatchObject({
			mute_until: 2147483647,
		});
		await call('messages.saveDraft', { peer: toBoris, message: 'draft', reply_to });
		expect(children(await call('messages.getAllDrafts'), 'updates')).toHaveLength(1);
		await call('messages.clearAllDrafts');
		await call('messages.setHistoryTTL', { peer: toBoris, period: 86_400 });
		await call('messages.deleteHistory', { peer: toBoris, max_id: 0, just_clear: true });

		// Basic groups.
		await call('messages.createChat', { users: [user], title: 'New' });
		await call('messages.getFullChat', chat);
		await call('messages.getChats', { id: [chat.chat_id] });
		await call('messages.editChatTitle', { ...chat, title: 'Relatives' });
		await call('messages.editChatPhoto', {
			...chat,
			photo: { _: 'inputChatUploadedPhoto', file: await upload(anna, png) },
		});
		await call('messages.editChatAbout', { peer: family, about: 'about us' });
		const rights = { _: 'chatBannedRights', send_polls: true, until_date: 0 };
		await call('messages.editChatDefaultBannedRights', { peer: family, banned_rights: rights });
		await call('messages.editChatAdmin', { ...chat, user_id: user, is_admin: true });
		await call('messages.addChatUser', { ...chat, user_id: claraUser, fwd_limit: 0 });
		await call('messages.deleteChatUser', { ...chat, user_id: claraUser });
		const migrated = await call('messages.migrateChat', chat);
		expect(children(migrated, 'chats').some((one) => one._ === 'channel' && one.title === 'Relatives')).toBe(
			true,
		);
		const doomed = await call('messages.createChat', { users: [user], title: 'Doomed' });
		const doomedChat = children(doomed._ === 'updates' ? doomed : child(doomed, 'updates'), 'chats')[0]!;
		await call('messages.deleteChat', { chat_id: doomedChat.id });

		// Channels.
		const made = await call('channels.createChannel', { title: 'Hall', about: '', megagroup: true });
		const hallObject = children(made, 'chats')[0]!;
		const hallPeer = {
			_: 'inputPeerChannel',
			channel_id: hallObject.id,
			access_hash: hallObject.access_hash,
		};
		const hall = channelOf(hallPeer);
		await call('channels.getFullChannel', { channel: hall });
		await call('channels.getChannels', { id: [hall] });
		await call('channels.editTitle', { channel: hall, title: 'Great hall' });
		await call('channels.editPhoto', { channel: hall, photo: { _: 'inputChatPhotoEmpty' } });
		await call('channels.checkUsername', { channel: hall, username: 'great_hall' });
		await call('channels.updateUsername', { channel: hall, username: 'great_hall' });
		expect(await refused('channels.updateUsername', { channel: hall, username: 'sandbox_news' })).toBe(
			'400 USERNAME_OCCUPIED',
		);
		await call('channels.toggleSlowMode', { channel: hall, seconds: 30 });
		await call('channels.toggleSignatures', { channel: channelOf(news), signatures_enabled: true });
		await call('messages.toggleNoForwards', { peer: hallPeer, enabled: true });
		await call('channels.setDiscussionGroup', { broadcast: channelOf(news), group: hall });
		expect(await refused('messages.getDiscussionMessage', { peer: news, msg_id: 2 })).toBe(
			'400 MSG_ID_INVALID',
		);
		await call('channels.getSendAs', { peer: hallPeer });
		await call('channels.inviteToChannel', { channel: hall, users: [user] });
		const members = await call('channels.getParticipants', {
			channel: hall,
			filter: { _: 'channelParticipantsRecent' },
			offset: 0,
			limit: 10,
			hash: 0n,
		});
		expect(children(members, 'participants').map((one) => one._)).toEqual([
			'channelParticipantCreator',
			'channelParticipant',
		]);
		await call('channels.getParticipant', { channel: hall, participant: toBoris });
		await call('channels.editAdmin', {
			channel: hall,
			user_id: user,
			admin_rights: { _: 'chatAdminRights', pin_messages: true },
			rank: 'pinner',
		});
		await call('channels.editBanned', {
			channel: hall,
			participant: toBoris,
			banned_rights: { _: 'chatBannedRights', view_messages: true, until_date: 0 },
		});
		await call('channels.editBanned', {
			channel: hall,
			participant: toBoris,
			banned_rights: { _: 'chatBannedRights', until_date: 0 },
		});
		await call('channels.getAdminLog', { channel: hall, q: '', max_id: 0n, min_id: 0n, limit: 10 });
		await call('channels.deleteParticipantHistory', { channel: hall, participant: toBoris });
		await call('channels.readMessageContents', { channel: hall, id: [1] });

		// Invitations.
		const invite = await call('messages.exportChatInvite', {
			peer: hallPeer,
			request_needed: true,
			title: 'asks',
		});
		const hash = text(invite, 'link').split('+')[1]!;
		await call('messages.getExportedChatInvites', {
			peer: hallPeer,
			admin_id: { _: 'inputUserSelf' },
			limit: 10,
		});
		await call('messages.getExportedChatInvite', { peer: hallPeer, link: invite.link });
		expect(await call('messages.checkChatInvite', { hash }, boris)).toMatchObject({
			_: 'chatInvite',
			request_needed: true,
		});
		expect(await refused('messages.importChatInvite', { hash }, boris)).toBe('400 INVITE_REQUEST_SENT');
		const importers = await call('messages.getChatInviteImporters', {
			peer: hallPeer,
			requested: true,
			offset_date: 0,
			offset_user: { _: 'inputUserEmpty' },
			limit: 10,
		});
		expect(children(importers, 'importers')).toHaveLength(1);
		await call('messages.hideChatJoinRequest', { peer: hallPeer, user_id: user, approved: true });
		expect(await call('messages.checkChatInvite', { hash }, boris)).toMatchObject({ _: 'chatInviteAlready' });
		await call('messages.editExportedChatInvite', { peer: hallPeer, link: invite.link, revoked: true });
		expect(await refused('messages.checkChatInvite', { hash }, boris)).toBe('400 INVITE_HASH_EXPIRED');
		await call('messages.deleteExportedChatInvite', { peer: hallPeer, link: invite.link });
		const borisHall = (await peers(boris)).get('Great hall')!;
		await call('channels.leaveChannel', { channel: channelOf(borisHall) }, boris);
		await call('channels.joinChannel', { channel: channelOf(borisHall) }, boris);

		// Topics.
		await call('channels.toggleForum', { channel: hall, enabled: true, tabs: false });
		await call('channels.toggleSlowMode', { channel: hall, seconds: 0 });
		// Layer 144 knows no topics.
		if (layer > 144) {
			const topic = await call('messages.createForumTopic', {
				peer: hallPeer,
				title: 'Food',
				random_id: next(),
			});
			const topicId = idOf(topic);
			await call('messages.sendMessage', {
				peer: hallPeer,
				message: 'soup',
				random_id: next(),
				reply_to: { _: 'inputReplyToMessage', reply_to_msg_id: topicId, top_msg_id: topicId },
			});
			const topics = await call('messages.getForumTopics', {
				peer: hallPeer,
				offset_date: 0,
				offset_id: 0,
				offset_topic: 0,
				limit: 10,
			});
			expect(children(topics, 'topics').map((one) => text(one, 'title'))).toEqual(['Food', 'General']);
			await call('messages.getForumTopicsByID', { peer: hallPeer, topics: [topicId] });
			await call('messages.readDiscussion', { peer: hallPeer, msg_id: topicId, read_max_id: topicId + 1 });
			await call('messages.editForumTopic', { peer: hallPeer, topic_id: topicId, title: 'Meals' });
			await call('messages.deleteTopicHistory', { peer: hallPeer, top_msg_id: topicId });
		}
		await call('channels.deleteHistory', { channel: hall, max_id: 0, for_everyone: true });
		await call('channels.deleteChannel', { channel: hall });

		// Profile.
		await call('account.updateProfile', { first_name: 'Annette', about: 'me' });
		await call('account.checkUsername', { username: 'annette_1' });
		expect(
			child({ _: 'x', user: await call('account.updateUsername', { username: 'annette_1' }) }, 'user')
				.username,
		).toBe('annette_1');
		const uploaded = child(
			await call('photos.uploadProfilePhoto', { file: await upload(anna, png) }),
			'photo',
		);
		const inputPhoto = {
			_: 'inputPhoto',
			id: uploaded.id,
			access_hash: uploaded.access_hash,
			file_reference: uploaded.file_reference,
		};
		await call('photos.updateProfilePhoto', { id: inputPhoto });
		const shown = await call('photos.getUserPhotos', {
			user_id: { _: 'inputUserSelf' },
			offset: 0,
			max_id: 0n,
			limit: 10,
		});
		expect(long(children(shown, 'photos')[0]!, 'id')).toBe(uploaded.id);
		await call('photos.deletePhotos', { id: [inputPhoto] }).catch(() => undefined);
		await call('account.setAuthorizationTTL', { authorization_ttl_days: 30 });
		await call('messages.getDialogs', {
			offset_date: 0,
			offset_id: 0,
			offset_peer: { _: 'inputPeerEmpty' },
			limit: 3,
			hash: 0n,
		});
		await call('messages.getHistory', { peer: self, ...page });

		const tried = new Set(control.requests().map((one) => one.method));
		expect(
			Object.keys(handlers).filter(
				(name) =>
					!tried.has(name) && !elsewhere.test(name) && !(layer === 144 && /Topic|readDiscussion/.test(name)),
			),
		).toEqual([]);
		const wrong = control.requests().filter((one) => one.outcome.startsWith('500 INTERNAL'));
		expect(wrong.map((one) => one.method)).toEqual([]);
		expect(pushed(boris).length).toBeGreaterThan(20);
	}, 40_000);
});
