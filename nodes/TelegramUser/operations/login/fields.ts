import type { INodeProperties } from 'n8n-workflow';
import { newLoginId, type Parameters } from '../../../../src/n8n';

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

type Fields = Readonly<Record<string, unknown>>;

/**
 * The credential as a login needs it: without the session it may hold, which would be opened first, and named, since
 * logins at the same time under one application share neither key nor state.
 */
function forLogin(fields: Fields, loginId: string): Record<string, unknown> {
	return { ...fields, session: '', loginId };
}

/** A login by code is named by its number, however it is written. */
export function loginByPhone(fields: Fields, parameters: Parameters): Record<string, unknown> {
	return forLogin(fields, parameters.id('phone').replaceAll(/\D/g, ''));
}

/** A login by QR code is named when it begins. */
export async function newLogin(fields: Fields, parameters: Parameters): Promise<Record<string, unknown>> {
	return forLogin(fields, await newLoginId(parameters));
}

/** The login that another step began: its token, or the number of a login by code. */
export function loginOf(name: string) {
	return (fields: Fields, parameters: Parameters): Record<string, unknown> => {
		const given = parameters.id(name);
		return forLogin(fields, /^[0-9a-f]{32}$/.test(given) ? given : given.replaceAll(/\D/g, ''));
	};
}

export const loginToken: INodeProperties = {
	displayName: 'Login Token',
	name: 'loginToken',
	type: 'string',
	typeOptions: { password: true },
	required: true,
	default: '={{ $json.login_token }}',
	description: 'The field login_token of Get QR Code',
};
