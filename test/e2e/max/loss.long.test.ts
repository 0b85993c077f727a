import { it } from 'vitest';
import { losesNothing } from './loss';
import { maxScene } from './scene';

const scene = maxScene({
	environment: {
		N8N_EXPRESSION_ENGINE_LAZY_ACQUIRE: 'true',
		// By default n8n keeps ten thousand executions: those that ran again would be missing in the count.
		EXECUTIONS_DATA_PRUNE: 'false',
	},
});
const plan = { messages: 10_000, chats: 50, cuts: 20, kills: 2, deactivations: 1, timeoutMs: 900_000 };

for (const acknowledge of ['immediately', 'finished'] as const) {
	it(`ten thousand messages through twenty cuts, two kills and a deactivation, acknowledged ${acknowledge}`, async () => {
		await losesNothing(scene(), { ...plan, acknowledge });
	});
}
