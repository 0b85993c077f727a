import type { IDataObject, INode, IWebhookFunctions } from 'n8n-workflow';
import { MESSENGERS, type Messenger } from '../../login';
import { environmentValue } from '../../runtime';

/** n8n's credential types the pages fill. */
export const CREDENTIAL_TYPES: Readonly<Record<Messenger, { type: string; name: string }>> = {
	max: { type: 'maxUserApi', name: 'MAX User API' },
	telegram: { type: 'telegramUserApi', name: 'Telegram User API' },
};

/** The node's own credential: n8n's API key, and the key visitors must know. */
export const API_CREDENTIAL = 'messengerLoginApi';

export interface LoginSettings {
	messengers: readonly Messenger[];
	handOver: { credential: boolean; page: boolean; output: boolean };
	/** update the credential chosen in the node rather than create one */
	update: boolean;
	/** of the credential that is created; '' = messenger and person */
	credentialName: string;
	linkMs: number;
	/** visitors must know it; '' = whoever has the address may log in */
	accessKey: string;
	/** of the credentials chosen in the node */
	fields: Readonly<Record<Messenger, Readonly<Record<string, unknown>>>>;
	/** base URL of n8n's public API with a key for it, or null */
	api: { baseUrl: string } | null;
}

type Context = Pick<IWebhookFunctions, 'getNodeParameter' | 'getCredentials' | 'getNode'>;

export async function readLoginSettings(context: Context): Promise<LoginSettings> {
	const chosen = list(context.getNodeParameter('messengers', []));
	const handOver = list(context.getNodeParameter('handOver', []));
	const options = context.getNodeParameter('options', {}) as IDataObject;
	const own = await optionalCredential(context, API_CREDENTIAL);
	const minutes = Number(options['linkMinutes'] ?? 15);
	const baseUrl = text(own['baseUrl']).replace(/\/+$/, '');
	return {
		messengers: MESSENGERS.filter((messenger) => chosen.includes(messenger)),
		handOver: {
			credential: handOver.includes('credential'),
			page: handOver.includes('page'),
			output: handOver.includes('output'),
		},
		update: options['updateCredential'] === true,
		credentialName: text(options['credentialName']),
		linkMs: Math.min(60, Math.max(2, Number.isFinite(minutes) ? minutes : 15)) * 60_000,
		accessKey: text(own['accessKey']),
		fields: {
			max: await optionalCredential(context, CREDENTIAL_TYPES.max.type),
			telegram: await optionalCredential(context, CREDENTIAL_TYPES.telegram.type),
		},
		api: text(own['apiKey']) === '' || baseUrl === '' ? null : { baseUrl },
	};
}

/** The credential a login may update: the one chosen in the node. */
export function chosenCredential(node: INode, messenger: Messenger): { id: string; name: string } | null {
	const found = node.credentials?.[CREDENTIAL_TYPES[messenger].type];
	return found?.id === undefined || found.id === null ? null : { id: found.id, name: found.name };
}

/** Telegram: no application in the credential and none set for the server. */
export function needsApplication(messenger: Messenger, fields: Readonly<Record<string, unknown>>): boolean {
	if (messenger !== 'telegram') return false;
	const id = text(fields['apiId']) || environmentValue('TELEGRAM_API_ID');
	const hash = text(fields['apiHash']) || environmentValue('TELEGRAM_API_HASH');
	return id === undefined || hash === undefined;
}

async function optionalCredential(context: Context, type: string): Promise<Record<string, unknown>> {
	if (context.getNode().credentials?.[type] === undefined) return {};
	return { ...(await context.getCredentials(type)) };
}

function list(value: unknown): string[] {
	return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}

function text(value: unknown): string {
	return typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
}
