import type { INodeProperties, INodePropertyMode } from 'n8n-workflow';

export interface ChatFieldOptions {
	/** internal name, default `chatId` */
	name?: string;
	displayName?: string;
	description?: string;
	required?: boolean;
	/** e.g. `u2i-…` */
	placeholder: string;
	/** what an id of this messenger looks like, as one group-free expression */
	idPattern: string;
	idError: string;
	/** the address of a chat in the messenger's web client: expression with one group, and an example */
	url?: { pattern: string; placeholder: string };
	/** further ways to name it, whose operation reads `parameters.located()` */
	modes?: readonly INodePropertyMode[];
	/** which `methods.listSearch` fills the list, default `searchChats` */
	searchListMethod?: string;
}

/** By the number of a person, as a mode of a selector. */
export const userMode: INodePropertyMode = {
	displayName: 'By User ID',
	name: 'user',
	type: 'string',
	placeholder: 'e.g. 87654321',
	validation: [
		{ type: 'regex', properties: { regex: '^\\s*\\d+\\s*$', errorMessage: 'A user ID is a number' } },
	],
};

/** By the public name of a chat or a person, as a mode of a selector. */
export const usernameMode: INodePropertyMode = {
	displayName: 'By Username',
	name: 'username',
	type: 'string',
	placeholder: 'e.g. @name',
	validation: [
		{
			type: 'regex',
			properties: {
				regex: '^\\s*@?[A-Za-z][A-Za-z0-9_]{2,31}\\s*$',
				errorMessage: 'A username has letters, digits and underscores, such as @name',
			},
		},
	],
};

/** By an address of the messenger, as a mode of a selector. `host` is an expression, such as `max\\.ru`. */
export function linkMode(host: string, placeholder: string): INodePropertyMode {
	return {
		displayName: 'By Link',
		name: 'link',
		type: 'string',
		placeholder,
		validation: [
			{
				type: 'regex',
				properties: {
					regex: `^\\s*(https?://)?(www\\.)?${host}/\\S+\\s*$`,
					errorMessage: 'This is not a link of the messenger',
				},
			},
		],
	};
}

/** By phone number, as a mode of a selector. */
export const phoneMode: INodePropertyMode = {
	displayName: 'By Phone',
	name: 'phone',
	type: 'string',
	placeholder: 'e.g. +79990000000',
	validation: [
		{
			type: 'regex',
			properties: {
				regex: '^\\s*\\+?[0-9() -]{7,24}\\s*$',
				errorMessage: 'A phone number has a country code and digits, such as +79990000000',
			},
		},
	],
};

/** One chat selector everywhere: from a list with search, by id, by address. */
export function chatField(options: ChatFieldOptions): INodeProperties {
	return {
		displayName: options.displayName ?? 'Chat',
		name: options.name ?? 'chatId',
		type: 'resourceLocator',
		required: options.required ?? true,
		default: { mode: 'list', value: '' },
		description: options.description ?? 'The chat to use',
		modes: [
			{
				displayName: 'From List',
				name: 'list',
				type: 'list',
				typeOptions: {
					searchListMethod: options.searchListMethod ?? 'searchChats',
					searchable: true,
					slowLoadNotice: {
						message: 'Loading takes longer than expected; an ID can be given instead.',
						timeout: 8000,
					},
				},
			},
			{
				displayName: 'By ID',
				name: 'id',
				type: 'string',
				placeholder: options.placeholder,
				validation: [
					{ type: 'regex', properties: { regex: options.idPattern, errorMessage: options.idError } },
				],
			},
			...(options.url === undefined
				? []
				: [
						{
							displayName: 'By URL',
							name: 'url',
							type: 'string' as const,
							placeholder: options.url.placeholder,
							extractValue: { type: 'regex' as const, regex: options.url.pattern },
							validation: [
								{
									type: 'regex' as const,
									properties: {
										regex: `${options.url.pattern}.*`,
										errorMessage: 'This is not the address of a chat',
									},
								},
							],
						},
					]),
			...(options.modes ?? []),
		],
	};
}
