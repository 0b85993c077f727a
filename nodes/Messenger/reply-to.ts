import type { Values } from '../../src/n8n';
import type { INodeProperties } from 'n8n-workflow';

/** The message a send quotes; Avito has no quotes and leaves it out. */
export const replyToOption: INodeProperties = {
	displayName: 'Reply to Message ID',
	name: 'replyTo',
	type: 'string',
	default: '',
	placeholder: 'e.g. {{ $json.meta.external_message_id }}',
	description: 'ID of the message to quote; Avito has no quotes',
};

export function replyToOf(options: Values): string | null {
	return options.has('replyTo') ? options.id('replyTo') : null;
}
