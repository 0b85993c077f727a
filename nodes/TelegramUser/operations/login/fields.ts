import type { INodeProperties } from 'n8n-workflow';
import type { Parameters } from '../../../../src/n8n';

/** The 2FA password of an account that has one. */
export const password: INodeProperties = {
	displayName: 'Password',
	name: 'password',
	type: 'string',
	typeOptions: { password: true },
	default: '',
	description: 'Password of the two-step verification, if the account has one',
};

export const phone: INodeProperties = {
	displayName: 'Phone',
	name: 'phone',
	type: 'string',
	required: true,
	default: '',
	placeholder: 'e.g. +79990000000',
	description: 'Phone number of the account, with country code',
};

export const codeToken: INodeProperties = {
	displayName: 'Code Token',
	name: 'codeToken',
	type: 'string',
	typeOptions: { password: true },
	required: true,
	default: '={{ $json.code_token }}',
	description: 'The field code_token of Request Code',
};

export function passwordOf(parameters: Parameters): { password?: string } {
	return parameters.has('password') ? { password: parameters.text('password') } : {};
}

/** The credential as a login needs it: without the session it may hold, which would be opened first. */
export function withoutSession(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
	return { ...fields, session: '' };
}
