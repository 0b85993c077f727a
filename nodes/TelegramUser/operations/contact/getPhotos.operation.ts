import { limitFields, type Operation } from '../../../../src/n8n';
import { chatOf, user } from '../../fields';

export const getPhotos: Operation = {
	value: 'getPhotos',
	name: 'Get Photos',
	action: 'Get photos of contact',
	description: 'List the pictures of the profile of a person, newest first',
	effect: 'read',
	properties: [user, ...limitFields()],
	toCommand: (parameters) => ({
		name: 'contact.getPhotos',
		input: { userId: chatOf(parameters, 'userId'), ...parameters.limit() },
	}),
};
