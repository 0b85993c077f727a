import type { IPairedItemData } from 'n8n-workflow';
import { expect, it } from 'vitest';
import { node, until, workflow } from '../harness';
import { chat, live, telegram, telegramScene } from './trigger-scene';

/** Much at once, in a real n8n. */
const scene = telegramScene();

/** Albums mix pictures and films, not files or music (core.telegram.org/api/files: albums). */
const KINDS = Array.from({ length: 10 }, (_, at) => (at % 3 === 1 ? 'video' : 'photo'));

it('an album of ten pictures and films starts one execution, which sends all ten on as one album', async () => {
	const { sandbox, n8n, credential, anna, boris } = scene();
	const { control } = sandbox;
	const group = control.createChat({ owner: boris.id, kind: 'group', title: 'Album', members: [anna.id] }).id;
	const trigger = node('Trigger', 'telegramUserTrigger', {}, { credential });
	const { id } = await n8n.api.createWorkflow(
		workflow('Album', [
			trigger,
			telegram('Download', credential, ['file', 'download']),
			node('One item', 'n8n-nodes-base.aggregate', {
				aggregate: 'aggregateAllItemData',
				options: { includeBinaries: true },
			}),
			telegram('Send', credential, ['message', 'sendMedia'], {
				chatId: chat(group),
				mediaSource: 'all',
				caption: 'All ten',
			}),
		]),
	);
	await n8n.api.publish(id);
	await live(scene());
	for (const [at, kind] of KINDS.entries()) {
		control.injectMessage({
			from: anna.id,
			to: boris.id,
			text: at === 0 ? 'Ten of them' : '',
			album: 'ten',
			media: { kind, ...(kind === 'video' ? { size: 2_000 + at } : {}), name: `${kind} ${String(at)}` },
		});
	}
	const [stored] = await until(
		() => {
			const all = n8n.storedExecutions(id);
			return all.length > 0 && all.every(({ status }) => status === 'success' || status === 'error') && all;
		},
		{ what: 'the execution', timeoutMs: 60_000, everyMs: 250 },
	);
	const execution = await n8n.api.execution(stored?.id ?? '');
	expect(execution.error).toBeUndefined();
	expect(execution.json('Trigger')).toMatchObject([
		{
			text: 'Ten of them',
			meta: { original_media_type: 'album' },
			media: { has_images: true, has_video: true },
		},
	]);
	expect(execution.items('Download')).toHaveLength(10);
	const sent = control.messages({ owner: boris.id, peer: group }).filter(({ file }) => file !== undefined);
	expect(sent.map(({ text }) => text)).toEqual(['All ten', ...Array.from({ length: 9 }, () => '')]);
	const asked = control.requests({ account: boris.id, method: 'messages.sendMultiMedia' });
	expect(asked).toHaveLength(1);
	const { multi_media: parts } = asked[0]?.args as { multi_media: { media: { _: string } }[] };
	expect(parts.map(({ media }) => media._)).toEqual(
		KINDS.map((kind) => (kind === 'photo' ? 'inputMediaPhoto' : 'inputMediaDocument')),
	);
	// One execution for ten messages: nothing comes after it.
	expect(n8n.storedExecutions(id)).toHaveLength(1);
	await n8n.api.deleteWorkflow(id);
});

it('a thousand items are a thousand messages in their order, each paired with its item', async () => {
	const { sandbox, n8n, credential, anna, boris } = scene();
	const texts = Array.from({ length: 1_000 }, (_, at) => `item ${String(at + 1)}`);
	const execution = await n8n.api.runOnce(
		workflow('Thousand', [
			node('Start', 'n8n-nodes-base.manualTrigger'),
			node(
				'List',
				'n8n-nodes-base.set',
				{ mode: 'raw', jsonOutput: JSON.stringify({ list: texts.map((text) => ({ text })) }) },
				{ typeVersion: 3.4 },
			),
			node('Each', 'n8n-nodes-base.splitOut', { fieldToSplitOut: 'list' }),
			telegram('Send', credential, ['message', 'send'], { chatId: chat(anna.id), text: '={{ $json.text }}' }),
		]),
		150_000,
	);
	expect(execution.error).toBeUndefined();
	const items = execution.items('Send');
	const paired = items.map(({ pairedItem }) => (pairedItem as IPairedItemData).item);
	expect(paired).toEqual(texts.map((_, at) => at));
	const received = sandbox.control
		.messages({ owner: boris.id, peer: anna.id })
		.filter(({ text }) => text.startsWith('item '));
	expect(received.map(({ text }) => text)).toEqual(texts);
	expect(items.map(({ json }) => json['message_id'])).toEqual(received.map(({ id }) => String(id)));
	expect(sandbox.control.overlaps({})).toEqual([]);
});
