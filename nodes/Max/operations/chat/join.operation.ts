import type { Operation } from '../../../../src/n8n';
import { link } from '../../fields';

export const join: Operation = {
	value: 'join',
	name: 'Join',
	action: 'Join group or channel',
	description: 'Join a group or channel by its link; a moderated group gets a request instead',
	effect: 'change',
	properties: [link],
	toCommand: (parameters) => ({ name: 'chat.join', input: { link: parameters.id('link') } }),
};
