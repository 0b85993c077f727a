import { accountOverview, type OperationTable } from '../../../src/n8n';
import { markRead } from './chat/markRead.operation';
import { sendTyping } from './chat/sendTyping.operation';
import { download } from './file/download.operation';
import { reply } from './message/reply.operation';
import { send } from './message/send.operation';
import { sendMedia } from './message/sendMedia.operation';

/** What can be done alike in every messenger. Everything else is in the messengers' own nodes. */
export const messengerOperations = [
	{ value: 'account', name: 'Account', operations: [accountOverview] },
	{ value: 'chat', name: 'Chat', operations: [markRead, sendTyping] },
	{ value: 'file', name: 'File', operations: [download] },
	{ value: 'message', name: 'Message', defaultOperation: 'reply', operations: [reply, send, sendMedia] },
] as const satisfies OperationTable;
