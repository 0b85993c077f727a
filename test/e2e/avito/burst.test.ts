import { describe, expect, it } from 'vitest';
import { Published } from './published';
import { avitoScene } from './scene';

/**
 * What 2,000 messages may cost n8n beside the load of an idle one. Its own request handling takes most of it; without
 * a window of executions the same burst takes gigabytes.
 */
const ALLOWED_GROWTH = 1_000_000_000;
/** "Maximum Parallel Executions" as it comes. */
const WINDOW = 5;

describe('2,000 messages at once', () => {
	// One isolate less for each call of a webhook and each execution: four times as quick.
	const scene = avitoScene({ environment: { N8N_EXPRESSION_ENGINE_LAZY_ACQUIRE: 'true' } });

	it('all arrive, each once, in the window of executions and with bounded memory', async () => {
		const { sandbox, n8n } = scene();
		const workflow = await Published.listening(scene(), 'Flood');
		const before = n8n.memory().rssBytes;

		sandbox.control.webhooks({ concurrency: 20 });
		sandbox.control.bulk({ messages: 2000, chats: 100, text: 'flood {n}' });

		let mostUnfinished = 0;
		await workflow.finishes(2000, 400_000, (counts) => {
			mostUnfinished = Math.max(mostUnfinished, counts.unfinished);
		});
		expect(workflow.texts.sort()).toEqual(Array.from({ length: 2000 }, (_, at) => `flood ${at + 1}`).sort());
		expect(mostUnfinished).toBeGreaterThan(0);
		expect(mostUnfinished).toBeLessThanOrEqual(WINDOW);
		expect(n8n.memory().peakRssBytes - before).toBeLessThan(ALLOWED_GROWTH);
		const unanswered = sandbox.control
			.deliveries()
			.filter(({ outcome, slow }) => outcome !== 'delivered' || slow);
		expect(unanswered).toEqual([]);
	}, 420_000);
});
