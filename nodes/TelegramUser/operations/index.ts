import { accountOperations, type OperationTable } from '../../../src/n8n';
import { closeOtherSessions } from './account/closeOtherSessions.operation';
import { endSession } from './account/endSession.operation';
import { getSessions } from './account/getSessions.operation';
import { logOut } from './account/logOut.operation';
import { request } from './apiRequest/request.operation';
import { addMembers } from './chat/addMembers.operation';
import { answerJoinRequests } from './chat/answerJoinRequests.operation';
import { archive } from './chat/archive.operation';
import { banMembers } from './chat/banMembers.operation';
import { create } from './chat/create.operation';
import { createInviteLink } from './chat/createInviteLink.operation';
import { createTopic } from './chat/createTopic.operation';
import { deleteChat } from './chat/delete.operation';
import { demote } from './chat/demote.operation';
import { get as getChat } from './chat/get.operation';
import { getInviteLinks } from './chat/getInviteLinks.operation';
import { getJoinRequests } from './chat/getJoinRequests.operation';
import { getMany as getManyChats } from './chat/getMany.operation';
import { getMembers } from './chat/getMembers.operation';
import { getTopics } from './chat/getTopics.operation';
import { join } from './chat/join.operation';
import { leave } from './chat/leave.operation';
import { markRead } from './chat/markRead.operation';
import { markUnread } from './chat/markUnread.operation';
import { mute } from './chat/mute.operation';
import { promote } from './chat/promote.operation';
import { removeMembers } from './chat/removeMembers.operation';
import { restrictMembers } from './chat/restrictMembers.operation';
import { revokeInviteLink } from './chat/revokeInviteLink.operation';
import { setPermissions } from './chat/setPermissions.operation';
import { setPhoto as setChatPhoto } from './chat/setPhoto.operation';
import { unarchive } from './chat/unarchive.operation';
import { unbanMembers } from './chat/unbanMembers.operation';
import { unmute } from './chat/unmute.operation';
import { update as updateChat } from './chat/update.operation';
import { updateTopic } from './chat/updateTopic.operation';
import { add } from './contact/add.operation';
import { block } from './contact/block.operation';
import { checkPhones } from './contact/checkPhones.operation';
import { checkUsernames } from './contact/checkUsernames.operation';
import { get as getContact } from './contact/get.operation';
import { getMany as getManyContacts } from './contact/getMany.operation';
import { getPhotos } from './contact/getPhotos.operation';
import { importContacts } from './contact/import.operation';
import { remove } from './contact/remove.operation';
import { resolve } from './contact/resolve.operation';
import { search as searchContacts } from './contact/search.operation';
import { unblock } from './contact/unblock.operation';
import { download } from './file/download.operation';
import { checkCode } from './login/checkCode.operation';
import { checkPassword } from './login/checkPassword.operation';
import { checkQr } from './login/checkQr.operation';
import { getQr } from './login/getQr.operation';
import { importSession } from './login/importSession.operation';
import { requestCode } from './login/requestCode.operation';
import { resendCode } from './login/resendCode.operation';
import { messages } from './messages';
import { get as getProfile } from './profile/get.operation';
import { setPhoto as setProfilePhoto } from './profile/setPhoto.operation';
import { update as updateProfile } from './profile/update.operation';

/** Everything the Telegram User node can do. A new operation is a file beside these and a line here. */
export const telegramOperations = [
	{
		value: 'account',
		name: 'Account',
		defaultOperation: 'getStatus',
		operations: [...accountOperations, closeOtherSessions, endSession, getSessions, logOut],
	},
	{ value: 'apiRequest', name: 'API Request', operations: [request] },
	{
		value: 'chat',
		name: 'Chat',
		defaultOperation: 'getMany',
		operations: [
			addMembers,
			answerJoinRequests,
			archive,
			banMembers,
			create,
			createInviteLink,
			createTopic,
			deleteChat,
			demote,
			getChat,
			getInviteLinks,
			getJoinRequests,
			getManyChats,
			getMembers,
			getTopics,
			join,
			leave,
			markRead,
			markUnread,
			mute,
			promote,
			removeMembers,
			restrictMembers,
			revokeInviteLink,
			setChatPhoto,
			setPermissions,
			unarchive,
			unbanMembers,
			unmute,
			updateChat,
			updateTopic,
		],
	},
	{
		value: 'contact',
		name: 'Contact',
		defaultOperation: 'getMany',
		operations: [
			add,
			block,
			checkPhones,
			checkUsernames,
			getContact,
			getManyContacts,
			getPhotos,
			importContacts,
			remove,
			resolve,
			searchContacts,
			unblock,
		],
	},
	{ value: 'file', name: 'File', operations: [download] },
	{
		value: 'login',
		name: 'Login',
		defaultOperation: 'requestCode',
		operations: [checkCode, checkPassword, checkQr, getQr, importSession, requestCode, resendCode],
	},
	messages,
	{ value: 'profile', name: 'Profile', operations: [getProfile, setProfilePhoto, updateProfile] },
] as const satisfies OperationTable;
