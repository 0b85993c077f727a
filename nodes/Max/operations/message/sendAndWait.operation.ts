import { sendAndWaitOperation } from '../../../../src/n8n';
import { chat } from '../../fields';

export const sendAndWait = sendAndWaitOperation(chat, (chatId, text) => ({
	name: 'message.send',
	input: { chatId, text, splitLongText: 'split' },
}));
