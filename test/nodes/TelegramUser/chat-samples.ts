/** A selector filled in in one of its ways. */
const by = (mode: string, value: string) => ({ __rl: true, mode, value });
const chatId = by('id', '1000001');
const group = by('list', '-1002000001');

/** resource.operation → parameters to try it with, for chats, people and the own profile. */
export const chatSamples: Record<string, object[]> = {
	'chat.addMembers': [{ chatId: group, userIds: '1000001, @name', options: { showHistory: false } }],
	'chat.answerJoinRequests': [{ chatId: group, userIds: '1000001', accept: false }],
	'chat.archive': [{ chatId }],
	'chat.banMembers': [
		{ chatId: group, userIds: '1000001', options: { until: '2031-01-01', deleteMessages: true } },
	],
	'chat.create': [
		{ title: 'New' },
		{ kind: 'supergroup', title: 'New', userIds: '@name', options: { description: 'x', topics: true } },
	],
	'chat.createInviteLink': [
		{ chatId: group },
		{ chatId: group, options: { title: 'Ad', usageLimit: 3, expires: '2031-01-01' } },
		{ chatId: group, options: { requestNeeded: true, usageLimit: 0 } },
	],
	'chat.createTopic': [
		{ chatId: group, title: 'A', options: { colour: 'red', emojiId: '5368324170671202286' } },
	],
	'chat.delete': [{ chatId, forEverybody: true }],
	'chat.demote': [{ chatId: group, userIds: '1000001' }],
	'chat.getInviteLinks': [{ chatId: group, returnAll: true, options: { revoked: true } }],
	'chat.getJoinRequests': [{ chatId: group }],
	'chat.getMembers': ['admin', 'member', 'banned', 'bot', 'restricted'].map((role) => ({
		chatId: group,
		role,
		options: { query: 'anna' },
	})),
	'chat.getTopics': [{ chatId: group, options: { query: 'a' } }],
	'chat.join': [{ chatId: by('link', 'https://t.me/+AbCdEf') }, { chatId: by('username', '@name') }],
	'chat.leave': [{ chatId: group }],
	'chat.mute': [{ chatId }, { chatId, options: { until: '2031-01-01T00:00:00Z' } }],
	'chat.promote': [
		{ chatId: group, userIds: '1000001' },
		{
			chatId: group,
			userIds: '1000001',
			adminPermissions: [
				...['admins', 'ban', 'info', 'delete', 'edit', 'invite', 'calls', 'topics', 'pin', 'post'],
				'anonymous',
			],
			options: { title: 'Deputy' },
		},
	],
	'chat.removeMembers': [{ chatId: group, userIds: '1000001', options: { deleteMessages: true } }],
	'chat.restrictMembers': [
		{ chatId: group, userIds: '1000001', options: { until: '2031-01-01' } },
		{
			chatId: group,
			userIds: '1000001',
			memberPermissions: [
				...['invite', 'info', 'topics', 'links', 'pin', 'files', 'audios', 'photos', 'polls', 'stickers'],
				...['text', 'videoNotes', 'videos', 'voices'],
			],
		},
	],
	'chat.revokeInviteLink': [{ chatId: group, link: 'https://t.me/+AbCdEf' }],
	'chat.setPermissions': [{ chatId: group }, { chatId: group, memberPermissions: [] }],
	'chat.setPhoto': [{ chatId: group }, { chatId: group, removePhoto: true }],
	'chat.unarchive': [{ chatId }],
	'chat.unbanMembers': [{ chatId: group, userIds: '1000001' }],
	'chat.unmute': [{ chatId }],
	'chat.update': [
		{
			chatId: group,
			updateFields: {
				title: 'New',
				description: '',
				username: '@name',
				slowModeSeconds: 30,
				topics: false,
				protect: true,
			},
		},
	],
	'chat.updateTopic': [
		{
			chatId: group,
			topicId: '7',
			updateFields: { title: 'A', closed: false, hidden: true, emojiId: '5368324170671202286' },
		},
	],
	'contact.add': [
		{ userId: chatId, firstName: 'Anna' },
		{ userId: by('phone', '79990000002'), firstName: 'Anna', lastName: 'Lee', options: { sharePhone: true } },
	],
	'contact.block': [{ userId: chatId }],
	'contact.checkPhones': [{ phones: '+79990000002, 79990000003', options: { importContacts: true } }],
	'contact.checkUsernames': [{ usernames: '@anna, boris' }],
	'contact.get': [{ userId: chatId, options: { includeRaw: true } }],
	'contact.getMany': [{}, { returnAll: true, options: { blocked: true } }],
	'contact.getPhotos': [{ userId: by('username', 'name') }],
	'contact.import': [{ contacts: '[{ "phone": "+79990000002", "firstName": "Anna" }]' }],
	'contact.remove': [{ userIds: '1000001, @name' }],
	'contact.resolve': [{ chatId: by('link', 'https://t.me/name/5') }],
	'contact.search': [{ query: 'anna' }],
	'contact.unblock': [{ userId: chatId }],
	'profile.setPhoto': [{}, { removePhoto: true }],
	'profile.update': [
		{ updateFields: { firstName: 'Boris', lastName: '', description: '', username: '@boris' } },
	],
};
