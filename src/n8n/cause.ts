import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { CHANNELS } from '../contract';

export interface Cause {
	chatId: string;
	eventId: string;
}

/**
 * The incoming event an item comes from: the item itself where it still is the event, else the item of the nearest
 * trigger of this package that n8n pairs it with. Undefined where none can be told.
 */
export function causeFinder(
	context: IExecuteFunctions,
): (item: INodeExecutionData, index: number) => Cause | undefined {
	const triggers = ownTriggers(context);
	return (item, index) => {
		const direct = eventOf(item.json);
		if (direct !== undefined) return direct;
		for (const name of triggers) {
			const paired = pairedJson(context, name, index);
			if (paired !== undefined) return paired;
		}
		return undefined;
	};
}

function ownTriggers(context: IExecuteFunctions): string[] {
	const node = context.getNode();
	const own = node.type.slice(0, node.type.lastIndexOf('.') + 1);
	return context
		.getParentNodes(node.name)
		.filter(({ type, disabled }) => !disabled && type.startsWith(own) && type.endsWith('Trigger'))
		.map(({ name }) => name);
}

function pairedJson(context: IExecuteFunctions, node: string, index: number): Cause | undefined {
	try {
		const proxy = context.getWorkflowDataProxy(index) as {
			$: (name: string) => {
				isExecuted: boolean;
				itemMatching(index: number): INodeExecutionData | undefined;
			};
		};
		const output = proxy.$(node);
		return output.isExecuted ? eventOf(output.itemMatching(index)?.json) : undefined;
	} catch {
		// The chain of paired items is broken somewhere before this node: then nobody knows.
		return undefined;
	}
}

function eventOf(json: unknown): Cause | undefined {
	if (typeof json !== 'object' || json === null) return undefined;
	const { channel, event_id: eventId, external_chat_id: chatId } = json as Record<string, unknown>;
	const ours = typeof channel === 'string' && (CHANNELS as readonly string[]).includes(channel);
	return ours && typeof eventId === 'string' && typeof chatId === 'string' ? { chatId, eventId } : undefined;
}
