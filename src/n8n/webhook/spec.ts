import type { TriggerSpec } from '../trigger/spec';
import type { WebhookCommands } from './registration';

/** A trigger whose messenger also calls an address of ours. */
export interface WebhookTriggerSpec extends TriggerSpec {
	webhookCommands: WebhookCommands;
	/** credential field the URL's secret is derived from */
	secretField: string;
	/** field of a request's body that tells an event from the provider's self-test */
	eventField: string;
	/** credential field with the provider's address, and the provider's own one */
	endpointField: string;
	defaultEndpoint: string;
}
