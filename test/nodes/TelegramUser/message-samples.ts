/** A selector filled in in one of its ways. */
export const by = (mode: string, value: string) => ({ __rl: true, mode, value });

const chatId = by('id', '1000001');
const group = by('list', '-1002000001');
const messageId = '12345';
const to = [
	chatId,
	by('id', 'me'),
	by('username', '@name'),
	by('phone', '7 (999) 000-00-02'),
	by('link', 'https://t.me/name'),
	'={{ 1000001 }}',
];
const everyOption = {
	sendAt: '2026-12-01T10:00:00Z',
	replyTo: messageId,
	quote: 'as I said',
	topicId: '7',
	silent: true,
	protect: true,
	importContact: true,
	forgetContact: true,
	markRead: true,
	typing: 'seconds',
	typingSeconds: 2,
	deduplicationKey: 'k',
};
const url = { mediaSource: 'url', mediaUrl: 'https://example.com/a.jpg' };
const kinds = ['auto', 'file', 'photo', 'video', 'videoNote', 'animation', 'voice', 'audio', 'sticker'];
const fileOptions = {
	captionAbove: true,
	durationSeconds: 2.5,
	height: 480,
	width: 640,
	title: 'Song',
	performer: 'Somebody',
	spoiler: true,
	stickerEmoji: '🙂',
	thumbnailField: 'data',
	ifNotVoice: 'audio',
	format: 'markdown',
};

/** Operations of the resource Message → parameters to try them with. */
export const messageSamples: Record<string, object[]> = {
	'message.clearDraft': [{ chatId }, { chatId: by('list', '') }, { chatId, options: { topicId: '7' } }],
	'message.closePoll': [{ chatId, messageId }],
	'message.copy': [
		{ chatId: group, fromChatId: chatId, messageId },
		{ chatId, fromChatId: group, messageId, options: { ...everyOption, text: '<b>x</b>', format: 'html' } },
		{ chatId, fromChatId: group, messageId, options: { withoutText: true } },
	],
	'message.delete': [
		{ chatId, messageIds: `${messageId}, 12346`, forEverybody: false },
		{ chatId, messageIds: '1', options: { scheduled: true } },
	],
	'message.edit': [
		{ chatId, messageId, text: '**b**', options: { format: 'markdown', linkPreview: false } },
		{ chatId, messageId, text: '' },
		{ chatId, messageId, text: 'x', options: { scheduled: true, sendAt: '2026-12-01T10:00:00Z' } },
	],
	'message.editMedia': [
		{ chatId, messageId, ...url, caption: 'x' },
		{ chatId, messageId, mediaKind: 'video', ...url, options: fileOptions },
	],
	'message.forward': [
		{
			chatId: group,
			fromChatId: chatId,
			messageIds: messageId,
			options: {
				asCopy: true,
				withoutCaptions: true,
				silent: true,
				protect: true,
				topicId: '7',
				whenOnline: true,
			},
		},
		{ chatId: by('phone', '+79990000002'), fromChatId: by('username', 'name'), messageIds: messageId },
	],
	'message.get': [{ chatId, messageIds: messageId, simplify: false }],
	'message.getByLink': [{ links: 'https://t.me/name/123, t.me/c/1234/5' }],
	'message.getDrafts': [{}],
	'message.getMany': [
		{ chatId },
		{ chatId, returnAll: true, options: { beforeId: messageId, includeRaw: true } },
		{ chatId, options: { after: '2026-01-01', before: '2026-02-01', afterId: '1', topicId: '7' } },
		{ chatId, options: { scheduled: true } },
	],
	'message.getMentions': [{ chatId }, { chatId: group, limit: 5, options: { topicId: '7' } }],
	'message.getPoll': [{ chatId, messageId }],
	'message.getReactions': [
		{ chatId, messageIds: messageId },
		{ chatId, messageIds: '1,2', options: { people: 5 } },
	],
	'message.getSince': [
		{ since: '2026-01-01T00:00:00Z' },
		{ options: { afterMessageId: messageId, chatIds: '1000001' } },
	],
	'message.markPlayed': [{ chatId, messageIds: messageId }],
	'message.pin': [{ chatId: group, messageId, options: { notify: true, onlyForMe: true } }],
	'message.pressButton': [
		{ chatId, messageId, button: 'Yes' },
		{ chatId, messageId, button: '={{ 2 }}' },
	],
	'message.react': [
		{ chatId, messageId, emoji: '👍' },
		{ chatId, messageId, emoji: '👍, 🔥' },
		{ chatId, messageId, emoji: '5368324170671202286', options: { big: true } },
	],
	'message.saveDraft': [
		{ chatId, text: 'later' },
		{
			chatId,
			text: '*x*',
			options: { format: 'markdown', linkPreview: false, replyTo: messageId, topicId: '7' },
		},
	],
	'message.search': [
		{ query: 'a' },
		{ query: 'a', chatId, limit: 1000, options: { includeService: true } },
		...[
			...['all', 'contact', 'document', 'gif', 'link', 'location', 'mention', 'audio', 'photo'],
			...['photoVideo', 'pinned', 'poll', 'video', 'videoNote', 'voice'],
		].map((filter) => ({ chatId, options: { filter } })),
		...['all', 'channel', 'group', 'private'].map((scope) => ({ query: 'a', options: { scope } })),
		{
			chatId: group,
			options: { fromUserId: '@name', after: '2026-01-01', before: '2026-02-01', topicId: '7' },
		},
	],
	'message.send': [
		...to.map((target) => ({ chatId: target, text: 'Hello' })),
		{
			chatId,
			text: '<b>x</b>',
			options: { ...everyOption, format: 'html', splitLongText: 'split', linkPreview: false },
		},
		{ chatId, text: 'x'.repeat(4_000), options: { typing: 'length', whenOnline: true } },
		{
			chatId,
			text: 'x',
			options: { previewUrl: 'https://example.com', previewSize: 'large', previewAbove: true },
		},
	],
	'message.sendAndWait': [{ chatId, message: 'Really?' }],
	'message.sendContact': [
		{ chatId, contactId: '@name' },
		{ chatId, phone: '+79990000002', firstName: 'A', lastName: 'B', options: { vcard: 'BEGIN:VCARD' } },
	],
	'message.sendLocation': [
		{ chatId, latitude: 55.75, longitude: 37.61 },
		{
			chatId,
			latitude: '55.75',
			longitude: '37.61',
			options: { ...everyOption, accuracy: 10, title: 'Square', address: 'Red' },
		},
	],
	'message.sendMedia': [
		...kinds.map((mediaKind) => ({ chatId, mediaKind, ...url })),
		{
			chatId: by('username', 'name'),
			...url,
			caption: '*x*',
			options: { ...everyOption, ...fileOptions, asAlbum: false },
		},
	],
	'message.sendPoll': [
		{ chatId, question: 'Which?', answers: 'A\nB, C' },
		{
			chatId,
			question: 'Which?',
			answers: '={{ ["A", "B"] }}',
			options: {
				...everyOption,
				anonymous: false,
				multiple: true,
				correctAnswers: '2',
				explanation: 'x',
				format: 'html',
				closeAfterSeconds: 60,
			},
		},
		{ chatId, question: 'Which?', answers: 'A\nB', options: { closeAt: '2026-12-01' } },
	],
	'message.sendScheduled': [{ chatId, messageIds: '1, 2' }],
	'message.sendTyping': [
		...[
			...['contact', 'location', 'sticker', 'cancel', 'recordVideo', 'recordVideoNote', 'voice', 'file'],
			...['photo', 'video', 'text'],
		].map((activity) => ({ chatId, activity })),
		{ chatId, activity: 'text', options: { seconds: 3, topicId: '7' } },
	],
	'message.transcribe': [{ chatId, messageId }],
	'message.unpin': [{ chatId: group, messageId }],
	'message.unpinAll': [{ chatId: group }, { chatId: group, options: { topicId: '7' } }],
	'message.unreact': [{ chatId, messageId }],
	'message.vote': [
		{ chatId, messageId, answers: 'A\n2' },
		{ chatId, messageId, answers: '' },
	],
};
