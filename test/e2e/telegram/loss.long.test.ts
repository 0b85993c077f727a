import { it } from 'vitest';
import { losesNothing } from './loss';
import { telegramScene } from './trigger-scene';

const scene = telegramScene({ environment: { N8N_EXPRESSION_ENGINE_LAZY_ACQUIRE: 'true' } });

it('ten thousand messages through twenty cuts and four kills', async () => {
	await losesNothing(scene(), {
		messages: 10_000,
		privateChats: 100,
		groups: 20,
		cuts: 20,
		kills: 4,
		sends: 20,
	});
});
