import { accountOperations, type OperationTable } from '../../../src/n8n';
import { getBalance } from './account/getBalance.operation';
import { getSelf } from './account/getSelf.operation';
import { refreshToken } from './account/refreshToken.operation';
import { request } from './apiRequest/request.operation';
import { blockUser } from './chat/blockUser.operation';
import { get as getChat } from './chat/get.operation';
import { getMany as getManyChats } from './chat/getMany.operation';
import { markRead } from './chat/markRead.operation';
import { searchByItem } from './chat/searchByItem.operation';
import { searchByText } from './chat/searchByText.operation';
import { unreadCount } from './chat/unreadCount.operation';
import { download } from './file/download.operation';
import { get as getListing } from './listing/get.operation';
import { getMany as getManyListings } from './listing/getMany.operation';
import { deleteMessage } from './message/delete.operation';
import { getMany as getManyMessages } from './message/getMany.operation';
import { getSince } from './message/getSince.operation';
import { getUnread } from './message/getUnread.operation';
import { getVoice } from './message/getVoice.operation';
import { send } from './message/send.operation';
import { sendAndWait } from './message/sendAndWait.operation';
import { sendImage } from './message/sendImage.operation';
import { sendLink } from './message/sendLink.operation';
import { sendMany } from './message/sendMany.operation';
import { answer } from './review/answer.operation';
import { deleteAnswer } from './review/deleteAnswer.operation';
import { getMany as getManyReviews } from './review/getMany.operation';
import { getRating } from './review/getRating.operation';
import { getMany as getManyWebhooks } from './webhook/getMany.operation';
import { subscribe } from './webhook/subscribe.operation';
import { unsubscribe } from './webhook/unsubscribe.operation';

/** Everything the Avito node can do. A new operation is a file beside these and a line here. */
export const avitoOperations = [
	{
		value: 'account',
		name: 'Account',
		defaultOperation: 'getStatus',
		operations: [...accountOperations, getBalance, getSelf, refreshToken],
	},
	{ value: 'apiRequest', name: 'API Request', operations: [request] },
	{
		value: 'chat',
		name: 'Chat',
		defaultOperation: 'getMany',
		operations: [blockUser, getChat, getManyChats, unreadCount, markRead, searchByItem, searchByText],
	},
	{ value: 'file', name: 'File', operations: [download] },
	{
		value: 'listing',
		name: 'Listing',
		defaultOperation: 'getMany',
		operations: [getListing, getManyListings],
	},
	{
		value: 'message',
		name: 'Message',
		defaultOperation: 'send',
		operations: [
			deleteMessage,
			getManyMessages,
			getSince,
			getUnread,
			getVoice,
			send,
			sendAndWait,
			sendImage,
			sendLink,
			sendMany,
		],
	},
	{
		value: 'review',
		name: 'Review',
		defaultOperation: 'getMany',
		operations: [answer, deleteAnswer, getManyReviews, getRating],
	},
	{
		value: 'webhook',
		name: 'Webhook',
		defaultOperation: 'getMany',
		operations: [getManyWebhooks, subscribe, unsubscribe],
	},
] as const satisfies OperationTable;
