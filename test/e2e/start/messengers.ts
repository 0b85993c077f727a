import type { ICredentialDataDecryptedObject } from 'n8n-workflow';
import { startAvitoSandbox } from '../../sandbox/avito';
import { startMaxSandbox } from '../../sandbox/max';
import { startTelegramSandbox } from '../../sandbox/telegram';
import { API, logIn } from '../../support/telegram-login';
import { avitoCredential, avitoCredentialType } from '../avito/nodes';
import { isLive } from '../avito/published';
import { maxCredential, maxCredentialType } from '../max/nodes';

/** A message of a conversation, as the person at the other side sees it. */
export interface Line {
	/** By the account n8n answers for; else by the person. */
	readonly byAccount: boolean;
	readonly text: string;
}

/** A messenger, an account on it that n8n answers for, and a person who writes to this account. */
export interface OtherSide {
	readonly id: 'avito' | 'max' | 'telegram';
	readonly messenger: string;
	readonly person: string;
	readonly account: string;
	readonly credentialType: string;
	/** What one types into the credential of the account. */
	readonly credential: ICredentialDataDecryptedObject;
	/** Has n8n come so far with the account that a new message starts a workflow? */
	live(): boolean;
	/** The person writes. */
	writes(text: string): void;
	/** The conversation so far, oldest first. */
	lines(): Line[];
	close(): Promise<unknown>;
}

async function avito(): Promise<OtherSide> {
	const sandbox = await startAvitoSandbox({ seed: Math.floor(Date.now() / 1000), demoChats: true });
	const { control } = sandbox;
	const [account] = sandbox.accounts;
	const person = 'Анна';
	let chatId = '';
	return {
		id: 'avito',
		messenger: 'Avito',
		person,
		account: account.name,
		credentialType: avitoCredentialType,
		credential: avitoCredential(sandbox),
		live: () => isLive(sandbox, control.state({}).accounts[0]?.webhooks[0] ?? ''),
		writes: (text) => {
			chatId = control.incoming(
				chatId === '' ? { text, author_name: person } : { text, chat_id: chatId },
			).chat_id;
		},
		lines: () =>
			control.messages({ chat_id: chatId }).flatMap(({ author_id, content }) => {
				const text = content['text'];
				return typeof text === 'string' ? [{ byAccount: author_id === account.user_id, text }] : [];
			}),
		close: () => sandbox.close(),
	};
}

async function max(): Promise<OtherSide> {
	const sandbox = await startMaxSandbox();
	const { control } = sandbox;
	// Nobody of these has written to the other before.
	const [anna, , clara] = sandbox.accounts;
	let chatId = '';
	return {
		id: 'max',
		messenger: 'MAX',
		person: clara.name,
		account: anna.name,
		credentialType: maxCredentialType,
		credential: maxCredential(sandbox),
		live: () => control.logins({ account: anna.id }).some(({ connections }) => connections.now > 0),
		writes: (text) => {
			({ chatId } = control.injectMessage({ from: clara.id, to: anna.id, text }));
		},
		lines: () =>
			chatId === ''
				? []
				: control
						.messages({ chatId })
						.map(({ author, text }) => ({ byAccount: author === anna.id, text }))
						.filter(({ text }) => text !== ''),
		close: () => sandbox.close(),
	};
}

/** The defaults protect real accounts; here one may write as fast as one can type. */
const UNHURRIED = { sendsPerWindow: 10_000, chatGapSeconds: 0, firstContactsPerDay: 10_000, loopLimit: 0 };

async function telegram(): Promise<OtherSide> {
	const sandbox = await startTelegramSandbox();
	const { control } = sandbox;
	const [, boris] = sandbox.accounts;
	// Somebody else at every start: n8n remembers which messages started an execution, and numbers begin at 1 again here.
	const clara = { name: 'Clara', id: String(6_000_000_000 + Math.floor(Date.now() / 1000)) };
	control.createUser({ id: clara.id, firstName: clara.name });
	const session = await logIn(sandbox, boris);
	// Only what n8n asks from here on tells that it is there.
	control.clearLog();
	return {
		id: 'telegram',
		messenger: 'Telegram',
		person: clara.name,
		account: boris.name,
		credentialType: 'telegramUserApi',
		credential: { ...API, session, publicKey: sandbox.dcs[boris.dc - 1]?.publicKeyPem ?? '', ...UNHURRIED },
		live: () =>
			control
				.requests({ account: boris.id, method: 'updates.getDifference' })
				.some(({ outcome }) => outcome === 'ok'),
		writes: (text) => {
			control.injectMessage({ from: clara.id, to: boris.id, text });
		},
		lines: () =>
			control
				.messages({ owner: clara.id, peer: boris.id })
				.map(({ from, text }) => ({ byAccount: from === boris.id, text }))
				.filter(({ text }) => text !== ''),
		close: () => sandbox.close(),
	};
}

/** Starts the three fake messengers. */
export async function startMessengers(): Promise<OtherSide[]> {
	return await Promise.all([avito(), max(), telegram()]);
}
