import { expect, test } from 'vitest';
import { Max } from '../../../nodes/Max/Max.node';
import { maxOperations } from '../../../nodes/Max/operations';
import { maxDriver } from '../../../src/channels/max';
import { useBridge } from '../../n8n/support/account';
import { CREDENTIAL, outputOf, run } from '../../n8n/support/run';
import { withUntouchedOptions } from '../support/description';

/** Every operation, filled in by hand, against the schema of the command it becomes: nodes and channel fit. */
const bridge = useBridge();

const by = (mode: string, value: string) => ({ __rl: true, mode, value });
const chatId = by('id', '92610303');
const group = by('list', '-68000000000001');
const messageId = '117263822972066856';
const to = [
	chatId,
	by('user', '87654321'),
	by('phone', '+79990000002'),
	by('link', 'https://max.ru/name'),
	'={{ 92610303 }}',
];
const everyOption = {
	sendAt: '2026-12-01T10:00:00Z',
	replyTo: messageId,
	silent: true,
	markRead: true,
	typing: 'seconds',
	typingSeconds: 2,
	deduplicationKey: 'k',
};
const url = { mediaSource: 'url', mediaUrl: 'https://example.com/a.jpg' };

/** resource.operation → parameters to try it with */
const samples: Record<string, object[]> = {
	'account.getStatus': [{}],
	'account.getMany': [{}],
	'account.connect': [{}],
	'account.disconnect': [{}],
	'account.forget': [{}],
	'account.closeOtherSessions': [{}],
	'account.getSessions': [{}],
	'account.logOut': [{}],
	'apiRequest.request': [
		{ opcode: 48, payload: '{"chatIds": [92610303]}' },
		{ opcode: '={{ 1 }}', payload: '' },
	],
	'chat.addMembers': [
		{ chatId: group, userIds: '87654321, 13579135' },
		{ chatId: group, userIds: '87654321', options: { showHistory: false } },
	],
	'chat.answerJoinRequests': [{ chatId: group, userIds: '5', accept: false }],
	'chat.clear': [{ chatId, forEverybody: true }],
	'chat.create': [
		{ title: 'Team', userIds: '87654321' },
		{ kind: 'channel', title: 'News' },
	],
	'chat.delete': [{ chatId }],
	'chat.demote': [{ chatId: group, userIds: '5' }],
	'chat.get': [{ chatId, lastMessages: '3', options: { includeRaw: true } }],
	'chat.getDialog': [{ userId: by('id', '87654321') }, { userId: by('phone', '+79990000002') }],
	'chat.getInviteLink': [{ chatId: group }],
	'chat.getJoinRequests': [{ chatId: group, returnAll: true }],
	'chat.getMany': [
		{},
		{ returnAll: true, unreadOnly: true, options: { chatTypes: ['group', 'saved'], includeArchived: true } },
	],
	'chat.getMembers': [{ chatId: group }, { chatId: group, role: 'admin', options: { query: 'an' } }],
	'chat.join': [{ link: 'https://max.ru/join/abc' }],
	'chat.leave': [{ chatId: group }],
	'chat.mute': [{ chatId }, { chatId, options: { until: '2026-12-01T10:00:00Z' } }],
	'chat.pin': [{ chatId }],
	'chat.promote': [{ chatId: group, userIds: '5', adminPermissions: ['pin', 'post'] }],
	'chat.removeMembers': [{ chatId: group, userIds: '5', options: { deleteMessages: true } }],
	'chat.renewInviteLink': [{ chatId: group }],
	'chat.resolveLink': [{ link: 'https://max.ru/name' }],
	'chat.setPhoto': [{ chatId: group, ...url }],
	'chat.unmute': [{ chatId }],
	'chat.unpin': [{ chatId }],
	'chat.update': [
		{ chatId: group, updateFields: { title: 'New' } },
		{ chatId: group, updateFields: { description: '' } },
	],
	'contact.add': [
		{ userId: by('id', '5') },
		{ userId: by('phone', '+79990000002'), options: { firstName: 'Ann', lastName: 'Lee' } },
	],
	'contact.block': [{ userId: by('id', '5') }],
	'contact.checkPhones': [{ phones: '+79990000002\n+79990000003' }],
	'contact.findByPhone': [{ phone: '8 (999) 000-00-02' }],
	'contact.get': [{ userIds: '5, 6' }],
	'contact.getMany': [{}, { returnAll: true, options: { blocked: true } }],
	'contact.getPresence': [{ userIds: '5' }],
	'contact.import': [{ contacts: '[{"phone": "+79990000002", "firstName": "Ann"}]' }],
	'contact.remove': [{ userId: by('id', '5') }],
	'contact.rename': [{ userId: by('id', '5'), firstName: 'Ann' }],
	'contact.search': [{ query: 'ann' }],
	'contact.unblock': [{ userId: by('id', '5') }],
	'file.download': [
		{ mediaRef: `max:photo:92610303:${messageId}:1` },
		{ mediaRef: `max:photo:92610303:${messageId}:1`, options: { maxMegabytes: 5 } },
	],
	'login.checkCode': [
		{ codeToken: 't', code: '123456' },
		{ codeToken: 't', code: '={{ 123456 }}', password: 'secret' },
	],
	'login.checkPassword': [{ trackId: 't', password: 'secret' }],
	'login.checkQr': [{ trackId: 't' }, { trackId: 't', password: 'secret', waitSeconds: 0 }],
	'login.getQr': [{}],
	'login.register': [{ registerToken: 't', firstName: 'Ann', lastName: 'Lee' }],
	'login.requestCode': [{ phone: '+79990000000' }],
	'login.resendCode': [{ phone: '+79990000000' }],
	'message.delete': [{ chatId, messageIds: `${messageId}, 117263823019000001`, forEverybody: false }],
	'message.edit': [{ chatId, messageId, text: '**b**', options: { format: 'markdown' } }],
	'message.forward': [
		{ chatId: group, fromChatId: chatId, messageIds: messageId, options: everyOption },
		{ chatId: by('phone', '+79990000002'), fromChatId: chatId, messageIds: messageId },
	],
	'message.get': [{ chatId, messageIds: messageId, simplify: false }],
	'message.getMany': [
		{ chatId },
		{ chatId, returnAll: true, options: { after: '2026-01-01', includeRaw: true, scheduled: true } },
		{ chatId, options: { before: '2026-02-01', includeService: true } },
	],
	'message.getPoll': [{ chatId, messageId }],
	'message.getReactions': [
		{ chatId, messageIds: `${messageId}, 117263823019000001` },
		{ chatId, messageIds: messageId, options: { includePeople: true } },
	],
	'message.getSince': [
		{ since: '2026-01-01T00:00:00Z' },
		{ options: { afterMessageId: messageId, chatIds: '92610303' } },
	],
	'chat.markRead': [{ chatId }, { chatId, options: { messageId } }],
	'chat.markUnread': [{ chatId }],
	'message.pin': [{ chatId: group, messageId, options: { notify: true } }],
	'message.react': [{ chatId, messageId, emoji: '👍' }],
	'message.search': [{ query: 'a' }, { query: 'a', chatId }],
	'message.send': [
		...to.map((target) => ({ chatId: target, text: 'Hello' })),
		{ chatId, text: '<b>x</b>', options: { ...everyOption, format: 'html', splitLongText: 'split' } },
		{ chatId, text: 'x', options: { typing: 'length' } },
	],
	'message.sendAndWait': [{ chatId, message: 'Really?' }],
	'message.sendContact': to.map((target) => ({ chatId: target, contactId: '5', options: everyOption })),
	'message.sendLocation': [
		{ chatId, latitude: '55.75', longitude: '={{ "37.61" }}' },
		{ chatId, latitude: -1, longitude: 0, options: everyOption },
	],
	'message.sendMedia': [
		...['auto', 'file', 'photo', 'video', 'videoNote', 'voice'].map((mediaKind) => ({
			chatId,
			mediaKind,
			...url,
		})),
		{
			chatId: by('user', '87654321'),
			...url,
			caption: '*x*',
			options: { ...everyOption, format: 'markdown', ifNotVoice: 'audio', durationSeconds: 2 },
		},
	],
	'message.sendPoll': [
		{ chatId, question: 'Lunch?', answers: 'yes, please\nno' },
		{ chatId, question: 'Lunch?', answers: ['a', 'b'], options: { anonymous: true, multiple: true } },
	],
	'message.sendSticker': [{ chatId, stickerId: '5', options: everyOption }],
	'message.sendTyping': ['text', 'voice', 'photo', 'video', 'file', 'sticker'].map((activity) => ({
		chatId,
		activity,
	})),
	'message.transcribe': [{ chatId, messageId }],
	'message.unpin': [{ chatId: group }],
	'message.unreact': [{ chatId, messageId }],
	'message.vote': [
		{ chatId, messageId, answers: 'Soup, hot\nSalad' },
		{ chatId, messageId, answers: '' },
	],
	'profile.get': [{}],
	'profile.update': [
		{ firstName: 'Ann' },
		{ firstName: 'Ann', updateFields: { lastName: '', description: 'x', pictureField: 'data' } },
	],
};

const cases = maxOperations.flatMap(({ value: resource, operations }) =>
	operations.map(({ value }): [string, string] => [resource, value]),
);

/** Answered by the pool itself. */
const ofThePool = new Set(
	['getStatus', 'getMany', 'connect', 'disconnect', 'forget'].map((one) => `account.${one}`),
);

test('there is a sample of every operation', () => {
	expect(Object.keys(samples).sort()).toEqual(cases.map((one) => one.join('.')).sort());
});

test.each(cases)('%s: %s is what the channel understands', async (resource, operation) => {
	bridge.pool.answer = () => ({ items: [{ message_id: '1', qr_link: 'https://max.ru/x' }] });
	const [first = {}, ...others] = samples[`${resource}.${operation}`] ?? [];
	const untouched = withUntouchedOptions(new Max().description, [resource, operation], first);
	for (const parameters of [first, untouched, ...others]) {
		bridge.pool.calls.length = 0;
		const result = await run(new Max(), {
			parameters: { resource, operation, ...parameters },
			items: [{ json: {}, binary: { data: { data: '', mimeType: 'image/png' } } }],
			settings: { credentials: { maxUserApi: CREDENTIAL } },
		});
		if (operation !== 'sendAndWait') expect(outputOf(result).length).toBeGreaterThan(0);
		expect(bridge.pool.calls).toHaveLength(1);
		const { name, input } = bridge.pool.calls[0]!.command;
		if (ofThePool.has(name)) continue;
		expect(Object.keys(maxDriver.commands)).toContain(name);
		const parse = (): unknown => maxDriver.commands[name]?.input.parse(input);
		expect(parse, JSON.stringify(input)).not.toThrow();
	}
});
