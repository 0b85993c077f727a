import { describe, expect, it } from 'vitest';
import { until } from '../harness';
import { Published } from './published';
import { avitoScene } from './scene';

/** Texts of `count` messages, different in every test. */
function texts(what: string, count: number): string[] {
	return Array.from({ length: count }, (_, at) => `${what} ${at + 1}`);
}

describe('the Avito Trigger in a published workflow', () => {
	const scene = avitoScene();

	it('starts on a customer’s message, and the answer reaches the customer', async () => {
		const { sandbox } = scene();
		const workflow = await Published.answering(scene(), 'Answer', '=Вы написали: {{ $json.text }}');

		const { chat_id, message_id, author_id } = sandbox.control.incoming({
			text: 'Ещё актуально?',
			author_name: 'Анна',
		});

		const [answer] = await until(
			() => {
				const found = sandbox.control.outbox({ chat_id });
				return found.length > 0 && found;
			},
			{ what: 'the answer' },
		);
		expect(answer?.text).toBe('Вы написали: Ещё актуально?');
		await workflow.finishes(1);
		const [execution] = workflow.executions;
		expect(execution?.status).toBe('success');
		expect(execution?.startItems.map(({ json }) => json)).toMatchObject([
			{
				channel: 'avito',
				event_type: 'message',
				external_chat_id: chat_id,
				external_user_id: String(author_id),
				text: 'Ещё актуально?',
				client_name: 'Анна',
				meta: { external_message_id: message_id, direction: 'in', sent_by: 'client', chat_type: 'u2i' },
			},
		]);
		await workflow.remove();
	});

	it('gives every message to each of two workflows; one unpublished, the other goes on', async () => {
		const { sandbox, n8n } = scene();
		const one = await Published.listening(scene(), 'One');
		const other = await Published.listening(scene(), 'Other');
		const both = texts('both', 3);
		for (const text of both) sandbox.control.incoming({ text });
		await one.finishes(3);
		await other.finishes(3);

		await n8n.api.unpublish(one.id);
		const alone = texts('alone', 3);
		for (const text of alone) sandbox.control.incoming({ text });
		await other.finishes(6);

		expect(one.texts.sort()).toEqual(both);
		expect(other.texts.sort()).toEqual([...alone, ...both]);
		await one.remove();
		await other.remove();
	});

	it('is left alone when only another node was changed, and the new version runs', async () => {
		const { sandbox, n8n } = scene();
		const workflow = await Published.answering(scene(), 'Republished', 'старый ответ');
		const subscriptions = () => sandbox.control.requests({ operation_id: 'postWebhookV3' }).length;
		const before = subscriptions();
		const [webhook] = workflow.webhooks;

		const { nodes } = await n8n.api.getWorkflow(workflow.id);
		const answer = nodes.find(({ name }) => name === 'Answer');
		if (answer) answer.parameters['text'] = 'новый ответ';
		await n8n.api.changeWorkflow(workflow.id, { nodes });
		await n8n.api.publish(workflow.id);
		const { chat_id } = sandbox.control.incoming({ text: 'Кто отвечает?' });

		await workflow.finishes(1);
		expect(sandbox.control.outbox({ chat_id }).map(({ text }) => text)).toEqual(['новый ответ']);
		expect(workflow.webhooks).toEqual([webhook]);
		expect(subscriptions()).toBe(before);
		await workflow.remove();
	});

	it('keeps its position when its parameters are changed', async () => {
		const { sandbox, n8n } = scene();
		const workflow = await Published.listening(scene(), 'Changed');
		const all = texts('change', 4);
		sandbox.control.incoming({ text: all[0] ?? '' });
		await workflow.finishes(1);

		const { nodes } = await n8n.api.getWorkflow(workflow.id);
		const trigger = nodes.find(({ name }) => name === 'Avito Trigger');
		if (trigger) trigger.parameters = { ...trigger.parameters, ...changedParameters };
		await n8n.api.changeWorkflow(workflow.id, { nodes });
		const published = n8n.api.publish(workflow.id);
		for (const text of all.slice(1, 3)) sandbox.control.incoming({ text });
		await published;
		await workflow.registers();
		sandbox.control.incoming({ text: all[3] ?? '' });

		await workflow.finishes(4);
		expect(workflow.texts.sort()).toEqual(all);
		await workflow.remove();
	});

	it('removes its webhook and nobody else’s when it is unpublished', async () => {
		const { sandbox, n8n } = scene();
		const workflow = await Published.listening(scene(), 'Unpublished');
		const other = await Published.listening(scene(), 'Still published');
		expect(workflow.webhooks).toHaveLength(1);

		await n8n.api.unpublish(workflow.id);

		await until(() => workflow.webhooks.length === 0, { what: 'the webhook to be removed' });
		expect(other.webhooks).toHaveLength(1);
		sandbox.control.incoming({ text: 'Есть кто?' });
		await other.finishes(1);
		expect(workflow.executions).toHaveLength(0);
		await workflow.remove();
		await other.remove();
	});
});

/** A change of the trigger's own parameters, for which n8n stops it and starts it anew. */
const changedParameters = { options: { maxParallel: 3 } };
