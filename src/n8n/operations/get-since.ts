import type { INodeProperties } from 'n8n-workflow';
import { directionField } from '../fields/direction';
import { detailOf, includeRawField, simplifyField } from '../fields/limit';
import type { Operation } from '../operation';

/** What differs between the messengers. */
export interface GetSinceWords {
	/** examples of the messenger's IDs */
	messageId: string;
	chatIds: string;
	/** where codes and notices of the messenger itself can be left out */
	includeServiceField?: INodeProperties;
	/** a message's ID as the command wants it in the place of a time; default: as it is */
	after?(messageId: string): string;
}

/** *Message: Get Since*: what a trigger would have given since a time or a message, with the same event ids. */
export function getSinceOperation(words: GetSinceWords): Operation {
	return {
		value: 'getSince',
		name: 'Get Since',
		action: 'Get messages since time',
		description:
			'Get what a trigger would have given since a time or a message, oldest first, with the same event_id',
		effect: 'read',
		properties: [
			{
				displayName: 'Since',
				name: 'since',
				type: 'dateTime',
				default: '',
				description: 'Messages from this time on. Needed unless the option After Message ID is used.',
			},
			directionField('Whose messages to return'),
			simplifyField,
		],
		options: [
			{
				displayName: 'After Message ID',
				name: 'afterMessageId',
				type: 'string',
				default: '',
				placeholder: `e.g. ${words.messageId}`,
				description: 'Start after this message instead of at a time; needs exactly one chat ID',
			},
			{
				displayName: 'Chat IDs',
				name: 'chatIds',
				type: 'string',
				default: '',
				placeholder: `e.g. ${words.chatIds}`,
				description: 'Comma-separated list of chat IDs; empty means all chats',
			},
			includeRawField,
			...(words.includeServiceField === undefined ? [] : [words.includeServiceField]),
		],
		toCommand: (parameters) => {
			const { options } = parameters;
			const after = options.has('afterMessageId') ? options.id('afterMessageId') : null;
			if (after === null) parameters.required('since');
			const chatIds = options.list('chatIds');
			return {
				name: 'message.getSince',
				input: {
					since: after === null ? parameters.time('since') : (words.after?.(after) ?? after),
					direction: parameters.text('direction'),
					...(chatIds.length === 0 ? {} : { chatIds }),
					...(words.includeServiceField === undefined
						? {}
						: { includeService: options.boolean('includeService') }),
					...detailOf(parameters),
				},
			};
		},
	};
}
