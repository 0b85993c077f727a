import { describe, expect, it } from 'vitest';
import { node, workflow } from '../harness';
import { avito, avitoCredential, avitoCredentialType, chat } from './nodes';
import { avitoScene } from './scene';

describe('an Avito node whose call fails', () => {
	const scene = avitoScene();

	function items(...texts: string[]) {
		return node(
			'Items',
			'n8n-nodes-base.set',
			{ mode: 'raw', jsonOutput: JSON.stringify({ list: texts.map((id) => ({ id })) }) },
			{ typeVersion: 3.4 },
		);
	}

	const split = node('Each', 'n8n-nodes-base.splitOut', { fieldToSplitOut: 'list' });

	it('goes on with an error item that a Switch can read, and the other items are sent', async () => {
		const { sandbox, n8n, credential } = scene();
		const { chat_id } = sandbox.control.incoming({ text: 'Добрый день' });
		const execution = await n8n.api.runOnce(
			workflow('Continue on fail', [
				node('Start', 'n8n-nodes-base.manualTrigger'),
				items('u2i-no-such-chat', chat_id),
				split,
				avito(
					'Send',
					credential,
					['message', 'send'],
					{ chatId: chat('={{ $json.id }}'), text: 'Здравствуйте' },
					{ onError: 'continueRegularOutput' },
				),
			]),
		);
		expect(execution.status).toBe('success');
		expect(execution.json('Send')).toMatchObject([
			{ error: { code: 'peer_not_found', message: expect.any(String) as string } },
			{ chat_id, duplicate: false },
		]);
		expect(execution.items('Send').map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 1 }]);
	});

	it('fails with what happened and what to do', async () => {
		const { n8n, credential } = scene();
		const execution = await n8n.api.runOnce(
			workflow('Too long', [
				node('Start', 'n8n-nodes-base.manualTrigger'),
				avito('Send', credential, ['message', 'send'], { chatId: chat('u2i-x'), text: 'x'.repeat(1001) }),
			]),
		);
		expect(execution.status).toBe('error');
		expect(execution.error).toMatch(/1,?000/);
	});

	it('does not send twice on Retry On Fail after an answer was lost', async () => {
		const { sandbox, n8n } = scene();
		const [, company] = sandbox.accounts;
		const { chat_id } = sandbox.control.incoming({ user_id: company.user_id, text: 'Сколько стоит?' });
		// No retries of our own: the failure has to reach n8n, which runs the node again. An account nobody else uses:
		// two credentials of one account with different settings are refused.
		const data = { ...avitoCredential(sandbox, company), requestsPerMinute: 10_000, retries: 0 };
		const credential = await n8n.api.createCredential('Without retries', avitoCredentialType, data);
		sandbox.control.mode({ mode: 'reset', when: 'after', scope: 'postSendMessage', count: 1 });
		sandbox.control.mode({ mode: '500', scope: 'getMessagesV3', count: 1 });

		const execution = await n8n.api.runOnce(
			workflow('Retry On Fail', [
				node('Start', 'n8n-nodes-base.manualTrigger'),
				avito(
					'Send',
					credential,
					['message', 'send'],
					{ chatId: chat(chat_id), text: 'Сто рублей' },
					{ retryOnFail: true, maxTries: 3, waitBetweenTries: 100 },
				),
			]),
		);

		expect(execution.error).toBeUndefined();
		expect(execution.json('Send')).toMatchObject([{ chat_id, message_id: expect.any(String) as string }]);
		const sent = sandbox.control
			.messages({ chat_id })
			.filter(({ author_id }) => author_id === company.user_id);
		expect(sent).toHaveLength(1);
		sandbox.control.mode({ mode: 'ok' });
	});

	it('sends nothing again when a failed execution is retried from the list of executions', async () => {
		const { sandbox, n8n, credential } = scene();
		const { chat_id } = sandbox.control.incoming({ text: 'Есть в наличии?' });
		const failed = await n8n.api.runOnce(
			workflow('Retried by hand', [
				node('Start', 'n8n-nodes-base.manualTrigger'),
				items(chat_id, 'u2i-no-such-chat'),
				split,
				avito('Send', credential, ['message', 'send'], { chatId: chat('={{ $json.id }}'), text: 'Есть' }),
			]),
		);
		expect(failed.status).toBe('error');
		// n8n runs the node again with all its items, the first of which was sent.
		const retried = await n8n.api.retry(failed.id);
		const again = await n8n.api.retry(retried.id);
		expect([retried.status, again.status]).toEqual(['error', 'error']);
		const sent = sandbox.control.messages({ chat_id }).filter(({ content }) => content['text'] === 'Есть');
		expect(sent).toHaveLength(1);
	});
});
