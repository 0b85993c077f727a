import type { INodeProperties, ITriggerFunctions, ITriggerResponse } from 'n8n-workflow';
import { credentialSource } from '../credential';
import { toNodeError } from '../errors';
import { host } from '../host';
import { withoutAddress } from '../webhook/registry';
import { Emitter } from './emitter';
import { toItems } from './items';
import { startManual } from './manual';
import { Reporter } from './reporter';
import { readTriggerSettings, type TriggerSettings } from './settings';
import type { TriggerSpec, TriggerWords } from './spec';

/**
 * What `trigger()` of every trigger node does: reads everything, subscribes, returns. It rejects only for what the user
 * must correct; connecting, reconnecting and recovering are the pool's, for ever.
 */
export async function runTrigger(
	context: ITriggerFunctions,
	spec: TriggerSpec,
	properties: readonly INodeProperties[],
): Promise<ITriggerResponse> {
	const settings = readSettings(context, spec, properties);
	const credential = await credentialSource(context, spec);
	const { pool, clock } = await host(context.logger);
	if (context.getMode() === 'manual') return startManual(context, pool, [credential], settings, clock);

	const nodeId = context.getNode().id;
	const emitter = new Emitter(context, clock);
	const reporter = new Reporter(context, clock, settings.reportProblems);
	const shape = { batched: settings.consumer.batch !== null, itemShape: settings.itemShape };
	const subscription = pool.subscribe({
		credential,
		identity: {
			instance: context.getInstanceId(),
			workflow: context.getWorkflow().id ?? '',
			node: nodeId,
		},
		options: settings.consumer,
		pollEveryMs: () =>
			withoutAddress().has(`${context.getWorkflow().id ?? ''}/${nodeId}`) ? settings.pollMs : null,
		deliver: ({ events, key }) => emitter.emit(toItems(events, shape), key),
		report: (report) => {
			reporter.report(report);
		},
	});
	return {
		closeFunction: () => {
			// Synchronous and idempotent: n8n closes trigger after trigger, and the pool lingers on its own time.
			subscription.end();
			return Promise.resolve();
		},
	};
}

/** @throws n8n's error for what the user must correct */
export function readSettings(
	context: ITriggerFunctions,
	spec: TriggerWords,
	properties: readonly INodeProperties[],
): TriggerSettings {
	try {
		return readTriggerSettings(context, spec, properties);
	} catch (error) {
		throw toNodeError(context.getNode(), error);
	}
}
