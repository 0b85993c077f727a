import type { Operation } from '../../../../src/n8n';
import { link } from '../../fields';

export const resolveLink: Operation = {
	value: 'resolveLink',
	name: 'Resolve Link',
	action: 'Resolve link',
	description: 'Find the group, channel or person a link leads to, without joining',
	effect: 'read',
	properties: [link],
	toCommand: (parameters) => ({ name: 'chat.resolveLink', input: { link: parameters.id('link') } }),
};
