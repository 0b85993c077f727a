import { it } from 'vitest';
import { losesNothing } from './loss';
import { maxScene } from './scene';

// One isolate less for each execution: four times as quick.
const scene = maxScene({ environment: { N8N_EXPRESSION_ENGINE_LAZY_ACQUIRE: 'true' } });

it('a thousand messages through four cuts, a kill -9 and a deactivation: each starts once, in the order of its chat', async () => {
	const plan = { messages: 1_000, chats: 50, cuts: 4, kills: 1, deactivations: 1, timeoutMs: 120_000 };
	await losesNothing(scene(), { ...plan, acknowledge: 'immediately' });
});

it('when the execution finishes: what a kill interrupted runs again, knowingly, and every answer is there once', async () => {
	const plan = { messages: 300, chats: 20, cuts: 2, kills: 1, deactivations: 1, timeoutMs: 120_000 };
	await losesNothing(scene(), { ...plan, acknowledge: 'finished' });
});
