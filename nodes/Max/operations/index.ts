import { accountOperations, type OperationTable } from '../../../src/n8n';
import { closeOtherSessions } from './account/closeOtherSessions.operation';
import { getSessions } from './account/getSessions.operation';
import { logOut } from './account/logOut.operation';
import { request } from './apiRequest/request.operation';
import { addMembers } from './chat/addMembers.operation';
import { answerJoinRequests } from './chat/answerJoinRequests.operation';
import { clear } from './chat/clear.operation';
import { create } from './chat/create.operation';
import { deleteChat } from './chat/delete.operation';
import { demote } from './chat/demote.operation';
import { get as getChat } from './chat/get.operation';
import { getDialog } from './chat/getDialog.operation';
import { getInviteLink } from './chat/getInviteLink.operation';
import { getJoinRequests } from './chat/getJoinRequests.operation';
import { getMany as getManyChats } from './chat/getMany.operation';
import { getMembers } from './chat/getMembers.operation';
import { join } from './chat/join.operation';
import { leave } from './chat/leave.operation';
import { mute } from './chat/mute.operation';
import { pin as pinChat } from './chat/pin.operation';
import { promote } from './chat/promote.operation';
import { removeMembers } from './chat/removeMembers.operation';
import { renewInviteLink } from './chat/renewInviteLink.operation';
import { resolveLink } from './chat/resolveLink.operation';
import { setPhoto } from './chat/setPhoto.operation';
import { unmute } from './chat/unmute.operation';
import { unpin as unpinChat } from './chat/unpin.operation';
import { update } from './chat/update.operation';
import { add } from './contact/add.operation';
import { block } from './contact/block.operation';
import { checkPhones } from './contact/checkPhones.operation';
import { findByPhone } from './contact/findByPhone.operation';
import { get as getContact } from './contact/get.operation';
import { getMany as getManyContacts } from './contact/getMany.operation';
import { getPresence } from './contact/getPresence.operation';
import { importContacts } from './contact/import.operation';
import { remove } from './contact/remove.operation';
import { rename } from './contact/rename.operation';
import { search as searchContacts } from './contact/search.operation';
import { unblock } from './contact/unblock.operation';
import { download } from './file/download.operation';
import { checkCode } from './login/checkCode.operation';
import { checkPassword } from './login/checkPassword.operation';
import { checkQr } from './login/checkQr.operation';
import { getQr } from './login/getQr.operation';
import { register } from './login/register.operation';
import { requestCode } from './login/requestCode.operation';
import { resendCode } from './login/resendCode.operation';
import { deleteMessages } from './message/delete.operation';
import { edit } from './message/edit.operation';
import { forward } from './message/forward.operation';
import { get as getMessage } from './message/get.operation';
import { getMany as getManyMessages } from './message/getMany.operation';
import { getPoll } from './message/getPoll.operation';
import { getReactions } from './message/getReactions.operation';
import { getSince } from './message/getSince.operation';
import { markRead } from './chat/markRead.operation';
import { markUnread } from './chat/markUnread.operation';
import { pin } from './message/pin.operation';
import { react } from './message/react.operation';
import { search as searchMessages } from './message/search.operation';
import { send } from './message/send.operation';
import { sendAndWait } from './message/sendAndWait.operation';
import { sendContact } from './message/sendContact.operation';
import { sendLocation } from './message/sendLocation.operation';
import { sendMedia } from './message/sendMedia.operation';
import { sendPoll } from './message/sendPoll.operation';
import { sendSticker } from './message/sendSticker.operation';
import { sendTyping } from './message/sendTyping.operation';
import { transcribe } from './message/transcribe.operation';
import { unpin } from './message/unpin.operation';
import { unreact } from './message/unreact.operation';
import { vote } from './message/vote.operation';
import { get as getProfile } from './profile/get.operation';
import { update as updateProfile } from './profile/update.operation';

/** Everything the MAX User node can do. A new operation is a file beside these and a line here. */
export const maxOperations = [
	{
		value: 'account',
		name: 'Account',
		defaultOperation: 'getStatus',
		operations: [...accountOperations, closeOtherSessions, getSessions, logOut],
	},
	{ value: 'apiRequest', name: 'API Request', operations: [request] },
	{
		value: 'chat',
		name: 'Chat',
		defaultOperation: 'getMany',
		operations: [
			addMembers,
			answerJoinRequests,
			clear,
			create,
			deleteChat,
			demote,
			getChat,
			getDialog,
			getInviteLink,
			getJoinRequests,
			getManyChats,
			getMembers,
			join,
			leave,
			markRead,
			markUnread,
			mute,
			pinChat,
			promote,
			removeMembers,
			renewInviteLink,
			resolveLink,
			setPhoto,
			unmute,
			unpinChat,
			update,
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
			findByPhone,
			getContact,
			getManyContacts,
			getPresence,
			importContacts,
			remove,
			rename,
			searchContacts,
			unblock,
		],
	},
	{ value: 'file', name: 'File', operations: [download] },
	{
		value: 'login',
		name: 'Login',
		defaultOperation: 'getQr',
		operations: [checkCode, checkPassword, checkQr, getQr, register, requestCode, resendCode],
	},
	{
		value: 'message',
		name: 'Message',
		defaultOperation: 'send',
		operations: [
			deleteMessages,
			edit,
			forward,
			getManyMessages,
			getMessage,
			getPoll,
			getReactions,
			getSince,
			pin,
			react,
			searchMessages,
			send,
			sendAndWait,
			sendContact,
			sendLocation,
			sendMedia,
			sendPoll,
			sendSticker,
			sendTyping,
			transcribe,
			unpin,
			unreact,
			vote,
		],
	},
	{ value: 'profile', name: 'Profile', operations: [getProfile, updateProfile] },
] as const satisfies OperationTable;
