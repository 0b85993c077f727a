import { expect, it } from 'vitest';
import { Visitor } from '../../n8n/login/support/visitor';
import { startMaxSandbox } from '../../sandbox/max';
import { maxAddress, publishLogin } from '../login/scene';
import { until } from '../harness';
import type { Queue } from './scene';

/** Whoever opens the page meets the process that takes webhooks; main, which takes none, has no part in the login. */
export function logsInAtTheWebhookProcess(queue: () => Queue): void {
	it('the login page is served by the webhook process, and a worker runs what follows the login', async () => {
		const { n8n, webhooks, webhookPort, workers } = queue();
		const max = await startMaxSandbox();
		try {
			const settings = await n8n.api.createCredential('MAX by phone', 'maxUserApi', maxAddress(max, 'phone'));
			const options = { messengers: ['max'], handOver: ['output'] };
			const { id, webhookId } = await publishLogin({ n8n }, [settings], options);
			const page = (port: number | string) =>
				`http://127.0.0.1:${String(port)}/webhook/${webhookId}/messenger-login`;
			const visitor = new Visitor(page(webhookPort), { 'accept-language': 'en' });
			await until(async () => (await visitor.open(page(webhookPort))).answer.status === 200, {
				what: 'the page at the webhook process',
			});
			// At main's port n8n's editor answers for every address it does not know.
			expect(await (await fetch(page(new URL(n8n.baseUrl).port))).text()).not.toContain('data-view');
			expect(visitor.view).not.toBe('');

			const [anna] = max.accounts;
			await visitor.press('start', { messenger: 'max' });
			await visitor.press('phone', { country: 'RU', phone: anna.phone });
			expect(visitor.view).toBe('code');
			await visitor.press('code', { code: max.control.lastCode({ phone: anna.phone }).code ?? '' });
			expect(visitor.view).toBe('password');
			await visitor.press('password', { password: anna.password ?? '' });
			expect(visitor.view).toBe('done');

			const [summary] = await n8n.api.finishedExecutions(id, 1, 60_000);
			const execution = await n8n.api.execution(summary?.id ?? '');
			const [result] = execution.json('Nothing');
			expect(result).toMatchObject({ channel: 'max', user_id: anna.id, way: 'phone' });
			const { token } = result?.['session'] as { token: string };
			expect(token).not.toBe('');
			await until(() => workers.some(({ log }) => log.includes(`execution ${String(summary?.id)}`)), {
				what: 'the execution in the log of a worker',
			});
			for (const log of [n8n.log, webhooks?.log ?? '', ...workers.map((worker) => worker.log)])
				expect(log).not.toContain(token);
			await n8n.api.unpublish(id);
		} finally {
			await max.close();
		}
	});
}
