import type { INodeProperties } from 'n8n-workflow';
import {
	sendingFields as commonSendingFields,
	sendingOf as commonSendingOf,
	type Values,
} from '../../../../src/n8n';
import { topicField, topicOf } from '../../fields';

export const silentFields: readonly INodeProperties[] = commonSendingFields.filter(
	({ name }) => name === 'silent',
);

export const protectField: INodeProperties = {
	displayName: 'Protect Content',
	name: 'protect',
	type: 'boolean',
	default: false,
	description: 'Whether the others can neither forward nor save the message',
};

export const whenOnlineField: INodeProperties = {
	displayName: 'When Online',
	name: 'whenOnline',
	type: 'boolean',
	default: false,
	description: 'Whether Telegram sends it as soon as the person is online; instead of Send At',
};

/** Fields of *Options* that every send has. Read by `sendingOf`. */
export const sendingFields: readonly INodeProperties[] = [
	...commonSendingFields,
	{
		displayName: 'Import Contact if Needed',
		name: 'importContact',
		type: 'boolean',
		default: false,
		description: 'Whether to add a phone number nobody of this account knows to its contacts',
	},
	protectField,
	{
		displayName: 'Quote',
		name: 'quote',
		type: 'string',
		default: '',
		description: 'The part of the message replied to that is quoted, word for word',
	},
	{
		displayName: 'Remove Imported Contact',
		name: 'forgetContact',
		type: 'boolean',
		default: false,
		description: 'Whether to take a contact that was added for this send out again afterwards',
	},
	topicField,
	whenOnlineField,
];

/** Letters a second: somebody who types fast on a phone. */
const TYPING_SPEED = 10;
/** seconds; the longest the channel shows */
const LONGEST_TYPING = 60;

/** What `sendingFields` say, in the words of the channel. @param text what the typing is as long as */
export function sendingOf(options: Values, text: string) {
	const { typing, ...common } = commonSendingOf(options);
	const seconds =
		typing === 'length' ? Math.min(LONGEST_TYPING, Math.ceil(text.length / TYPING_SPEED)) : typing;
	return {
		...common,
		...scheduleOf(options),
		...(seconds === undefined ? {} : { typingSeconds: seconds }),
		...(options.has('quote') ? { quote: options.text('quote') } : {}),
		...topicOf(options),
		protect: options.boolean('protect'),
		importContact: options.boolean('importContact'),
		forgetContact: options.boolean('forgetContact'),
	};
}

export function scheduleOf(options: Values): { sendAt?: string } {
	return options.boolean('whenOnline') ? { sendAt: 'online' } : {};
}
