import { downloadCalls, largestSizeField, outputFieldField, type Operation } from '../../../../src/n8n';
import { message, originOf } from '../../fields';

export const download: Operation = {
	value: 'download',
	name: 'Download',
	action: 'Download file',
	description: 'Download the files of a message into binary fields, one item per file',
	effect: 'read',
	properties: [message, outputFieldField],
	options: [largestSizeField],
	account: (parameters) => originOf(parameters).account,
	toCommand: (parameters) => downloadCalls(parameters, originOf(parameters).media),
};
