import { sendingFields, sendingOf, type Operation } from '../../../../src/n8n';
import { recipient, recipientOf } from '../../fields';

export const sendLocation: Operation = {
	value: 'sendLocation',
	name: 'Send Location',
	action: 'Send location',
	description: 'Send a point on the map',
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
	options: sendingFields,
	toCommand: (parameters) => ({
		name: 'message.sendLocation',
		input: {
			...recipientOf(parameters),
			latitude: parameters.number('latitude'),
			longitude: parameters.number('longitude'),
			...sendingOf(parameters.options),
		},
	}),
};
