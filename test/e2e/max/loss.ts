import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { IDataObject } from 'n8n-workflow';
import { expect } from 'vitest';
import { until } from '../harness';
import { chat, max } from './nodes';
import { publish, type Scene } from './scene';

/** How much happens to how many messages. */
export interface LossPlan {
	readonly messages: number;
	readonly chats: number;
	/** The connection breaks without a word; what is written meanwhile is pushed to nobody. */
	readonly cuts: number;
	/** n8n is killed with -9 in the middle of its work. */
	readonly kills: number;
	/** The workflow is unpublished and published again. */
	readonly deactivations: number;
	/**
	 * *Immediately*: nothing starts twice. *When the execution finishes*: what a kill interrupted runs again; each
	 * execution answers, under a key of its own, and each answer must be there once.
	 */
	readonly acknowledge: 'immediately' | 'finished';
	/** For as long as all of it may take. */
	readonly timeoutMs: number;
}

interface Row {
	readonly chat: string;
	readonly number: number;
	readonly attempt: number;
}

const ascending = (numbers: readonly number[]) => numbers.toSorted((a, b) => a - b);
const upTo = (count: number) => Array.from({ length: count }, (_, at) => at + 1);
const numberIn = (text: unknown) => Number(/#(\d+)$/.exec(String(text))?.[1] ?? Number.NaN);

/** Numbered messages to an account nobody else uses, through everything the plan has; all must arrive. */
export async function losesNothing(scene: Scene, plan: LossPlan): Promise<void> {
	const { n8n, sandbox, credential } = scene;
	const { control } = sandbox;
	const account = sandbox.accounts[0].id;
	const answers = plan.acknowledge === 'finished';
	// The fake service counts LOGINs as the real one is said to; here they come one after another, on purpose.
	control.setPolicy({ loginLimit: 0 });
	const known = consumers(n8n.userFolder);
	const workflow = await publish(scene, `Loss, ${plan.acknowledge}`, {
		trigger: { options: { acknowledge: plan.acknowledge } },
		...(answers && {
			answer: max('Answer', credential, ['message', 'send'], {
				chatId: chat('={{ $json.external_chat_id }}'),
				text: '=re {{ $json.text }}',
				options: { deduplicationKey: '={{ $json.event_id }}' },
			}),
		}),
	});
	const session = () => control.logins({ account }).find(({ deviceType }) => deviceType === 'WEB')!;
	const loggedIn = (times: number) =>
		until(() => session().logins === times, { what: `login ${String(times)}`, timeoutMs: 90_000 });
	const counts = () => n8n.countExecutions(workflow.id);
	const over = (): number => {
		const { success = 0, error = 0, crashed = 0, canceled = 0 } = counts();
		return success + error + crashed + canceled;
	};
	const busy = async (): Promise<void> => {
		const from = over();
		await until(() => over() >= from + 10, { what: 'some executions', timeoutMs: 60_000, everyMs: 20 });
	};
	let injected = 0;
	const inject = (count: number): void => {
		if (count > 0) control.injectMany({ to: account, chats: plan.chats, count, first: injected + 1 });
		injected += count;
	};
	/** What had been handed on and not noted as over when n8n was killed. */
	const interrupted = new Set<number>();

	const interruptions = schedule(plan);
	const share = Math.floor(plan.messages / (interruptions.length + 1));
	// A new trigger starts at now: it must be there before the first message.
	await until(() => consumers(n8n.userFolder) > known && session().connections.now === 1, {
		what: 'the trigger to be live',
	});
	let { logins } = session();
	inject(share);
	await busy();
	for (const interruption of interruptions) {
		const away = Math.ceil(share / 2);
		switch (interruption) {
			case 'cut':
				expect(control.cut({ account })).toEqual({ cut: 1 });
				inject(away);
				await loggedIn((logins += 1));
				break;
			case 'kill':
				inject(share - away);
				await busy();
				await n8n.kill();
				for (const number of unsettled(n8n.userFolder)) interrupted.add(number);
				expect(over()).toBeLessThan(injected);
				inject(away);
				await n8n.start();
				await loggedIn((logins += 1));
				continue;
			case 'deactivation':
				await n8n.api.unpublish(workflow.id);
				inject(away);
				await n8n.api.publish(workflow.id);
				break;
		}
		inject(share - away);
	}
	inject(plan.messages - injected);

	const authored = () =>
		control
			.authored({ account })
			.map(({ text }) => text)
			.filter((text) => text.startsWith('re #'))
			.map(numberIn);
	await until(
		() => {
			const { running = 0, new: waiting = 0 } = counts();
			if (
				over() >= plan.messages &&
				running + waiting === 0 &&
				(!answers || authored().length >= plan.messages)
			)
				return true;
			throw new Error(
				`${String(over())} over, ${String(running)} running, ${String(authored().length)} answers`,
			);
		},
		{ what: `all ${String(plan.messages)} messages`, timeoutMs: plan.timeoutMs, everyMs: 500 },
	);

	const executions = workflow.executions();
	const keys = executions.map(({ deduplicationKey }) => deduplicationKey);
	expect(new Set(keys).size).toBe(keys.length);
	const rows = executions.flatMap(({ startItems }) =>
		startItems.map(({ json }): Row => {
			const { attempt } = json['meta'] as IDataObject;
			return {
				chat: json['external_chat_id'] as string,
				number: numberIn(json['text']),
				attempt: Number(attempt),
			};
		}),
	);
	const perChat = [...Map.groupBy(rows, (row) => row.chat).values()].map((one) =>
		one.map(({ number }) => number),
	);
	expect(perChat).toHaveLength(plan.chats);
	expect(perChat).toEqual(perChat.map(ascending));
	expect(ascending([...new Set(rows.map(({ number }) => number))])).toEqual(upTo(plan.messages));
	if (answers) {
		const again = rows.filter(({ attempt }) => attempt > 1);
		expect(ascending([...new Set(again.map(({ number }) => number))])).toEqual(ascending([...interrupted]));
		const once = rows.filter(({ number }) => !interrupted.has(number));
		expect(once).toHaveLength(plan.messages - interrupted.size);
		expect(ascending(authored())).toEqual(upTo(plan.messages));
	} else {
		expect(rows).toHaveLength(plan.messages);
		expect(rows.every(({ attempt }) => attempt === 1)).toBe(true);
	}
	expect(session()).toMatchObject({ logins, connections: { now: 1, peak: 1 } });
	expect(control.overlaps({})).toEqual([]);
	expect(control.failures({})).toEqual([]);
	await workflow.remove();
	if (answers) console.log(`${String(interrupted.size)} of ${String(plan.messages)} ran again after a kill`);
}

/** Kills and deactivations evenly among the cuts. */
function schedule({ cuts, kills, deactivations }: LossPlan): ('cut' | 'kill' | 'deactivation')[] {
	const rare = [
		...Array<'kill'>(kills).fill('kill'),
		...Array<'deactivation'>(deactivations).fill('deactivation'),
	];
	const all: ('cut' | 'kill' | 'deactivation')[] = Array<'cut'>(cuts).fill('cut');
	rare.forEach((one, index) => {
		all.splice(Math.round(((index + 1) * all.length) / (rare.length + 1)), 0, one);
	});
	return all;
}

/** The messages of emits that our own store has not seen settled. */
function unsettled(userFolder: string): number[] {
	const rows = read(
		userFolder,
		`SELECT json_extract(entries.event, '$.text') AS text
		 FROM emits, json_each(emits.seqs) JOIN entries ON entries.seq = json_each.value`,
	);
	return rows.map(({ text }) => numberIn(text));
}

/** Trigger nodes our own store remembers. */
function consumers(userFolder: string): number {
	return read(userFolder, 'SELECT id FROM consumers').length;
}

/** Reads the file of our own store, also while n8n runs or after `kill -9`; nothing before there is one. */
function read(userFolder: string, sql: string): Record<string, unknown>[] {
	const file = join(userFolder, '.n8n', 'messenger-accounts', 'messenger-accounts.sqlite');
	if (!existsSync(file)) return [];
	const database = new DatabaseSync(file, { readOnly: true, timeout: 5_000 });
	try {
		return database.prepare(sql).all();
	} finally {
		database.close();
	}
}
