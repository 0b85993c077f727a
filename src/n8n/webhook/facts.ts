import type { INode } from 'n8n-workflow';
import { ChannelError } from '../../contract';
import type { CredentialSource } from '../../pool';
import { BoundedMap } from '../../runtime';
import { credentialSource, type CredentialContext } from '../credential';
import { sameSecret, urlSecret } from './secret';
import type { WebhookTriggerSpec } from './spec';

interface IdentityContext extends CredentialContext {
	getInstanceId(): string;
	getWorkflow(): { id?: string };
	getNode(): INode;
}

/** What both hook and webhook contexts need of a trigger's credential. */
export interface WebhookFacts {
	credential: CredentialSource;
	secret: string;
	/** the secret of the credential as it is stored by then */
	readSecret(): Promise<string>;
	endpoint: string;
}

/** As long as a credential's own reader waits between two reads. */
const REMEMBERED_MS = 60_000;
const MAX_REMEMBERED = 1_000;

const remembered = new BoundedMap<WebhookFacts>(MAX_REMEMBERED, REMEMBERED_MS);

export async function webhookFacts(
	context: IdentityContext,
	spec: WebhookTriggerSpec,
): Promise<WebhookFacts> {
	const credential = await credentialSource(context, spec);
	const identity = identityOf(context);
	const secretOf = (data: unknown): string => urlSecret(keyIn(data, spec), identity);
	const endpoint = (credential.data as Record<string, unknown>)[spec.endpointField];
	return {
		credential,
		secret: secretOf(credential.data),
		readSecret: async () => secretOf(await credential.read()),
		endpoint: typeof endpoint === 'string' && endpoint !== '' ? endpoint : spec.defaultEndpoint,
	};
}

/**
 * The facts for a request with this key; null = the key is wrong. Reading a credential costs n8n a decryption and an
 * expression isolate, several times all the rest of the call, so a minute's calls share one read. A key that does not
 * fit what is remembered is compared with the credential of now: it may just have been changed.
 * @param now monotonic ms
 */
export async function factsFor(
	context: IdentityContext,
	spec: WebhookTriggerSpec,
	key: unknown,
	now: number,
): Promise<WebhookFacts | null> {
	const name = JSON.stringify(identityOf(context));
	const known = remembered.get(name, now);
	if (known !== undefined && sameSecret(key, known.secret)) return known;
	const facts = await webhookFacts(context, spec);
	if (!sameSecret(key, facts.secret)) return null;
	remembered.set(name, facts, now);
	return facts;
}

function identityOf(context: IdentityContext): { instance: string; workflow: string; node: string } {
	return {
		instance: context.getInstanceId(),
		workflow: context.getWorkflow().id ?? '',
		node: context.getNode().id,
	};
}

/** An empty key would make every trigger's secret computable by anybody. */
function keyIn(data: unknown, { secretField }: WebhookTriggerSpec): string {
	const key =
		typeof data === 'object' && data !== null ? (data as Record<string, unknown>)[secretField] : null;
	if (typeof key === 'string' && key !== '') return key;
	throw new ChannelError('credential_invalid', `The credential has no ${secretField}.`, {
		field: secretField,
		hint: 'Fill in the credential of the trigger.',
	});
}
