import { describe, expect, it } from 'vitest';
import { until } from '../harness';
import { Published } from './published';
import { avitoScene } from './scene';

describe('the Avito Trigger when something is down', () => {
	const scene = avitoScene();

	it('starts five executions for five messages written while n8n was stopped', async () => {
		const { sandbox, n8n } = scene();
		const workflow = await Published.listening(scene(), 'Stopped');
		sandbox.control.incoming({ text: 'before' });
		await workflow.finishes(1);

		await n8n.stop();
		const { chat_ids } = sandbox.control.bulk({ messages: 5, chats: 2, text: 'meanwhile {n}' });
		expect(chat_ids).toHaveLength(2);
		await n8n.start();

		await workflow.finishes(6);
		const expected = ['before', ...Array.from({ length: 5 }, (_, at) => `meanwhile ${at + 1}`)];
		expect(workflow.texts.sort()).toEqual(expected);
		await workflow.remove();
	});

	it('loses nothing and starts nothing twice when n8n is killed in a burst of 200', async () => {
		const { sandbox, n8n } = scene();
		const workflow = await Published.listening(scene(), 'Killed');
		sandbox.control.bulk({ messages: 200, chats: 20, text: 'burst {n}' });
		await until(() => workflow.executions.length >= 40, { what: 'the burst to be under way' });

		await n8n.kill();
		expect(workflow.executions.length).toBeLessThan(200);
		await n8n.start();

		await workflow.finishes(200, 120_000);
		const keys = workflow.executions.map(({ deduplicationKey }) => deduplicationKey);
		expect(new Set(keys).size).toBe(keys.length);
		expect(workflow.texts.sort()).toEqual(Array.from({ length: 200 }, (_, at) => `burst ${at + 1}`).sort());
		await workflow.remove();
	});

	it('recovers by itself when published, and when n8n starts, while Avito is unreachable for 60 s', async () => {
		const { sandbox, n8n } = scene();
		const earlier = await Published.listening(scene(), 'Published before');
		sandbox.control.incoming({ text: 'before the outage' });
		await earlier.finishes(1);

		await sandbox.control.unreachable({ seconds: 60 });
		await n8n.restart();
		const during = await Published.listening(scene(), 'Published during', {}, { reachable: false });
		sandbox.control.incoming({ text: 'during the outage' });
		await until(() => sandbox.control.state({}).reachable, {
			what: 'the end of the outage',
			timeoutMs: 90_000,
		});

		await until(() => during.webhooks.length === 1, { what: 'the trigger to recover', timeoutMs: 120_000 });
		sandbox.control.incoming({ text: 'after the outage' });
		await earlier.finishes(3, 120_000);
		expect(earlier.texts.sort()).toEqual(['after the outage', 'before the outage', 'during the outage']);
		await until(() => during.texts.includes('after the outage'), { what: 'the message after the outage' });
		expect((await n8n.api.publicationStatus(during.id)).status).toBe('published');
		await earlier.remove();
		await during.remove();
	});
});
