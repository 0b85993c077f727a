import type { Operation } from '../../../../src/n8n';
import { chatOf } from '../../fields';
import { recipient } from './fields';
import { sendingFields, sendingOf } from './sending';

export const sendLocation: Operation = {
	value: 'sendLocation',
	name: 'Send Location',
	action: 'Send location',
	description: 'Send a point on the map, or a place with its name and address',
	effect: 'send',
	properties: [
		recipient,
		{
			displayName: 'Latitude',
			name: 'latitude',
			type: 'number',
			typeOptions: { minValue: -90, maxValue: 90, numberPrecision: 7 },
			required: true,
			default: 0,
			description: 'Degrees north, negative in the south',
		},
		{
			displayName: 'Longitude',
			name: 'longitude',
			type: 'number',
			typeOptions: { minValue: -180, maxValue: 180, numberPrecision: 7 },
			required: true,
			default: 0,
			description: 'Degrees east, negative in the west',
		},
	],
	options: [
		{
			displayName: 'Accuracy (Meters)',
			name: 'accuracy',
			type: 'number',
			typeOptions: { minValue: 0, maxValue: 1500 },
			default: 0,
			description: 'How exact the point is',
		},
		{
			displayName: 'Address',
			name: 'address',
			type: 'string',
			default: '',
			description: 'Address of a place; needs its name, too',
		},
		{
			displayName: 'Place Name',
			name: 'title',
			type: 'string',
			default: '',
			description: 'Name of a place; needs its address, too',
		},
		...sendingFields,
	],
	toCommand: (parameters) => {
		const { options } = parameters;
		return {
			name: 'message.sendLocation',
			input: {
				chatId: chatOf(parameters),
				latitude: parameters.number('latitude'),
				longitude: parameters.number('longitude'),
				...(options.has('accuracy') ? { accuracy: options.number('accuracy') } : {}),
				...(options.has('title') ? { title: options.text('title') } : {}),
				...(options.has('address') ? { address: options.text('address') } : {}),
				...sendingOf(options, ''),
			},
		};
	},
};
