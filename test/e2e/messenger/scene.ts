import type { IDataObject, INode, INodeParameters } from 'n8n-workflow';
import { afterAll, beforeAll } from 'vitest';
import { startAvitoSandbox, type AvitoSandbox } from '../../sandbox/avito';
import { startMaxSandbox, type MaxSandbox } from '../../sandbox/max';
import { startTelegramSandbox, type TelegramSandbox } from '../../sandbox/telegram';
import { API, logIn } from '../../channels/telegram/fixture';
import { avitoCredential } from '../avito/nodes';
import { node, until, type CredentialReference, type N8n, type NodeExtras } from '../harness';
import { sharedN8n } from '../harness/shared';
import { maxCredential } from '../max/nodes';

/** The credential type of this package that holds many accounts. */
export const accountsCredentialType = 'messengerAccountsApi';

/** Three fake messengers, and what stands in a *Messenger Accounts* credential for an account of each. */
export interface Scene {
	readonly n8n: N8n;
	readonly max: MaxSandbox;
	readonly telegram: TelegramSandbox;
	readonly avito: AvitoSandbox;
	/** Anna on MAX, Boris on Telegram, a shop on Avito; a second account of MAX and of Avito under `more` */
	readonly accounts: { readonly anna: IDataObject; readonly boris: IDataObject; readonly shop: IDataObject };
	readonly more: { readonly olga: IDataObject };
	/** What all accounts of a messenger have in common. */
	readonly shared: IDataObject;
}

/** Limits no test reaches by accident; the defaults protect real accounts. */
const UNHURRIED = { sendsPerWindow: 10_000, chatGapSeconds: 0, firstContactsPerDay: 10_000, loopLimit: 0 };

/** One n8n with our package and the three messengers, shared by the tests of a file. */
export function messengerScene(options: Parameters<typeof sharedN8n>[0] = {}): () => Scene {
	const n8n = sharedN8n(options);
	let scene: Omit<Scene, 'n8n'> | undefined;
	const open: { close(): Promise<unknown> }[] = [];
	beforeAll(async () => {
		const [max, telegram, avito] = await Promise.all([
			startMaxSandbox(),
			startTelegramSandbox(),
			startAvitoSandbox(),
		]);
		open.push(max, telegram, avito);
		const session = await logIn(telegram, telegram.accounts[1]);
		scene = {
			max,
			telegram,
			avito,
			accounts: {
				anna: { channel: 'max', ...maxCredential(max) },
				boris: { channel: 'telegram', session },
				shop: { channel: 'avito', ...avitoCredential(avito), requestsPerMinute: 10_000 },
			},
			more: { olga: { channel: 'max', ...maxCredential(max, max.accounts[1].web) } },
			shared: { telegram: { ...API, publicKey: telegram.dcs[1]?.publicKeyPem ?? '', ...UNHURRIED } },
		};
	});
	afterAll(async () => {
		await Promise.all(open.map((each) => each.close()));
	});
	return () => {
		if (!scene) throw new Error('the scene is set before the tests of the file');
		return { n8n: n8n(), ...scene };
	};
}

/** What a person types into the credential. */
export function accountsCredential(accounts: object, shared: object = {}): Record<string, string> {
	return { accounts: JSON.stringify(accounts), sharedSettings: JSON.stringify(shared) };
}

/** A Messenger node doing one operation. */
export function messenger(
	name: string,
	credential: CredentialReference,
	[resource, operation]: readonly [resource: string, operation: string],
	parameters: INodeParameters = {},
	extras: NodeExtras = {},
): INode {
	return node(name, 'messenger', { resource, operation, ...parameters }, { ...extras, credential });
}

/** A Messenger Trigger that looks at Avito as often as it may. */
export function messengerTrigger(
	credential: CredentialReference,
	parameters: INodeParameters = {},
	options: INodeParameters = {},
): INode {
	return node(
		'Messenger Trigger',
		'messengerTrigger',
		{ options: { pollSeconds: 5, ...options }, ...parameters },
		{ credential },
	);
}

/** Writes to an account as a customer would. */
export interface Customer {
	writes(text: string): void;
	/** what this customer was answered so far */
	heard(): string;
}

/** A customer of each account of the scene. */
export function customers({
	max,
	telegram,
	avito,
}: Scene): Record<'anna' | 'boris' | 'shop' | 'olga', Customer> {
	const [anna, olga] = max.accounts;
	const [maria, boris] = telegram.accounts;
	const onMax = (account: { id: string }, from: { id: string }): Customer => ({
		writes: (text) => {
			max.control.injectMessage({ from: from.id, to: account.id, text });
		},
		heard: () => JSON.stringify(max.control.authored({ account: account.id }).map(({ text }) => text)),
	});
	return {
		anna: onMax(anna, olga),
		olga: onMax(olga, anna),
		boris: {
			writes: (text) => {
				telegram.control.injectMessage({ from: maria.id, to: boris.id, text });
			},
			heard: () => JSON.stringify(telegram.control.messages({ owner: maria.id, peer: boris.id })),
		},
		shop: {
			writes: (text) => {
				avito.control.incoming({ text });
			},
			heard: () => JSON.stringify(avito.control.outbox({})),
		},
	};
}

/** Writes until there is an answer: a new trigger starts at now, and n8n does not tell when that was. */
export async function conversing(customer: Customer, text: string, answer: RegExp): Promise<void> {
	let at = 0;
	await until(
		() => {
			customer.writes(`${text} ${(at += 1)}`);
			return answer.test(customer.heard());
		},
		{ what: `an answer to ${text}`, everyMs: 2_000, timeoutMs: 90_000 },
	);
}
