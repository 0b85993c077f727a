import { sendAndWaitOperation } from '../../../../src/n8n';
import { chatById } from './fields';

export const sendAndWait = sendAndWaitOperation(chatById, (chatId, text) => ({
	name: 'message.send',
	input: { chatId, text, splitLongText: 'split' },
}));
