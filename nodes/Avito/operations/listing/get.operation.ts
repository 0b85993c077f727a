import type { Operation } from '../../../../src/n8n';
import { listing } from '../../fields';

export const get: Operation = {
	value: 'get',
	name: 'Get',
	action: 'Get listing',
	description: 'Get status, dates and paid services of one own listing',
	effect: 'read',
	properties: [listing],
	toCommand: (parameters) => ({ name: 'listing.get', input: { itemId: parameters.id('itemId') } }),
};
