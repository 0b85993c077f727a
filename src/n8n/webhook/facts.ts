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
	endpoint: string;
}

export async function webhookFacts(
	context: IdentityContext,
	spec: WebhookTriggerSpec,
): Promise<WebhookFacts> {
	const credential = await credentialSource(context, spec);
	const fields = credential.data as Record<string, unknown>;
	const secret = fields[spec.secretField];
	// An empty key would make every trigger's secret computable by anybody.
	if (typeof secret !== 'string' || secret === '')
		throw new ChannelError('credential_invalid', `The credential has no ${spec.secretField}.`, {
			field: spec.secretField,
			hint: 'Fill in the credential of the trigger.',
		});
	const endpoint = fields[spec.endpointField];
	return {
		credential,
		secret: urlSecret(secret, {
			instance: context.getInstanceId(),
			workflow: context.getWorkflow().id ?? '',
			node: context.getNode().id,
		}),
		endpoint: typeof endpoint === 'string' && endpoint !== '' ? endpoint : spec.defaultEndpoint,
	};
}
