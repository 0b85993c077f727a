import { it } from 'vitest';
import { losesNothing } from './loss';
import { telegramScene } from './trigger-scene';

// One isolate less for each execution: four times as quick.
const scene = telegramScene({ environment: { N8N_EXPRESSION_ENGINE_LAZY_ACQUIRE: 'true' } });

it('a thousand messages all start, once and in the order of their chats, through four cuts and a kill -9', async () => {
	await losesNothing(scene(), {
		messages: 1_000,
		privateChats: 20,
		groups: 3,
		cuts: 4,
		kills: 1,
		sends: 20,
	});
});
