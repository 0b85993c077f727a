import type { IDataObject, IWebhookFunctions } from 'n8n-workflow';
import type { Done, Messenger, Way } from '../../login';
import { redactText } from '../../runtime';
import { NAMES } from './pages/parts';
import { API_CREDENTIAL, chosenCredential, CREDENTIAL_TYPES, type LoginSettings } from './settings';

/** What became of a session. */
export interface HandedOver {
	credential:
		{ kind: 'created' | 'updated'; id: string; name: string } | { kind: 'none' } | { kind: 'failed' };
	/** for the page, once; null = nobody has to copy anything */
	shown: readonly { label: string; value: string; secret: boolean }[] | null;
	typeName: string;
	toWorkflow: boolean;
	/** starts the workflow */
	item: IDataObject;
}

export interface Finished {
	messenger: Messenger;
	way: Way;
	done: Done;
	application: { apiId: string; apiHash: string } | null;
	/** ms since 1970 */
	at: number;
}

type Context = Pick<IWebhookFunctions, 'getNode' | 'helpers' | 'logger'>;

/**
 * Gives the session to where it belongs: a credential, by n8n's public API; the page; the workflow. A session nobody
 * else has taken is always shown, since it exists nowhere else any more.
 */
export async function handOver(
	context: Context,
	settings: LoginSettings,
	finished: Finished,
): Promise<HandedOver> {
	const { messenger, done, application } = finished;
	const values = { ...done.fields, ...application };
	const credential = await saveCredential(context, settings, finished, values);
	const saved = 'id' in credential;
	const inOutput = settings.handOver.output;
	const needsPage = !saved && (settings.handOver.page || !inOutput);
	return {
		credential,
		shown: needsPage ? shownValues(values) : null,
		typeName: CREDENTIAL_TYPES[messenger].name,
		toWorkflow: true,
		item: {
			channel: messenger,
			user_id: done.profile.id,
			name: done.profile.name,
			username: done.profile.username,
			phone_masked: done.profile.phoneMasked,
			way: finished.way,
			logged_in_at: new Date(finished.at).toISOString(),
			credential_id: saved ? credential.id : null,
			credential_name: saved ? credential.name : null,
			credential_type: CREDENTIAL_TYPES[messenger].type,
			...(inOutput ? { session: values } : {}),
		},
	};
}

async function saveCredential(
	context: Context,
	settings: LoginSettings,
	{ messenger, done }: Finished,
	values: Readonly<Record<string, string>>,
): Promise<HandedOver['credential']> {
	if (!settings.handOver.credential || settings.api === null) return { kind: 'none' };
	const { baseUrl } = settings.api;
	const known = settings.update ? chosenCredential(context.getNode(), messenger) : null;
	try {
		if (known !== null) {
			const body = { data: values, isPartialData: true };
			await askApi(context, 'PATCH', `${baseUrl}/credentials/${encodeURIComponent(known.id)}`, body);
			return { kind: 'updated', ...known };
		}
		const name =
			settings.credentialName ||
			`${NAMES[messenger]} – ${done.profile.name || done.profile.username || done.profile.id}`;
		const answer = await askApi(context, 'POST', `${baseUrl}/credentials`, {
			name,
			type: CREDENTIAL_TYPES[messenger].type,
			data: { ...ownSettings(settings.fields[messenger]), ...values },
		});
		const id = (answer as { id?: unknown } | undefined)?.id;
		if (typeof id !== 'string') throw new Error('the answer of n8n names no credential');
		return { kind: 'created', id, name };
	} catch (error) {
		const reason = redactText(error instanceof Error ? error.message : String(error));
		context.logger.warn(`${context.getNode().name}: the credential could not be saved`, { error: reason });
		return { kind: 'failed' };
	}
}

function askApi(
	context: Context,
	method: 'POST' | 'PATCH',
	url: string,
	body: IDataObject,
): Promise<unknown> {
	const request = { method, url, body, json: true, timeout: 15_000 };
	return context.helpers.httpRequestWithAuthentication.call(
		context as IWebhookFunctions,
		API_CREDENTIAL,
		request,
	) as Promise<unknown>;
}

/** The settings of the chosen credential go along (proxy, endpoint, limits); what n8n refuses or means nothing does not. */
function ownSettings(fields: Readonly<Record<string, unknown>>): IDataObject {
	return Object.fromEntries(
		Object.entries(fields).filter(
			([name, value]) => value !== undefined && value !== null && name !== 'notice',
		),
	) as IDataObject;
}

const LABELS: Readonly<Record<string, { label: string; secret: boolean }>> = {
	token: { label: 'Token', secret: true },
	deviceId: { label: 'Device ID', secret: false },
	deviceType: { label: 'Device Type', secret: false },
	session: { label: 'Session', secret: true },
	apiId: { label: 'API ID', secret: false },
	apiHash: { label: 'API Hash', secret: true },
};

/** Under the names the credential's window has. */
function shownValues(values: Readonly<Record<string, string>>): NonNullable<HandedOver['shown']> {
	return Object.entries(values).map(([name, value]) => ({
		label: LABELS[name]?.label ?? name,
		secret: LABELS[name]?.secret ?? true,
		value,
	}));
}
