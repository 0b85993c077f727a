import type {
	ICredentialDataDecryptedObject,
	INode,
	INodeParameters,
	NodeParameterValueType,
} from 'n8n-workflow';
import { afterAll, beforeAll } from 'vitest';
import { API, logIn } from '../../channels/telegram/fixture';
import { startTelegramSandbox, type DemoAccount, type TelegramSandbox } from '../../sandbox/telegram';
import {
	node,
	until,
	workflow,
	type CredentialReference,
	type N8n,
	type NodeExtras,
	type StoredExecution,
} from '../harness';
import { sharedN8n } from '../harness/shared';

export const telegramCredentialType = 'telegramUserApi';

/** What every test of Telegram's trigger in a real n8n has. */
export interface Scene {
	readonly n8n: N8n;
	readonly sandbox: TelegramSandbox;
	/** Boris, whose account is listened to */
	readonly boris: DemoAccount;
	readonly anna: DemoAccount;
	readonly credential: CredentialReference;
}

/** Limits no test reaches by accident; the defaults protect real accounts. */
const UNHURRIED = { sendsPerWindow: 10_000, chatGapSeconds: 0, firstContactsPerDay: 10_000, loopLimit: 0 };

/** What a person types into the credential to reach an account of the sandbox, once logged in. */
export async function telegramCredential(
	sandbox: TelegramSandbox,
	who: DemoAccount,
): Promise<ICredentialDataDecryptedObject> {
	const session = await logIn(sandbox, who);
	return { ...API, session, publicKey: sandbox.dcs[1]?.publicKeyPem ?? '', ...UNHURRIED };
}

/** One n8n with our package, one fake Telegram and Boris's credential for it, shared by the tests of a file. */
export function telegramScene(
	options: Parameters<typeof sharedN8n>[0] & { change?: ICredentialDataDecryptedObject } = {},
): () => Scene {
	const n8n = sharedN8n(options);
	let sandbox: TelegramSandbox | undefined;
	let credential: CredentialReference | undefined;
	beforeAll(async () => {
		sandbox = await startTelegramSandbox();
		const data = { ...(await telegramCredential(sandbox, sandbox.accounts[1])), ...options.change };
		credential = await n8n().api.createCredential('Boris', telegramCredentialType, data);
		sandbox.control.clearLog();
	});
	afterAll(async () => {
		await sandbox?.close();
	});
	return () => {
		if (!sandbox || !credential) throw new Error('the scene is set before the tests of the file');
		const [anna, boris] = sandbox.accounts;
		return { n8n: n8n(), sandbox, credential, anna, boris };
	};
}

/** A Telegram User node doing one operation. */
export function telegram(
	name: string,
	credential: CredentialReference,
	[resource, operation]: readonly [resource: string, operation: string],
	parameters: INodeParameters = {},
	extras: NodeExtras = {},
): INode {
	return node(name, 'telegramUser', { resource, operation, ...parameters }, { ...extras, credential });
}

/** A chat given by its id. */
export function chat(value: string): NodeParameterValueType {
	return { __rl: true, mode: 'id', value };
}

/** States of an execution in which nothing more happens to it. */
const over = new Set(['success', 'error', 'crashed', 'canceled']);

/** A published workflow that begins with a Telegram User Trigger and then answers, or does nothing. */
export async function publish(
	{ n8n, credential }: Scene,
	name: string,
	{ trigger = {}, answer }: { trigger?: INodeParameters; answer?: INode } = {},
) {
	const { id } = await n8n.api.createWorkflow(
		workflow(name, [
			node('Telegram User Trigger', 'telegramUserTrigger', trigger, { credential }),
			answer ?? node('Nothing', 'n8n-nodes-base.noOp'),
		]),
	);
	await n8n.api.publish(id);
	const executions = (): StoredExecution[] => n8n.storedExecutions(id);
	return {
		id,
		executions,
		/** How many of its executions are over. */
		over: (): number => {
			const { success = 0, error = 0, crashed = 0, canceled = 0 } = n8n.countExecutions(id);
			return success + error + crashed + canceled;
		},
		/** The items its executions were started with, in the order they were started. */
		items: () => executions().flatMap(({ startItems }) => startItems.map(({ json }) => json)),
		finishes: (count: number, timeoutMs = 60_000): Promise<StoredExecution[]> =>
			until(
				() => {
					const all = executions();
					return all.filter(({ status }) => over.has(status)).length >= count && all;
				},
				{ what: `${String(count)} finished executions of ${name}`, timeoutMs, everyMs: 250 },
			),
		remove: () => n8n.api.deleteWorkflow(id),
	};
}

/** Has the account caught up? A new trigger starts there: its engine has asked, and been told, where everything is. */
export async function live({ sandbox, boris }: Scene, differences = 1): Promise<void> {
	await until(
		() =>
			sandbox.control
				.requests({ account: boris.id, method: 'updates.getDifference' })
				.filter(({ outcome }) => outcome === 'ok').length >= differences,
		{ what: `difference ${String(differences)}`, timeoutMs: 60_000 },
	);
}
