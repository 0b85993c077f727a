import type { CommandTable } from '../../../contract';
import type { TelegramAccount } from '../account';
import { chatGet, chatGetMany, chatList } from './chat';
import { chatCreate, chatDelete, chatJoin, chatLeave } from './chat-create';
import * as invites from './chat-invites';
import { chatMarkRead, chatMarkUnread } from './chat-mark-read';
import { chatAddMembers, chatGetMembers } from './chat-members';
import * as moderation from './chat-moderation';
import { chatArchive, chatMute, chatSetPermissions, chatSetPhoto, chatUpdate } from './chat-settings';
import { chatCreateTopic, chatGetTopics, chatUpdateTopic } from './chat-topics';

/** Chats: the list, settings, members, invitations, topics. */
export const chatCommands: CommandTable<TelegramAccount> = {
	'chat.get': chatGet,
	'chat.getMany': chatGetMany,
	'chat.list': chatList,
	'chat.markRead': chatMarkRead,
	'chat.markUnread': chatMarkUnread,
	'chat.archive': chatArchive,
	'chat.mute': chatMute,
	'chat.create': chatCreate,
	'chat.update': chatUpdate,
	'chat.setPhoto': chatSetPhoto,
	'chat.setPermissions': chatSetPermissions,
	'chat.join': chatJoin,
	'chat.leave': chatLeave,
	'chat.delete': chatDelete,
	'chat.getMembers': chatGetMembers,
	'chat.addMembers': chatAddMembers,
	'chat.removeMembers': moderation.chatRemoveMembers,
	'chat.banMembers': moderation.chatBanMembers,
	'chat.unbanMembers': moderation.chatUnbanMembers,
	'chat.restrictMembers': moderation.chatRestrictMembers,
	'chat.promote': moderation.chatPromote,
	'chat.demote': moderation.chatDemote,
	'chat.createInviteLink': invites.chatCreateInviteLink,
	'chat.getInviteLinks': invites.chatGetInviteLinks,
	'chat.revokeInviteLink': invites.chatRevokeInviteLink,
	'chat.getJoinRequests': invites.chatGetJoinRequests,
	'chat.answerJoinRequests': invites.chatAnswerJoinRequests,
	'chat.getTopics': chatGetTopics,
	'chat.createTopic': chatCreateTopic,
	'chat.updateTopic': chatUpdateTopic,
};
