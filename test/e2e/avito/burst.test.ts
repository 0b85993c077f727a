import { describe, expect, it } from 'vitest';
import { Published } from './published';
import { avitoScene } from './scene';

/** A window of five executions may need this much beside the load of an idle n8n; without one it takes gigabytes. */
const ALLOWED_GROWTH = 700_000_000;

describe('2,000 messages at once', () => {
	const scene = avitoScene();

	it('all arrive, with bounded memory', async () => {
		const { sandbox, n8n } = scene();
		const workflow = await Published.listening(scene(), 'Flood');
		const before = n8n.memory().rssBytes;

		sandbox.control.webhooks({ concurrency: 20 });
		sandbox.control.bulk({ messages: 2000, chats: 100, text: 'flood {n}' });

		await workflow.finishes(2000, 170_000);
		const arrived = workflow.executions.flatMap(({ startItems }) =>
			startItems.map(({ json }) => json['text']),
		);
		expect(arrived).toHaveLength(2000);
		expect(new Set(arrived).size).toBe(2000);
		expect(n8n.memory().peakRssBytes - before).toBeLessThan(ALLOWED_GROWTH);
		const slow = sandbox.control.deliveries().filter((delivery) => delivery.slow);
		expect(slow).toEqual([]);
	});
});
