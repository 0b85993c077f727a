import { it } from 'vitest';
import { sendsEveryItem } from './many-items';
import { maxScene } from './scene';

const scene = maxScene();

it('ten thousand items are ten thousand messages in their order, each paired with its item', async () => {
	await sendsEveryItem(scene(), 10_000, 1_500_000);
});
