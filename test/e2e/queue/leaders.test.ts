import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startAvitoSandbox, type AvitoSandbox } from '../../sandbox/avito';
import { startMaxSandbox, type MaxSandbox } from '../../sandbox/max';
import { startTelegramSandbox, type TelegramSandbox } from '../../sandbox/telegram';
import { avitoCredential, avitoCredentialType } from '../avito/nodes';
import { Published } from '../avito/published';
import { until, type N8n } from '../harness';
import { maxCredential, maxCredentialType } from '../max/nodes';
import { answering, publish as publishMax } from '../max/scene';
import {
	chat,
	live,
	publish as publishTelegram,
	telegram,
	telegramCredential,
	telegramCredentialType,
} from '../telegram/trigger-scene';
import { queueScene } from './scene';

const MESSAGES = 4;
const ANSWER = '=Ответ на {{ $json.text }}';

/** A published workflow, whichever messenger it listens to. */
interface Answering {
	readonly id: string;
	finishes(count: number): Promise<unknown>;
	/** the numbers of the messages its executions were started with, and of those it answered */
	started(): number[];
	answered(): number[];
}

/** The numbers in texts like `Ответ на #7`, in order of size: one twice is a message answered twice. */
function numbers(texts: readonly (string | null)[]): number[] {
	const found = texts.flatMap((text) => /^(?:Ответ на )?#(\d+)$/.exec(text ?? '')?.[1] ?? []);
	return found.map(Number).sort((a, b) => a - b);
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n + 1);

/**
 * n8n's leader that cannot reach Redis, or was frozen, goes on believing that it leads while another one does. Without a
 * licence for several mains every main leads: two of them on one database are that state, for as long as a test likes.
 */
describe('two mains that both believe they lead', () => {
	const queue = queueScene({ workers: 1 });
	let avito: AvitoSandbox;
	let max: MaxSandbox;
	let telegrams: TelegramSandbox;
	let workflows: readonly Answering[];

	beforeAll(async () => {
		[avito, max, telegrams] = await Promise.all([
			startAvitoSandbox(),
			startMaxSandbox(),
			startTelegramSandbox(),
		]);
		workflows = [await listeningToAvito(), await listeningToMax(), await listeningToTelegram()];
	});
	afterAll(() => Promise.all([avito?.close(), max?.close(), telegrams?.close()]));

	async function listeningToAvito(): Promise<Answering> {
		const { n8n } = queue();
		const data = { ...avitoCredential(avito), requestsPerMinute: 10_000 };
		const credential = await n8n.api.createCredential('Avito', avitoCredentialType, data);
		const workflow = await Published.answering({ n8n, sandbox: avito, credential }, 'Avito', ANSWER);
		return {
			id: workflow.id,
			finishes: (count) => workflow.finishes(count, 90_000),
			started: () => numbers(workflow.texts),
			answered: () => numbers(avito.control.outbox({}).map(({ text }) => text)),
		};
	}

	async function listeningToMax(): Promise<Answering> {
		const { n8n } = queue();
		const credential = await n8n.api.createCredential('MAX', maxCredentialType, maxCredential(max));
		const scene = { n8n, sandbox: max, credential };
		const workflow = await publishMax(scene, 'MAX', { answer: answering(scene, ANSWER) });
		await until(() => maxSession()?.connections.now === 1, { what: 'MAX to be live' });
		return {
			...workflow,
			started: () => numbers(workflow.texts()),
			answered: () =>
				numbers(max.control.authored({ account: max.accounts[0].id }).map(({ text }) => text ?? '')),
		};
	}

	async function listeningToTelegram(): Promise<Answering> {
		const { n8n } = queue();
		const [anna, boris] = telegrams.accounts;
		const data = await telegramCredential(telegrams, boris);
		const credential = await n8n.api.createCredential('Boris', telegramCredentialType, data);
		telegrams.control.clearLog();
		const scene = { n8n, sandbox: telegrams, credential, anna, boris };
		const workflow = await publishTelegram(scene, 'Telegram', {
			answer: telegram('Answer', credential, ['message', 'send'], {
				chatId: chat('={{ $json.external_chat_id }}'),
				text: ANSWER,
			}),
		});
		await live(scene);
		return {
			...workflow,
			started: () => numbers(workflow.items().map(({ text }) => text as string)),
			answered: () =>
				numbers(
					telegrams.control
						.messages({ owner: anna.id, peer: boris.id })
						.filter(({ from }) => from === boris.id)
						.map(({ text }) => text),
				),
		};
	}

	const maxSession = () =>
		max.control
			.logins({ account: max.accounts[0].id })
			.find(({ deviceType }: { deviceType: string }) => deviceType === 'WEB');

	let chatId: string | undefined;
	/** The next messages of one chat per messenger, numbered from `first`. */
	function write(first: number): void {
		const [anna, boris] = telegrams.accounts;
		for (const n of upTo(MESSAGES).map((at) => first - 1 + at)) {
			const text = `#${n}`;
			chatId = avito.control.incoming({ text, ...(chatId === undefined ? {} : { chat_id: chatId }) }).chat_id;
			telegrams.control.injectMessage({ from: anna.id, to: boris.id, text });
		}
		max.control.injectMany({ to: max.accounts[0].id, chats: 1, count: MESSAGES, first });
	}

	async function eachOnce(count: number): Promise<void> {
		for (const workflow of workflows) {
			await workflow.finishes(count);
			expect(workflow.started()).toEqual(upTo(count));
			expect(workflow.answered()).toEqual(upTo(count));
		}
		expect(max.control.overlaps({})).toEqual([]);
		expect(telegrams.control.overlaps({})).toEqual([]);
	}

	it('every message starts one execution, every answer is sent once, every session is logged in once', async () => {
		const second: N8n = await queue().startSecondMain();
		for (const { id } of workflows)
			await until(() => second.log.includes(id), {
				what: `the second main to start ${id}`,
				timeoutMs: 60_000,
			});
		write(1);
		await eachOnce(MESSAGES);
		expect(maxSession()).toMatchObject({ logins: 1, connections: { now: 1, peak: 1 } });
		expect(telegrams.control.connections({ account: telegrams.accounts[1].id })).toHaveLength(1);
		expect(avito.control.requests({ path: '/token' })).toHaveLength(1);
	});

	it('the one with the sessions is killed: the other goes on with all three, and nothing is answered twice', async () => {
		await queue().n8n.kill();
		write(MESSAGES + 1);
		await eachOnce(2 * MESSAGES);
		expect(maxSession()).toMatchObject({ logins: 2, connections: { now: 1, peak: 1 } });
	});
});
