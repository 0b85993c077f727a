import { accountOperations, type OperationTable } from '../../../src/n8n';
import { endSession } from './account/endSession.operation';
import { getSessions } from './account/getSessions.operation';
import { request } from './apiRequest/request.operation';
import { get as getChat } from './chat/get.operation';
import { getMany as getManyChats } from './chat/getMany.operation';
import { markRead } from './chat/markRead.operation';
import { markUnread } from './chat/markUnread.operation';
import { download } from './file/download.operation';
import { checkCode } from './login/checkCode.operation';
import { checkPassword } from './login/checkPassword.operation';
import { checkQr } from './login/checkQr.operation';
import { getQr } from './login/getQr.operation';
import { requestCode } from './login/requestCode.operation';
import { resendCode } from './login/resendCode.operation';
import { deleteMessages } from './message/delete.operation';
import { edit } from './message/edit.operation';
import { forward } from './message/forward.operation';
import { get as getMessage } from './message/get.operation';
import { getMany as getManyMessages } from './message/getMany.operation';
import { getSince } from './message/getSince.operation';
import { pin } from './message/pin.operation';
import { react } from './message/react.operation';
import { search } from './message/search.operation';
import { send } from './message/send.operation';
import { sendAndWait } from './message/sendAndWait.operation';
import { sendMedia } from './message/sendMedia.operation';
import { unpin } from './message/unpin.operation';
import { unreact } from './message/unreact.operation';
import { get as getProfile } from './profile/get.operation';

/** Everything the Telegram User node can do. A new operation is a file beside these and a line here. */
export const telegramOperations = [
	{
		value: 'account',
		name: 'Account',
		defaultOperation: 'getStatus',
		operations: [...accountOperations, endSession, getSessions],
	},
	{ value: 'apiRequest', name: 'API Request', operations: [request] },
	{
		value: 'chat',
		name: 'Chat',
		defaultOperation: 'getMany',
		operations: [getChat, getManyChats, markRead, markUnread],
	},
	{ value: 'file', name: 'File', operations: [download] },
	{
		value: 'login',
		name: 'Login',
		defaultOperation: 'requestCode',
		operations: [checkCode, checkPassword, checkQr, getQr, requestCode, resendCode],
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
			getSince,
			pin,
			react,
			search,
			send,
			sendAndWait,
			sendMedia,
			unpin,
			unreact,
		],
	},
	{ value: 'profile', name: 'Profile', operations: [getProfile] },
] as const satisfies OperationTable;
