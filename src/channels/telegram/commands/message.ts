import type { CommandTable } from '../../../contract';
import type { TelegramAccount } from '../account';
import { messageMarkPlayed, messageSendTyping } from './message-action';
import { messagePressButton } from './message-button';
import { messageDelete, messagePin, messageSendScheduled, messageUnpinAll } from './message-change';
import { messageClearDraft, messageGetDrafts, messageSaveDraft } from './message-draft';
import { messageEdit, messageEditMedia } from './message-edit';
import { messageCopy, messageForward } from './message-forward';
import { messageSendContact, messageSendLocation } from './message-place';
import { messageClosePoll, messageGetPoll, messageSendPoll, messageVote } from './message-poll';
import { messageGetReactions, messageReact } from './message-reactions';
import { messageGet, messageGetByLink, messageGetMany, messageGetSince } from './message-read';
import { messageGetMentions, messageSearch } from './message-search';
import { messageSend } from './message-send';
import { messageSendMedia } from './message-send-media';
import { messageTranscribe } from './message-transcribe';

/** What an account does with messages, by name. */
export const messageCommands = {
	'message.send': messageSend,
	'message.sendMedia': messageSendMedia,
	'message.sendLocation': messageSendLocation,
	'message.sendContact': messageSendContact,
	'message.sendPoll': messageSendPoll,
	'message.sendScheduled': messageSendScheduled,
	'message.sendTyping': messageSendTyping,
	'message.edit': messageEdit,
	'message.editMedia': messageEditMedia,
	'message.delete': messageDelete,
	'message.forward': messageForward,
	'message.copy': messageCopy,
	'message.react': messageReact,
	'message.getReactions': messageGetReactions,
	'message.pin': messagePin,
	'message.unpinAll': messageUnpinAll,
	'message.markPlayed': messageMarkPlayed,
	'message.get': messageGet,
	'message.getByLink': messageGetByLink,
	'message.getMany': messageGetMany,
	'message.getSince': messageGetSince,
	'message.search': messageSearch,
	'message.getMentions': messageGetMentions,
	'message.getPoll': messageGetPoll,
	'message.vote': messageVote,
	'message.closePoll': messageClosePoll,
	'message.saveDraft': messageSaveDraft,
	'message.clearDraft': messageClearDraft,
	'message.getDrafts': messageGetDrafts,
	'message.pressButton': messagePressButton,
	'message.transcribe': messageTranscribe,
} satisfies CommandTable<TelegramAccount>;
