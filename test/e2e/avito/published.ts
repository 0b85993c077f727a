import type { INode, INodeParameters } from 'n8n-workflow';
import type { AvitoSandbox } from '../../sandbox/avito';
import { node, until, workflow, type StoredExecution, type Wire } from '../harness';
import { avito, avitoTrigger, chat, onlyIf } from './nodes';
import type { Scene } from './scene';

/** States of an execution in which nothing more happens to it. */
const over = new Set<string>(['success', 'error', 'crashed', 'canceled']);

/** Has the account that has this webhook been looked through for the first time? */
export function isLive({ control }: AvitoSandbox, webhook: string): boolean {
	const account = control.state({}).accounts.find(({ webhooks }) => webhooks.includes(webhook));
	if (account === undefined) return false;
	const { user_id } = account;
	return control.requests({ user_id, operation_id: 'getChatsV2' }).some(({ status }) => status === 200);
}

/** A published workflow that begins with an Avito Trigger. */
export class Published {
	private constructor(
		private readonly scene: Scene,
		readonly id: string,
		readonly trigger: INode,
	) {}

	/** Trigger → NoOp: each event is one execution that does nothing. */
	static async listening(
		scene: Scene,
		name: string,
		parameters: INodeParameters = {},
		options: { reachable?: boolean } = {},
	): Promise<Published> {
		const trigger = avitoTrigger('Avito Trigger', scene.credential, parameters);
		return await Published.of(scene, name, [trigger, node('Nothing', 'n8n-nodes-base.noOp')], options);
	}

	/** Trigger → IF (is it incoming and has it a text?) → Avito: send text. */
	static async answering(scene: Scene, name: string, text: string): Promise<Published> {
		const trigger = avitoTrigger('Avito Trigger', scene.credential);
		return await Published.of(scene, name, [
			trigger,
			onlyIf('To answer?', `$json.meta.direction === 'in' && !!$json.text`),
			avito('Answer', scene.credential, ['message', 'send'], {
				chatId: chat('={{ $json.external_chat_id }}'),
				text,
			}),
		]);
	}

	/** Creates and publishes; waits until Avito knows the trigger's webhook, unless it cannot be reached. */
	static async of(
		scene: Scene,
		name: string,
		nodes: INode[],
		{ wires, reachable = true }: { wires?: readonly Wire[]; reachable?: boolean } = {},
	): Promise<Published> {
		const [trigger] = nodes;
		if (!trigger) throw new Error('a workflow begins with its trigger');
		const { id } = await scene.n8n.api.createWorkflow(workflow(name, nodes, wires));
		const published = new Published(scene, id, trigger);
		await scene.n8n.api.publish(id);
		if (reachable) await published.registers();
		return published;
	}

	/** The webhook addresses Avito knows that lead to this trigger. */
	get webhooks(): string[] {
		const known = this.scene.sandbox.control.state({}).accounts.flatMap(({ webhooks }) => webhooks);
		return known.filter((url) => url.includes(this.trigger.webhookId ?? ''));
	}

	/** Waits until Avito knows its address and its account is live, which is when a new trigger starts. */
	async registers(): Promise<void> {
		await until(() => this.webhooks.length === 1, { what: 'the trigger to register its webhook' });
		await until(() => isLive(this.scene.sandbox, this.webhooks[0] ?? ''), { what: 'the account to be live' });
	}

	/** All its executions so far, oldest first. */
	get executions(): StoredExecution[] {
		return this.scene.n8n.storedExecutions(this.id);
	}

	/** The texts its executions were started with, in the order they were started. */
	get texts(): string[] {
		return this.executions.flatMap(({ startItems }) => startItems.map(({ json }) => json['text'] as string));
	}

	/** Waits until this many executions are over; `seen` is told the counts at every look. */
	async finishes(
		count: number,
		timeoutMs = 60_000,
		seen: (counts: { over: number; unfinished: number }) => void = () => undefined,
	): Promise<void> {
		await until(
			() => {
				const counts = this.counts;
				seen(counts);
				if (counts.over >= count) return true;
				throw new Error(`there are ${counts.over}, and ${counts.unfinished} unfinished`);
			},
			{ what: `${count} finished executions`, timeoutMs },
		);
	}

	/** Waits until this many executions have succeeded, whatever became of others, and none is under way. */
	async succeeds(count: number, timeoutMs = 60_000): Promise<void> {
		await until(
			() => {
				const stands = this.scene.n8n.countExecutions(this.id);
				if (stands.success === count && this.counts.unfinished === 0) return true;
				throw new Error(`there are ${JSON.stringify(stands)}`);
			},
			{ what: `${count} executions that succeeded`, timeoutMs },
		);
	}

	/** How many executions are over, and how many are not. */
	get counts(): { over: number; unfinished: number } {
		const counts = { over: 0, unfinished: 0 };
		for (const [status, n] of Object.entries(this.scene.n8n.countExecutions(this.id)))
			counts[over.has(status) ? 'over' : 'unfinished'] += n;
		return counts;
	}

	/** Unpublishes and deletes. */
	async remove(): Promise<void> {
		await this.scene.n8n.api.deleteWorkflow(this.id);
	}
}
