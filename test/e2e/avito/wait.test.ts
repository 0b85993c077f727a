import { describe, expect, it } from 'vitest';
import { node, until, workflow } from '../harness';
import { avito, chat } from './nodes';
import { Published } from './published';
import { avitoScene } from './scene';

describe('send and wait for response', () => {
	const scene = avitoScene();

	/** Asks in a chat; resolves once the question has been sent and the execution waits. */
	async function ask(chatId: string, parameters = {}) {
		const { n8n, sandbox, credential } = scene();
		const { id } = await n8n.api.createWorkflow(
			workflow('Ask', [
				node('Start', 'n8n-nodes-base.manualTrigger'),
				avito('Ask', credential, ['message', 'sendAndWait'], {
					chatId: chat(chatId),
					message: 'Отправить скидку?',
					...parameters,
				}),
				node('After', 'n8n-nodes-base.noOp'),
			]),
		);
		const started = await n8n.api.startManually(id, 'Start');
		if (!('executionId' in started)) throw new Error('the execution did not start');
		const { executionId } = started;
		const [question] = await until(
			() => {
				const found = sandbox.control.outbox({ chat_id: chatId });
				return found.length > 0 && found;
			},
			{ what: 'the question' },
		);
		const waits = async () => (await n8n.api.execution(executionId)).status === 'waiting';
		await until(waits, { what: 'the execution to wait' });
		return { executionId, question: question?.text ?? '' };
	}

	it('goes on with the answer from the chat, which starts no trigger; a question back does', async () => {
		const { sandbox, n8n } = scene();
		const trigger = await Published.listening(scene(), 'Other messages');
		const { chat_id } = sandbox.control.incoming({ text: 'Добрый день' });
		await trigger.finishes(1);
		const { executionId, question } = await ask(chat_id);
		expect(question).toBe('Отправить скидку?\n\n1 – Approve\n2 – Decline');

		sandbox.control.incoming({ chat_id, text: 'А какую?' });
		await trigger.finishes(2);
		sandbox.control.incoming({ chat_id, text: 'Да!' });

		const execution = await n8n.api.finished(executionId);
		expect(execution.error).toBeUndefined();
		expect(execution.json('After')).toMatchObject([
			{ data: { approved: true, text: 'Да!', message: { external_chat_id: chat_id } } },
		]);
		sandbox.control.incoming({ chat_id, text: 'Спасибо' });
		await trigger.finishes(3);
		expect(trigger.texts).toEqual(['Добрый день', 'А какую?', 'Спасибо']);
		await trigger.remove();
	});

	it('can be answered on the page whose address it sends, and only by pressing a button there', async () => {
		const { sandbox, n8n } = scene();
		const { chat_id } = sandbox.control.incoming({ text: 'Добрый день' });
		const { executionId, question } = await ask(chat_id, { options: { addLink: true } });
		const url = /http\S+/.exec(question)?.[0] ?? '';

		const shown = await fetch(url);
		expect(shown.headers.get('content-security-policy')).toContain("default-src 'none'");
		expect(await shown.text()).toContain('Отправить скидку?');
		expect((await n8n.api.execution(executionId)).status).toBe('waiting');
		expect((await fetch(url.replace('via=page', 'via=chat'))).status).toBe(401);

		const form = new URLSearchParams({ answer: 'decline' });
		const answered = await fetch(url, { method: 'POST', body: form });
		expect(await answered.text()).toContain('Got it');
		const execution = await n8n.api.finished(executionId);
		expect(execution.json('After')).toMatchObject([{ data: { approved: false, respondedVia: 'page' } }]);
	});
});
