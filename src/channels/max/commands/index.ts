import type { CommandTable } from '../../../contract';
import type { MaxAccount } from '../account';
import {
	accountCloseOtherSessions,
	accountGetSessions,
	accountLogOut,
	profileGet,
	profileUpdate,
} from './account';
import * as chat from './chat';
import * as links from './chat-link';
import * as chatSettings from './chat-settings';
import * as contact from './contact';
import * as login from './login';
import { mediaDownload, messageTranscribe } from './media';
import * as members from './members';
import * as change from './message-change';
import { messageEdit } from './message-edit';
import { messageGet, messageGetMany, messageGetSince, messageSearch } from './message-read';
import * as send from './message-send';
import { messageGetPoll, messageVote } from './poll';
import { rawRequest } from './raw';
import { messageGetReactions, messageReact, messageUnreact } from './reactions';
import { messageMarkRead, messageMarkUnread } from './read-marks';

/** All that the pool can ask of a MAX account. A new operation is a line here. */
export const commands: CommandTable<MaxAccount> = {
	'account.closeOtherSessions': accountCloseOtherSessions,
	'account.getSessions': accountGetSessions,
	'account.logOut': accountLogOut,
	'chat.addMembers': members.chatAddMembers,
	'chat.answerJoinRequests': members.chatAnswerJoinRequests,
	'chat.clear': chat.chatClear,
	'chat.create': chat.chatCreate,
	'chat.delete': chat.chatDelete,
	'chat.demote': members.chatDemote,
	'chat.get': chat.chatGet,
	'chat.getDialog': chat.chatGetDialog,
	'chat.getInviteLink': links.chatGetInviteLink,
	'chat.getJoinRequests': members.chatGetJoinRequests,
	'chat.getMany': chat.chatGetMany,
	'chat.getMembers': members.chatGetMembers,
	'chat.join': links.chatJoin,
	'chat.leave': chat.chatLeave,
	'chat.list': chat.chatList,
	'chat.markRead': messageMarkRead,
	'chat.mute': chatSettings.chatMute,
	'chat.pin': chatSettings.chatPin,
	'chat.promote': members.chatPromote,
	'chat.removeMembers': members.chatRemoveMembers,
	'chat.renewInviteLink': links.chatRenewInviteLink,
	'chat.resolveLink': links.chatResolveLink,
	'chat.setPhoto': chat.chatSetPhoto,
	'chat.unmute': chatSettings.chatUnmute,
	'chat.unpin': chatSettings.chatUnpin,
	'chat.update': chat.chatUpdate,
	'contact.add': contact.contactAdd,
	'contact.block': contact.contactBlock,
	'contact.checkPhones': contact.contactCheckPhones,
	'contact.findByPhone': contact.contactFindByPhone,
	'contact.get': contact.contactGet,
	'contact.getMany': contact.contactGetMany,
	'contact.getPresence': contact.contactGetPresence,
	'contact.import': contact.contactImport,
	'contact.list': contact.contactList,
	'contact.remove': contact.contactRemove,
	'contact.rename': contact.contactRename,
	'contact.search': contact.contactSearch,
	'contact.unblock': contact.contactUnblock,
	'login.cancel': login.loginCancel,
	'login.checkCode': login.loginCheckCode,
	'login.checkPassword': login.loginCheckPassword,
	'login.checkQr': login.loginCheckQr,
	'login.getQr': login.loginGetQr,
	'login.register': login.loginRegister,
	'login.requestCode': login.loginRequestCode,
	'login.resendCode': login.loginResendCode,
	'media.download': mediaDownload,
	'message.delete': change.messageDelete,
	'message.edit': messageEdit,
	'message.forward': send.messageForward,
	'message.get': messageGet,
	'message.getMany': messageGetMany,
	'message.getPoll': messageGetPoll,
	'message.getReactions': messageGetReactions,
	'message.getSince': messageGetSince,
	'message.markRead': messageMarkRead,
	'message.markUnread': messageMarkUnread,
	'message.pin': change.messagePin,
	'message.react': messageReact,
	'message.reply': send.messageReply,
	'message.search': messageSearch,
	'message.send': send.messageSend,
	'message.sendContact': send.messageSendContact,
	'message.sendLocation': send.messageSendLocation,
	'message.sendMedia': send.messageSendMedia,
	'message.sendPoll': send.messageSendPoll,
	'message.sendSticker': send.messageSendSticker,
	'message.sendTyping': change.messageSendTyping,
	'message.transcribe': messageTranscribe,
	'message.unpin': change.messageUnpin,
	'message.unreact': messageUnreact,
	'message.vote': messageVote,
	'profile.get': profileGet,
	'profile.update': profileUpdate,
	'raw.request': rawRequest,
};
