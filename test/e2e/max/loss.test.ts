import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startMaxSandbox, type MaxSandbox } from '../../sandbox/max';
import { until, type CredentialReference } from '../harness';
import { numberedComplaints, startedNumbers } from '../harness/numbered';
import { sharedN8n } from '../harness/shared';
import { maxCredential, maxCredentialType } from './nodes';
import { publish } from './scene';

const MESSAGES = 1_000;
const CHATS = 50;

describe('a thousand messages', () => {
	// One isolate less for each execution: four times as quick.
	const n8n = sharedN8n({ environment: { N8N_EXPRESSION_ENGINE_LAZY_ACQUIRE: 'true' } });
	let sandbox: MaxSandbox;
	let credential: CredentialReference;
	beforeAll(async () => {
		sandbox = await startMaxSandbox();
		credential = await n8n().api.createCredential('MAX', maxCredentialType, maxCredential(sandbox));
	});
	afterAll(() => sandbox?.close());

	it('all start, once and in the order of their chats, through four cuts and a kill -9', async () => {
		const account = sandbox.accounts[0].id;
		let injected = 0;
		const inject = (count: number): void => {
			sandbox.control.injectMany({ to: account, chats: CHATS, count, first: injected + 1 });
			injected += count;
		};
		const session = () => sandbox.control.logins({ account }).find(({ deviceType }) => deviceType === 'WEB')!;
		const logins = (times: number) =>
			until(() => session().logins === times, { what: `login ${String(times)}`, timeoutMs: 60_000 });
		/** Messages while nobody is connected, pushed to nobody. */
		const cut = async (): Promise<void> => {
			const { logins: before } = session();
			expect(sandbox.control.cut({ account })).toEqual({ cut: 1 });
			inject(100);
			await logins(before + 1);
			inject(50);
		};

		const workflow = await publish({ n8n: n8n(), sandbox, credential }, 'Loss');
		const over = (): number => {
			const { success = 0, error = 0, crashed = 0, canceled = 0 } = n8n().countExecutions(workflow.id);
			return success + error + crashed + canceled;
		};
		await logins(1);
		inject(100);
		await until(() => over() > 20, { what: 'the first executions' });
		await cut();
		await cut();

		const started = over();
		await until(() => over() > started + 20, { what: 'executions after the second cut' });
		await n8n().kill();
		expect(over()).toBeLessThan(injected);
		inject(100);
		await n8n().start();
		await logins(4);

		await cut();
		await cut();
		inject(MESSAGES - injected);
		await until(() => over() >= MESSAGES, {
			what: `${String(MESSAGES)} executions that are over`,
			timeoutMs: 120_000,
			everyMs: 250,
		});

		const executions = workflow.executions();
		expect(numberedComplaints(executions, MESSAGES)).toEqual([]);
		expect(new Set(startedNumbers(executions).map(({ chat }) => chat)).size).toBe(CHATS);
		expect(session()).toMatchObject({ logins: 6, connections: { now: 1, peak: 1 } });
		expect(sandbox.control.overlaps({})).toEqual([]);
		expect(sandbox.control.failures({})).toEqual([]);
		await workflow.remove();
	});
});
