import type { CommandTable } from '../../../contract';
import type { AvitoAccount } from '../account';
import { accountGetBalance, accountGetSelf, accountRefreshToken } from './account';
import { chatBlockUser, chatMarkRead } from './chat-actions';
import { chatGet } from './chat-get';
import { chatGetMany } from './chat-get-many';
import { chatSearchByItem, chatSearchByText } from './chat-search';
import { chatUnreadCount } from './chat-unread-count';
import { listingGet, listingGetMany } from './listing';
import { mediaDownload, messageGetVoice } from './media';
import { messageDelete } from './message-delete';
import { messageGetMany } from './message-get-many';
import { messageGetSince } from './message-get-since';
import { messageGetUnread } from './message-get-unread';
import { messageSend, messageSendLink } from './message-send';
import { messageSendImage } from './message-send-image';
import { messageSendMany } from './message-send-many';
import { chatList, listingList } from './pickers';
import { rawRequest } from './raw';
import { reviewAnswer, reviewDeleteAnswer, reviewGetMany, reviewGetRating } from './review';
import { webhookList, webhookSubscribe, webhookUnsubscribe } from './webhook';

/** All that the pool can ask of an Avito account. A new operation is a file and a line here. */
export const commands: CommandTable<AvitoAccount> = {
	'account.getBalance': accountGetBalance,
	'account.getSelf': accountGetSelf,
	'account.refreshToken': accountRefreshToken,
	'chat.blockUser': chatBlockUser,
	'chat.get': chatGet,
	'chat.getMany': chatGetMany,
	'chat.list': chatList,
	'chat.markRead': chatMarkRead,
	'chat.searchByItem': chatSearchByItem,
	'chat.searchByText': chatSearchByText,
	'chat.unreadCount': chatUnreadCount,
	'listing.get': listingGet,
	'listing.getMany': listingGetMany,
	'listing.list': listingList,
	'media.download': mediaDownload,
	'message.delete': messageDelete,
	'message.getMany': messageGetMany,
	'message.getSince': messageGetSince,
	'message.getUnread': messageGetUnread,
	'message.getVoice': messageGetVoice,
	'message.send': messageSend,
	'message.sendImage': messageSendImage,
	'message.sendLink': messageSendLink,
	'message.sendMany': messageSendMany,
	'raw.request': rawRequest,
	'review.answer': reviewAnswer,
	'review.deleteAnswer': reviewDeleteAnswer,
	'review.getMany': reviewGetMany,
	'review.getRating': reviewGetRating,
	'webhook.list': webhookList,
	'webhook.subscribe': webhookSubscribe,
	'webhook.unsubscribe': webhookUnsubscribe,
};
