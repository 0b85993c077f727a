import type { IHookFunctions, INodeProperties } from 'n8n-workflow';
import { toNodeError } from '../errors';
import { host } from '../host';
import { readTriggerSettings } from '../trigger/settings';
import { isReachable, withSecret } from './address';
import { webhookFacts } from './facts';
import { Registration } from './registration';
import { registrations, withoutAddress, type Registered } from './registry';
import type { WebhookTriggerSpec } from './spec';
import { listenForTest } from './test-listener';

type HookMethod = (this: IHookFunctions) => Promise<boolean>;

/**
 * `webhookMethods` of a trigger with a webhook. n8n calls them once per webhook description, at the same time, at every
 * publish and start; they do no network I/O: `create` leaves a background registration behind, `delete` tells it to go.
 */
export function webhookLifecycle(
	spec: WebhookTriggerSpec,
	properties: readonly INodeProperties[],
): { checkExists: HookMethod; create: HookMethod; delete: HookMethod } {
	return {
		async checkExists(this: IHookFunctions) {
			// What the provider has is looked up in the background; `create` is idempotent and may always run.
			return Promise.resolve(false);
		},

		async create(this: IHookFunctions) {
			try {
				await begin(this, spec, properties);
				return true;
			} catch (error) {
				throw toNodeError(this.getNode(), error);
			}
		},

		async delete(this: IHookFunctions) {
			registrations().get(webhookUrl(this))?.remove();
			return Promise.resolve(true);
		},
	};
}

function webhookUrl(context: IHookFunctions): string {
	return context.getNodeWebhookUrl('default') ?? '';
}

async function begin(
	context: IHookFunctions,
	spec: WebhookTriggerSpec,
	properties: readonly INodeProperties[],
): Promise<void> {
	const url = webhookUrl(context);
	const settings = readTriggerSettings(context, spec, properties);
	const { credential, secret, readSecret, endpoint } = await webhookFacts(context, spec);
	const services = { ...(await host(context.logger)), logger: context.logger };
	const known = registrations();
	const wantsAddress = !settings.options.boolean('pollingOnly');
	const isTest = context.getMode() === 'manual';

	const former = known.get(url);
	const lease = wantsAddress && isReachable(url, endpoint) ? services.pool.lease(credential) : undefined;
	const node = `${context.getWorkflow().id ?? ''}/${context.getNode().id}`;
	if (lease === undefined) withoutAddress().add(node);
	else withoutAddress().delete(node);
	if (wantsAddress && lease === undefined)
		context.logger.info(
			`${context.getNode().name}: the address of this n8n is not public, messages are polled`,
		);
	if (!isTest && lease !== undefined && former?.keep !== undefined) {
		former.keep(readSecret, lease);
		return;
	}

	former?.remove();
	const forget = (): void => {
		if (known.get(url) === entry) known.delete(url);
	};
	const parts: Registered[] = [];
	if (lease !== undefined)
		parts.push(new Registration(url, readSecret, lease, spec.webhookCommands, services, forget));
	if (isTest) {
		const test = { url: withSecret(url, secret), credential, settings, services };
		parts.push(listenForTest(context, test));
	}
	const [only] = parts;
	const entry: Registered =
		parts.length === 1 && only !== undefined
			? only
			: { remove: () => parts.forEach((part) => part.remove()) };
	if (parts.length > 0) known.set(url, entry);
}
