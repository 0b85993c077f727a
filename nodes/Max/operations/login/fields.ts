import type { INodeProperties } from 'n8n-workflow';

/** The login password of an account that has one. */
export const password: INodeProperties = {
	displayName: 'Password',
	name: 'password',
	type: 'string',
	typeOptions: { password: true },
	default: '',
	description: 'Login password of the account, if it has one',
};

/** What ties the steps of a login together. */
export const trackId: INodeProperties = {
	displayName: 'Track ID',
	name: 'trackId',
	type: 'string',
	required: true,
	default: '={{ $json.track_id }}',
	description: 'The field track_id of the step before',
};
