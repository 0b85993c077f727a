import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { INodeParameters, NodeParameterValueType } from 'n8n-workflow';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { avitoCredential } from '../avito/nodes';
import { node, until, workflow, type CredentialReference } from '../harness';
import { maxCredential } from '../max/nodes';
import { GoogleSheets } from './google-sheets';
import {
	accountsCredential,
	accountsCredentialType,
	conversing,
	customers,
	messengerScene,
	messengerTrigger,
} from './scene';
import { importTemplate, published, templateNames, type Changes } from './templates';

/** Files a storage was given: path → bytes. */
const stored = new Map<string, Buffer>();
let storage: Server;
const google = await GoogleSheets.open();
const scene = messengerScene({ environment: google.environment });
let credentials: CredentialReference[] = [];

beforeAll(async () => {
	const { n8n, accounts, more, shared, max, avito } = scene();
	// Enough of S3 for an upload: where is the bucket, put the file.
	storage = createServer((request, response) => {
		const chunks: Buffer[] = [];
		request.on('data', (chunk: Buffer) => chunks.push(chunk));
		request.on('end', () => {
			if (request.method === 'PUT') {
				stored.set(decodeURIComponent(request.url ?? '').replace(/\?.*/, ''), Buffer.concat(chunks));
				response.end();
			} else response.end('<LocationConstraint>us-east-1</LocationConstraint>');
		});
	});
	await new Promise<void>((resolve) => storage.listen(0, '127.0.0.1', resolve));
	const { port } = storage.address() as AddressInfo;
	const telegram = { ...(shared['telegram'] as object), session: accounts.boris['session'] };
	const { api } = n8n;
	credentials = [
		await api.createCredential(
			'All',
			accountsCredentialType,
			accountsCredential({ ...accounts, ...more }, shared),
		),
		await api.createCredential('Boris', 'telegramUserApi', telegram as never),
		await api.createCredential('Anna', 'maxUserApi', maxCredential(max)),
		await api.createCredential('Shop', 'avitoApi', { ...avitoCredential(avito), requestsPerMinute: 10_000 }),
		await api.createCredential('Google', 'googleApi', google.credential),
		await api.createCredential('Storage', 's3', {
			endpoint: `http://127.0.0.1:${port}`,
			region: 'us-east-1',
			accessKeyId: 'key',
			secretAccessKey: 'secret',
			forcePathStyle: true,
		}),
	];
});

afterAll(async () => {
	await google.close();
	storage.closeAllConnections();
	storage.close();
});

const everyFiveSeconds = { parameters: { options: { pollSeconds: 5 } } };

function byId(value: string): NodeParameterValueType {
	return { __rl: true, mode: 'id', value };
}

function settings(values: Record<string, string>): INodeParameters {
	return {
		assignments: {
			assignments: Object.entries(values).map(([name, value]) => ({ id: name, name, value, type: 'string' })),
		},
	};
}

async function run(name: string, changes: Changes, check: (id: string) => Promise<void>): Promise<void> {
	await published(scene().n8n, importTemplate(name, credentials, changes), check);
}

/** What Boris on Telegram and the person who sits in front of the hub have written to each other. */
function hub() {
	const { telegram } = scene();
	const [maria, boris] = telegram.accounts;
	return {
		maria,
		boris,
		messages: () => telegram.control.messages({ owner: maria.id, peer: boris.id }),
		answers: (text: string, replyTo?: number) => {
			telegram.control.injectMessage({
				from: maria.id,
				to: boris.id,
				text,
				...(replyTo === undefined ? {} : { replyTo }),
			});
		},
	};
}

/** Does something again and again until it has shown: a new trigger starts at now, and n8n does not tell when. */
async function again<T>(what: string, act: (at: number) => void, seen: () => T | undefined): Promise<T> {
	let at = 0;
	return until(
		() => {
			act((at += 1));
			return seen();
		},
		{ what, everyMs: 2_000, timeoutMs: 90_000 },
	);
}

it('there are eight, and all of them are run here', () => {
	const tested = [
		'approval',
		'auto-reply',
		'avito-lead',
		'bridge',
		'health-alert',
		'history-backup',
		'media-archive',
		'one-inbox',
	];
	// The form for a login belongs to the login's own tests.
	expect(templateNames().filter((name) => name !== 'login-form')).toEqual(tested);
});

it('auto-reply: what the agent says reaches the customer', async () => {
	const fast = { parameters: { silenceSeconds: 1, options: { quietMinutes: 60, pollSeconds: 5 } } };
	await run('auto-reply', { 'Messenger Trigger': fast }, async () => {
		await conversing(customers(scene()).boris, 'hello agent', /Thank you, .*You wrote: hello agent \d/);
	});
});

it('one inbox: one branch answers in the messenger the message came from', async () => {
	await run('one-inbox', { 'Messenger Trigger': everyFiveSeconds }, async () => {
		const { shop, anna } = customers(scene());
		await Promise.all([
			conversing(shop, 'what is the price', /example\.com\/prices/),
			conversing(anna, 'are you there', /A person will answer you soon/),
		]);
		const { avito, max } = scene();
		expect(JSON.stringify(avito.control.outbox({}))).not.toContain('A person will');
		expect(JSON.stringify(max.control.authored({ account: max.accounts[0].id }))).not.toContain('/prices');
	});
});

it('bridge: messages, answers and edits cross from messenger to messenger', async () => {
	const { max } = scene();
	const [anna, olga] = max.accounts;
	const { maria, messages, answers } = hub();
	const changes: Changes = {
		'Messenger Trigger': { parameters: { options: { maxParallel: 1, pollSeconds: 5 } } },
		Settings: { parameters: settings({ hubAccount: 'boris', hubChat: maria.id }) },
	};
	await run('bridge', changes, async () => {
		const sent = new Map<string, { chatId: string; messageId: string }>();
		const copy = await again(
			'a copy in the hub',
			(at) => {
				const text = `over the bridge ${at}.`;
				sent.set(text, max.control.injectMessage({ from: olga.id, to: anna.id, text }));
			},
			() => messages().find(({ text }) => /\(max, anna\):\nover the bridge \d+\./.test(text)),
		);
		const original = sent.get(copy.text.split('\n')[1] ?? '');
		if (original === undefined) throw new Error(`nobody wrote ${copy.text}`);

		answers('Back over the bridge', copy.id);
		await until(
			() =>
				max.control
					.authored({ account: anna.id })
					.some(({ chatId, text }) => chatId === original.chatId && text === 'Back over the bridge'),
			{ what: 'the answer on MAX', timeoutMs: 60_000 },
		);
		max.control.edit({ ...original, text: 'changed my mind' });
		await until(() => messages().some(({ id, text }) => id === copy.id && text.includes('changed my mind')), {
			what: 'the edited copy',
			timeoutMs: 60_000,
		});

		const { shop } = customers(scene());
		const lead = await again(
			'a copy from Avito',
			(at) => {
				shop.writes(`from Avito ${at}.`);
			},
			() => messages().find(({ text }) => /\(avito, shop\):\nfrom Avito/.test(text)),
		);
		answers('Back to Avito', lead.id);
		await until(() => shop.heard().includes('Back to Avito'), {
			what: 'the answer on Avito',
			timeoutMs: 60_000,
		});
	});
});

it('approval: the workflow goes on with the answer from the chat', async () => {
	const { n8n } = scene();
	const { maria, messages, answers } = hub();
	await run('approval', { Ask: { parameters: { chatId: byId(maria.id) } } }, async (id) => {
		await n8n.api.callWebhook('approval', { text: 'Refund order 5?' });
		await until(() => messages().some(({ text }) => text.startsWith('Refund order 5?')), {
			what: 'the question',
		});
		answers('yes');
		const [summary] = await n8n.api.finishedExecutions(id, 1, 60_000);
		const execution = await n8n.api.execution(summary?.id ?? '');
		expect(execution.error).toBeUndefined();
		expect(execution.json('Approved')).toMatchObject([{ result: 'approved', by: expect.any(String) }]);
		expect(execution.runs('Not Approved')).toEqual([]);
	});
});

it('avito lead: a lead is told once in Telegram, and is a row in the sheet', async () => {
	const { n8n, avito } = scene();
	const { maria, messages } = hub();
	const changes: Changes = {
		'Tell in Telegram': { parameters: { chatId: byId(maria.id) } },
		'Add to Sheet': {
			parameters: {
				authentication: 'serviceAccount',
				documentId: byId(google.spreadsheetId),
				sheetName: byId(String(google.sheetId)),
			},
		},
	};
	await run('avito-lead', changes, async (id) => {
		const told = await again(
			'the lead in Telegram',
			(at) => {
				avito.control.incoming({ text: `Is it still there? ${at}`, author_name: 'Пётр' });
			},
			() => messages().find(({ text }) => /New lead: Пётр[\s\S]*Is it still there\?/.test(text)),
		);
		const [summary] = await n8n.api.finishedExecutions(id, 1, 60_000);
		const [row] = (await n8n.api.execution(summary?.id ?? '')).json('Lead');
		expect(row).toMatchObject({ client: 'Пётр', time: expect.stringMatching(/^\d{4}-/) });
		expect(told.text).toContain(row?.['text']);
		const [columns = [], ...leads] = google.rows;
		expect(leads).toHaveLength(1);
		expect(Object.fromEntries(columns.map((column, at) => [column, leads[0]?.[at]]))).toMatchObject({
			client: 'Пётр',
			text: row?.['text'],
		});
	});
});

it('history backup: the chat is one file', async () => {
	const { n8n, max } = scene();
	const [anna, olga] = max.accounts;
	const { chatId } = max.control.injectMessage({ from: olga.id, to: anna.id, text: 'to be kept' });
	const draft = importTemplate('history-backup', credentials, {
		'Read the History': { parameters: { chatId: byId(chatId) } },
	});
	const { id } = await n8n.api.createWorkflow(draft);
	const execution = await n8n.api.runManually(id, 'Every Night');
	expect(execution.error).toBeUndefined();
	const file = execution.items('To File')[0]?.binary?.['data'];
	expect(file?.fileName).toMatch(/^history-\d{4}-\d\d-\d\d\.json$/);
	const kept = JSON.parse((await n8n.api.binary(file)).toString()) as { text: string }[];
	expect(kept.map(({ text }) => text)).toContain('to be kept');
});

it('health alert: an account that has lost its session is told once, by one that works', async () => {
	const { n8n, max } = scene();
	const [, olga] = max.accounts;
	const { maria, messages } = hub();
	const [credential] = credentials;
	if (credential === undefined) throw new Error('the credentials are made before the tests');
	const listening = workflow('Listening', [
		messengerTrigger(credential),
		node('Nothing', 'n8n-nodes-base.noOp'),
	]);
	const draft = importTemplate('health-alert', credentials, {
		Tell: { parameters: { account: byId('boris'), chatId: maria.id } },
	});
	const { id } = await n8n.api.createWorkflow(draft);
	const look = async () => {
		const execution = await n8n.api.runManually(id, 'Every Five Minutes');
		expect(execution.error).toBeUndefined();
		return messages().filter(({ text }) => text.startsWith('Account olga (max): ended'));
	};
	await published(n8n, listening, async (trigger) => {
		await again(
			'the account to be listened to',
			(at) => {
				customers(scene()).olga.writes(`are you well? ${at}`);
			},
			() => n8n.storedExecutions(trigger).find(({ startItems }) => startItems.length > 0),
		);
		expect(await look()).toEqual([]);
		max.control.forceLogout({ account: olga.id });
		const [alert] = await until(
			async () => {
				const told = await look();
				return told.length > 0 && told;
			},
			{ what: 'the alert', everyMs: 1_000 },
		);
		expect(alert?.text).toContain('session');
		// Told once: the same trouble has the same key (each run of a workflow is an execution of its own).
		expect(await look()).toHaveLength(1);
	});
});

it('media archive: a picture is in the storage, byte by byte', async () => {
	const { max } = scene();
	const [anna, olga] = max.accounts;
	const picture = Buffer.from('not a picture, but the bytes of one');
	await run('media-archive', {}, async () => {
		const [path, bytes] = await again(
			'the file in the storage',
			() => {
				max.control.injectMessage({
					from: olga.id,
					to: anna.id,
					media: [{ kind: 'file', name: 'offer.pdf', base64: picture.toString('base64') }],
				});
			},
			() => [...stored][0],
		);
		expect(path).toMatch(/^\/messages\/max\/-?\d+\/\d+-0-offer\.pdf$/);
		expect(bytes.equals(picture)).toBe(true);
	});
});
