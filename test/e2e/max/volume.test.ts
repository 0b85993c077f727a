import { createHash, randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { tinyPng } from '../../sandbox/avito';
import { node, workflow } from '../harness';
import { sendsEveryItem } from './many-items';
import { chat, max } from './nodes';
import { maxScene } from './scene';

/** Much at once, in a real n8n. */
const scene = maxScene({ environment: { N8N_DEFAULT_BINARY_DATA_MODE: 'filesystem' } });

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/**
 * Beside an n8n that has loaded everything for the album before: chunks on their way, and what the collector has not
 * looked at yet. The three passes of the film as a whole would not fit.
 */
const ALLOWED_GROWTH = 110 * 1024 * 1024;

it('sends five pictures of one item as one message', async () => {
	const { sandbox, n8n, credential } = scene();
	const [anna, boris] = sandbox.accounts;
	const pictures = Array.from({ length: 5 }, (_, at) => ({
		kind: 'photo' as const,
		base64: Buffer.concat([tinyPng, Buffer.from(`picture ${String(at)}`)]).toString('base64'),
		name: `${String(at)}.png`,
		contentType: 'image/png',
	}));
	const { chatId } = sandbox.control.injectMessage({ from: boris.id, to: anna.id, media: pictures });
	const { chatId: target } = sandbox.control.createGroup({ owner: anna.id, title: 'Pictures' });
	const execution = await n8n.api.runOnce(
		workflow('Album', [
			node('Start', 'n8n-nodes-base.manualTrigger'),
			max('Messages', credential, ['message', 'getMany'], { chatId: chat(chatId), limit: 1 }),
			max('Download', credential, ['file', 'download']),
			node('One item', 'n8n-nodes-base.aggregate', {
				aggregate: 'aggregateAllItemData',
				options: { includeBinaries: true },
			}),
			max('Send', credential, ['message', 'sendMedia'], {
				chatId: chat(target),
				mediaSource: 'all',
				caption: 'Five',
			}),
		]),
	);
	expect(execution.error).toBeUndefined();
	expect(execution.items('Download')).toHaveLength(5);
	expect(execution.items('Send')).toHaveLength(1);
	expect(sandbox.control.messages({ chatId: target }).at(-1)).toMatchObject({
		text: 'Five',
		attaches: Array.from({ length: 5 }, () => ({ kind: 'PHOTO' })),
	});
});

it('takes a video of 50 MB in and sends it out byte for byte, and never holds it', async () => {
	const { sandbox, n8n, credential } = scene();
	const [anna, boris] = sandbox.accounts;
	const size = 50 * 1024 * 1024;
	const bytes = randomBytes(size);
	const { chatId } = sandbox.control.injectMessage({
		from: boris.id,
		to: anna.id,
		text: 'A film',
		media: [{ kind: 'video', base64: bytes.toString('base64'), name: 'film.mp4', contentType: 'video/mp4' }],
	});
	const { chatId: target } = sandbox.control.createGroup({ owner: anna.id, title: 'Films' });
	const before = n8n.memory().rssBytes;
	const round = await n8n.api.runOnce(
		workflow('Round trip', [
			node('Start', 'n8n-nodes-base.manualTrigger'),
			max('Messages', credential, ['message', 'getMany'], { chatId: chat(chatId), limit: 1 }),
			max('Download', credential, ['file', 'download']),
			max('Send', credential, ['message', 'sendMedia'], { chatId: chat(target), caption: 'Look' }),
			max('Sent', credential, ['message', 'getMany'], { chatId: chat(target), limit: 1 }),
			max('Back', credential, ['file', 'download']),
		]),
		120_000,
	);
	expect(round.error).toBeUndefined();
	expect(sha256(await n8n.api.binary(round.items('Back')[0]?.binary?.['data']))).toBe(sha256(bytes));
	expect(sandbox.control.messages({ chatId: target }).at(-1)).toMatchObject({
		text: 'Look',
		attaches: [{ kind: 'VIDEO' }],
	});
	const statuses = sandbox.control.transfers({}).map(({ what, status }) => `${what} ${String(status)}`);
	expect(new Set(statuses)).toEqual(new Set(['download 200', 'upload 200']));
	expect(n8n.memory().peakRssBytes - before).toBeLessThan(ALLOWED_GROWTH);
});

it('two thousand items are two thousand messages in their order, each paired with its item', async () => {
	await sendsEveryItem(scene(), 2_000, 150_000);
});
