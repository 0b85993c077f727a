import { expect } from 'vitest';
import { node, until, workflow } from '../harness';
import { numberedComplaints } from '../harness/numbered';
import { chat, live, publish, telegram, type Scene } from './trigger-scene';

export interface LossSize {
	/** numbered messages, over private chats, groups, supergroups and channels */
	readonly messages: number;
	readonly privateChats: number;
	/** of each kind: groups, supergroups, channels */
	readonly groups: number;
	readonly cuts: number;
	readonly kills: number;
	/** sends to each cut's time */
	readonly sends: number;
}

/**
 * Numbered messages go on while connections are cut and n8n is killed; the boxes of the account and of a supergroup
 * forget their events meanwhile (*too long*); a channel that had been silent ever since speaks while nobody listens.
 */
export async function losesNothing(scene: Scene, size: LossSize): Promise<void> {
	const { n8n, sandbox, boris, anna } = scene;
	const { control } = sandbox;
	const kinds = ['group', 'supergroup', 'channel'] as const;
	const places = kinds.flatMap((kind) =>
		Array.from(
			{ length: size.groups },
			(_, at) =>
				control.createChat({ owner: anna.id, kind, title: `${kind} ${String(at)}`, members: [boris.id] }).id,
		),
	);
	const quiet = control.createChat({
		owner: anna.id,
		kind: 'channel',
		title: 'Quiet',
		members: [boris.id],
	}).id;
	const supergroup = places[size.groups] ?? '';

	let injected = 0;
	const inject = (count: number, peers?: string[]): void => {
		const half = peers === undefined ? Math.ceil(count / 2) : 0;
		if (half > 0)
			control.injectMany({ to: boris.id, chats: size.privateChats, count: half, first: injected + 1 });
		if (count > half) {
			const first = injected + half + 1;
			control.injectMany({ to: boris.id, count: count - half, first, peers: peers ?? places });
		}
		injected += count;
	};
	const connections = () => control.connections({ account: boris.id, open: true }).length;
	const reconnected = (): Promise<unknown> =>
		until(() => connections() === 1, { what: 'a connection', timeoutMs: 60_000 });
	let sent = 0;
	const sends: Promise<unknown>[] = [];
	/** A workflow that sends some messages one after another, begun just before a cut. */
	const send = (): void => {
		const items = Array.from({ length: size.sends }, () => ({ text: `sent ${String((sent += 1))}` }));
		const draft = workflow('Sends', [
			node('Start', 'n8n-nodes-base.manualTrigger'),
			node(
				'List',
				'n8n-nodes-base.set',
				{ mode: 'raw', jsonOutput: JSON.stringify({ list: items }) },
				{ typeVersion: 3.4 },
			),
			node('Each', 'n8n-nodes-base.splitOut', { fieldToSplitOut: 'list' }),
			telegram('Send', scene.credential, ['message', 'send'], {
				chatId: chat(anna.id),
				text: '={{ $json.text }}',
			}),
		]);
		const run = n8n.api.runOnce(draft, 120_000).then(({ error, items: all }) => {
			expect(error).toBeUndefined();
			return all;
		});
		// Awaited at the end.
		run.catch(() => undefined);
		sends.push(run);
	};
	/** Messages while nobody is connected, pushed to nobody; sends begun before and during it. */
	const cut = async (tooLong?: string): Promise<void> => {
		send();
		const before = control.requests({ account: boris.id, method: 'messages.sendMessage' }).length;
		await until(
			() => control.requests({ account: boris.id, method: 'messages.sendMessage' }).length > before,
			{ what: 'a send on its way', everyMs: 5 },
		);
		expect(control.cutConnections({ account: boris.id }).cut).toBe(1);
		inject(share);
		if (tooLong !== undefined) control.forgetEvents({ peer: tooLong });
		await reconnected();
		inject(Math.ceil(share / 2));
	};
	const share = Math.floor(size.messages / (1.5 * size.cuts + size.kills + 3));

	const workflowOf = await publish(scene, 'Loss', {
		trigger: { filters: { chatTypes: ['private', 'group', 'supergroup', 'channel'] } },
	});
	await live(scene);
	// What follows is after the trigger's start for certain: n8n has attached it.
	await until(
		() => {
			control.injectMany({ to: boris.id, count: 1, first: 0 });
			return workflowOf.over() > 0;
		},
		{ what: 'the first execution', everyMs: 1_000, timeoutMs: 60_000 },
	);
	const warmUp = control
		.messages({ owner: boris.id, peer: '@customer_1' })
		.filter(({ text }) => text === '#0').length;
	await until(() => workflowOf.over() === warmUp, { what: 'the first executions' });

	inject(share);
	await until(() => workflowOf.over() > 20, { what: 'executions' });
	for (let at = 0; at < size.cuts / 2; at += 1) await cut(at === 1 ? supergroup : undefined);
	await Promise.all(sends.splice(0));

	for (let at = 0; at < size.kills; at += 1) {
		const started = workflowOf.over();
		await until(() => workflowOf.over() > started + 10 || workflowOf.over() >= injected, {
			what: 'executions before the kill',
		});
		inject(Math.ceil(share / 4));
		await n8n.kill();
		inject(share - Math.ceil(share / 4) - 5);
		inject(5, [quiet]);
		control.forgetEvents({ peer: at % 2 === 0 ? boris.id : supergroup });
		await n8n.start();
		await reconnected();
	}

	for (let at = size.cuts / 2; at < size.cuts; at += 1) await cut();
	await Promise.all(sends.splice(0));
	inject(size.messages - injected);
	await until(() => workflowOf.over() >= size.messages + warmUp, {
		what: `${String(size.messages)} executions that are over`,
		timeoutMs: Math.max(120_000, size.messages * 120),
		everyMs: 250,
	});

	const executions = workflowOf
		.executions()
		.filter(({ startItems }) => startItems.some(({ json }) => json['text'] !== '#0'));
	expect(numberedComplaints(executions, size.messages)).toEqual([]);
	const texts = control
		.messages({ owner: anna.id, peer: boris.id })
		.map(({ text }) => text)
		.filter((text) => text.startsWith('sent '));
	const inOrder = texts.toSorted((a, b) => Number(a.slice(5)) - Number(b.slice(5)));
	expect(inOrder).toEqual(Array.from({ length: sent }, (_, at) => `sent ${String(at + 1)}`));
	// Both kinds of *too long* were met: the histories of private chats and of the supergroup had to be read.
	const read = control
		.requests({ account: boris.id, method: 'messages.getHistory' })
		.map(({ args }) => JSON.stringify(args));
	expect(read.some((args) => args.includes('inputPeerUser'))).toBe(true);
	expect(read.some((args) => args.includes(supergroup.replace('-100', '')))).toBe(true);
	expect(control.overlaps({})).toEqual([]);
	expect(control.counts({})).toMatchObject({ codesSent: 0, unknownMethods: {}, failures: [] });
	await workflowOf.remove();
}
