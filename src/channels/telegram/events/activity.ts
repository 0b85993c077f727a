/** What the others see somebody do in a chat → Telegram's word for it (core.telegram.org/type/SendMessageAction). */
export const ACTIVITIES = {
	cancel: 'sendMessageCancelAction',
	contact: 'sendMessageChooseContactAction',
	file: 'sendMessageUploadDocumentAction',
	location: 'sendMessageGeoLocationAction',
	photo: 'sendMessageUploadPhotoAction',
	recordVideo: 'sendMessageRecordVideoAction',
	recordVideoNote: 'sendMessageRecordRoundAction',
	sticker: 'sendMessageChooseStickerAction',
	text: 'sendMessageTypingAction',
	video: 'sendMessageUploadVideoAction',
	voice: 'sendMessageRecordAudioAction',
} as const;
export type Activity = keyof typeof ACTIVITIES;

const WORDS = new Map<string, string>([
	...Object.entries(ACTIVITIES).map(([word, action]) => [action, word] as const),
	['sendMessageUploadAudioAction', 'voice'],
	['sendMessageUploadRoundAction', 'recordVideoNote'],
]);

/** `other` for games, imports and whatever comes to be; the update is in `raw`. */
export function activityOf(action: string): string {
	return WORDS.get(action) ?? 'other';
}
