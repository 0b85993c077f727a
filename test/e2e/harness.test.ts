import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { N8nHttpError, node, until, workflow } from './harness';
import { sharedN8n } from './harness/shared';

/** A published webhook that answers at once, and a node behind it whose output shows what came in. */
function echo() {
	const path = randomUUID();
	const draft = workflow('Echo', [
		node(
			'Webhook',
			'n8n-nodes-base.webhook',
			{ httpMethod: 'POST', path },
			{ typeVersion: 2, webhookId: path },
		),
		node(
			'Seen',
			'n8n-nodes-base.set',
			{
				mode: 'raw',
				jsonOutput: '={{ JSON.stringify({ text: $json.body.text }) }}',
			},
			{ typeVersion: 3.4 },
		),
	]);
	return { path, draft };
}

describe('the harness around a real n8n', () => {
	const n8n = sharedN8n();

	it('stores and changes a credential', async () => {
		const { api } = n8n();
		const credential = await api.createCredential('Header', 'httpHeaderAuth', { name: 'X-Key', value: '1' });
		await api.updateCredential(credential, { name: 'X-Key', value: '2' });
		await api.deleteCredential(credential);
		await expect(api.deleteCredential(credential)).rejects.toThrow(N8nHttpError);
	});

	it('runs a workflow by hand and reads what each node gave out', async () => {
		const execution = await n8n().api.runOnce(
			workflow('By hand', [
				node('Start', 'n8n-nodes-base.manualTrigger'),
				node('Make', 'n8n-nodes-base.set', { mode: 'raw', jsonOutput: '{"x":1}' }, { typeVersion: 3.4 }),
			]),
		);
		expect(execution.error).toBeUndefined();
		expect(execution.status).toBe('success');
		expect(execution.json('Make')).toEqual([{ x: 1 }]);
	});

	it('shows why an execution failed', async () => {
		const execution = await n8n().api.runOnce(
			workflow('Fails', [
				node('Start', 'n8n-nodes-base.manualTrigger'),
				node('Stop', 'n8n-nodes-base.stopAndError', { errorMessage: 'as told' }),
			]),
		);
		expect(execution.status).toBe('error');
		expect(execution.error).toContain('as told');
	});

	it('publishes a workflow, whose webhook starts it, and again after a restart and after kill -9', async () => {
		const { path, draft } = echo();
		const { id } = await n8n().api.createWorkflow(draft);
		await n8n().api.publish(id);

		for (const [round, again] of [async () => undefined, () => n8n().restart(), restartAfterKill].entries()) {
			await again();
			const text = `round ${round}`;
			// After a start n8n serves before it has registered the webhooks of published workflows.
			await until(() => n8n().api.callWebhook(path, { text }), { what: 'the webhook to be registered' });
			const list = await n8n().api.finishedExecutions(id, round + 1);
			const newest = await n8n().api.execution(list.at(-1)?.id ?? '');
			expect(newest.json('Seen')).toEqual([{ text }]);
		}
		const stored = n8n().storedExecutions(id);
		expect(stored.map(({ status }) => status)).toEqual(['success', 'success', 'success']);
		const started = stored.map(({ startItems }) => startItems[0]?.json['body']);
		expect(started).toEqual([{ text: 'round 0' }, { text: 'round 1' }, { text: 'round 2' }]);

		await n8n().api.unpublish(id);
		await expect(n8n().api.callWebhook(path, {})).rejects.toThrow(/404/);
		await n8n().api.deleteWorkflow(id);
	});

	async function restartAfterKill() {
		expect(await n8n().kill()).toEqual({ code: null, signal: 'SIGKILL' });
		await n8n().start();
	}

	it('waits for the call of a test webhook and stops waiting', async () => {
		const { path, draft } = echo();
		const { id } = await n8n().api.createWorkflow(draft);
		expect(await n8n().api.startManually(id, 'Webhook')).toEqual({ waitingForWebhook: true });
		await n8n().api.stopListening(id);
		expect(await n8n().api.startManually(id, 'Webhook')).toEqual({ waitingForWebhook: true });
		await n8n().api.callTestWebhook(path, { text: 'by hand' });
		const [summary] = await n8n().api.finishedExecutions(id, 1);
		expect(summary?.mode).toBe('manual');
		await n8n().api.deleteWorkflow(id);
	});

	it('tells what n8n holds in memory', () => {
		const { rssBytes, peakRssBytes } = n8n().memory();
		expect(rssBytes).toBeGreaterThan(50_000_000);
		expect(peakRssBytes).toBeGreaterThanOrEqual(rssBytes);
	});

	it('ends with SIGTERM', async () => {
		expect(await n8n().stop()).toEqual({ code: 0, signal: null });
		await n8n().start();
	});
});
