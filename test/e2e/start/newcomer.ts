import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { startAvitoSandbox, type AvitoSandbox } from '../../sandbox/avito';
import { avito, avitoCredential, avitoCredentialType, avitoTrigger, chat, onlyIf } from '../avito/nodes';
import { isLive } from '../avito/published';
import { until, workflow, type CredentialReference, type N8n, type WorkflowDraft } from '../harness';

const workflowName = 'Avito: answer every message';
const credentialName = 'Avito sandbox';
const customer = 'Анна';

/** What `npm start -- --sandbox` shows: a message comes in, an answer goes out, with no account anywhere. */
export class Newcomer {
	private chatId = '';
	private seen = 0;
	private watching: NodeJS.Timeout | undefined;

	private constructor(
		private readonly sandbox: AvitoSandbox,
		private readonly say: (line: string) => void,
	) {}

	/**
	 * Starts the fake Avito. What an earlier run remembered of its accounts goes: this is another world, whose
	 * chats and messages the earlier one never saw.
	 */
	static async begin(userFolder: string, say: (line: string) => void): Promise<Newcomer> {
		await rm(join(userFolder, '.n8n', 'messenger-accounts'), { recursive: true, force: true });
		const sandbox = await startAvitoSandbox({ seed: Math.floor(Date.now() / 1000), demoChats: true });
		return new Newcomer(sandbox, say);
	}

	/** Puts credential and workflow into n8n (once), publishes, and lets the first customer write. */
	async show(n8n: N8n): Promise<void> {
		const credential = await this.credential(n8n);
		const id = await this.workflow(n8n, answerEveryMessage(credential));
		await n8n.api.publish(id);
		// A new trigger starts when its account is live: a message written before that is none of its own.
		await until(() => isLive(this.sandbox, this.sandbox.control.state({}).accounts[0]?.webhooks[0] ?? ''), {
			what: 'the Avito Trigger to be live and to register its webhook',
			timeoutMs: 60_000,
		});
		this.say(
			`The workflow "${workflowName}" is published: ${n8n.baseUrl.replace('127.0.0.1', 'localhost')}/workflow/${id}`,
		);
		this.watching = setInterval(() => this.tellAnswers(), 250);
		this.customerWrites('Здравствуйте! Ещё актуально?');
		await until(() => this.seen > 0, { what: 'the first answer', timeoutMs: 60_000 });
		this.explain();
	}

	async close(): Promise<void> {
		clearInterval(this.watching);
		await this.sandbox.close();
	}

	private customerWrites(text: string): void {
		const written = this.sandbox.control.incoming(
			this.chatId === '' ? { text, author_name: customer } : { text, chat_id: this.chatId },
		);
		this.chatId = written.chat_id;
		this.say(`  ${customer} writes on Avito:  ${text}`);
	}

	private tellAnswers(): void {
		const outbox = this.sandbox.control.outbox();
		for (const { text } of outbox.slice(this.seen))
			this.say(`  n8n answers her:        ${text ?? '(no text)'}`);
		this.seen = outbox.length;
	}

	private explain(): void {
		const { controlOrigin } = this.sandbox;
		this.say('');
		this.say(`Write as ${customer}: type a line here and press Enter. Or from another terminal:`);
		this.say(
			`  curl -X POST ${controlOrigin}/_control/incoming -H 'content-type: application/json' -d '{"text":"Здравствуйте"}'`,
		);
		const lines = createInterface({ input: process.stdin });
		lines.on('line', (line) => {
			if (line.trim() !== '') this.customerWrites(line.trim());
		});
	}

	/** The sandbox has another address at every start, so the credential is brought up to date. */
	private async credential({ api }: N8n): Promise<CredentialReference> {
		const data = avitoCredential(this.sandbox);
		const known = await api.findCredential(credentialName);
		if (!known) return await api.createCredential(credentialName, avitoCredentialType, data);
		await api.updateCredential(known, data);
		return known;
	}

	/** An existing one stays as the person has left it. */
	private async workflow({ api }: N8n, draft: WorkflowDraft): Promise<string> {
		return (await api.findWorkflow(draft.name)) ?? (await api.createWorkflow(draft)).id;
	}
}

function answerEveryMessage(credential: CredentialReference): WorkflowDraft {
	return workflow(workflowName, [
		avitoTrigger('Avito Trigger', credential),
		onlyIf('Has it a text?', '!!$json.text'),
		avito('Answer', credential, ['message', 'send'], {
			chatId: chat('={{ $json.external_chat_id }}'),
			text: '=Здравствуйте, {{ $json.client_name }}! Вы написали: «{{ $json.text }}»',
		}),
	]);
}
