import type { INode } from 'n8n-workflow';
import { ChannelError } from '../../contract';
import type { CredentialSource } from '../../pool';
import { credentialSource, type CredentialContext } from '../credential';
import { urlSecret } from './secret';
import type { WebhookTriggerSpec } from './spec';

interface IdentityContext extends CredentialContext {
	getInstanceId(): string;
	getWorkflow(): { id?: string };
	getNode(): INode;
}

/** What hook and webhook contexts both need of a trigger's credential. */
export interface WebhookFacts {
	credential: CredentialSource;
	secret: string;
	/** the secret of the credential as it is stored by then */
	readSecret(): Promise<string>;
	endpoint: string;
}

export async function webhookFacts(
	context: IdentityContext,
	spec: WebhookTriggerSpec,
): Promise<WebhookFacts> {
	const credential = await credentialSource(context, spec);
	const identity = {
		instance: context.getInstanceId(),
		workflow: context.getWorkflow().id ?? '',
		node: context.getNode().id,
	};
	const secretOf = (data: unknown): string => urlSecret(keyIn(data, spec), identity);
	const endpoint = (credential.data as Record<string, unknown>)[spec.endpointField];
	return {
		credential,
		secret: secretOf(credential.data),
		readSecret: async () => secretOf(await credential.read()),
		endpoint: typeof endpoint === 'string' && endpoint !== '' ? endpoint : spec.defaultEndpoint,
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
