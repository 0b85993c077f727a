import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ICredentialDataDecryptedObject } from 'n8n-workflow';
import { until, type CredentialReference, type N8n, type WorkflowDraft } from '../harness';
import { accountsOf, answerEveryMessage, oneInbox } from './examples';
import { startMessengers, type OtherSide } from './messengers';
import { Phone } from './phone';

/** What the person writes first, and again if nobody answered. */
const greetings = ['Здравствуйте!', 'Вы здесь?', 'Ещё актуально?'];
/** An answer takes a second or two; a busy machine with two cores takes longer. */
const ANSWER_MS = 30_000;

/** What `npm start -- --sandbox` shows: messages come in, answers go out, with no account anywhere. */
export class Newcomer {
	private readonly told = new Map<OtherSide, number>();
	private watching: NodeJS.Timeout | undefined;
	private phone: Phone | undefined;

	private constructor(
		private readonly sides: readonly OtherSide[],
		private readonly say: (line: string) => void,
	) {}

	/**
	 * Starts the fake messengers. What an earlier run remembered of its accounts goes: this is another world, whose
	 * chats and messages the earlier one never saw.
	 */
	static async begin(userFolder: string, say: (line: string) => void): Promise<Newcomer> {
		await rm(join(userFolder, '.n8n', 'messenger-accounts'), { recursive: true, force: true });
		return new Newcomer(await startMessengers(), say);
	}

	/** Puts credentials and workflows into n8n (once), publishes, and lets one person per messenger write. */
	async show(n8n: N8n): Promise<void> {
		const workflows = new Map<OtherSide['id'], string>();
		const answering: OtherSide[] = [];
		for (const side of this.sides) {
			const name = `${side.messenger} sandbox`;
			const credential = await this.credential(n8n, name, side.credentialType, side.credential);
			const { id, isNew } = await this.workflow(n8n, answerEveryMessage(side, credential));
			if (isNew) await n8n.api.publish(id);
			if (isNew || (await this.wake(n8n, id))) answering.push(side);
			workflows.set(side.id, id);
		}
		const all = await this.credential(
			n8n,
			'All three sandboxes',
			'messengerAccountsApi',
			accountsOf(this.sides),
		);
		await this.wake(n8n, (await this.workflow(n8n, oneInbox(all))).id);

		this.phone = await Phone.open(this.sides, n8n, workflows);
		this.watching = setInterval(() => this.tell(), 250);
		await Promise.all(answering.map((side) => this.converse(side)));
		this.tell();
		this.say('');
		this.say(`Chat as the other side in Avito, MAX and Telegram, in your browser: ${this.phone.address}`);
	}

	async close(): Promise<void> {
		clearInterval(this.watching);
		await this.phone?.close();
		await Promise.all(this.sides.map((side) => side.close()));
	}

	/** A new trigger starts when its account is live: a message written before that is none of its own. */
	private async converse(side: OtherSide): Promise<void> {
		await until(() => side.live(), { what: `${side.messenger} to be live in n8n`, timeoutMs: 60_000 });
		const answers = (): number => side.lines().filter(({ byAccount }) => byAccount).length;
		for (const greeting of greetings) {
			const before = answers();
			side.writes(greeting);
			// Some messengers tell nobody when a trigger's account is caught up: unanswered, the person writes again.
			const answered = await until(() => answers() > before, {
				what: 'an answer',
				timeoutMs: ANSWER_MS,
			}).catch(() => false);
			if (answered) return;
		}
		throw new Error(`n8n answered nobody on ${side.messenger}: see the executions of its workflow`);
	}

	/** Says in the terminal what was written since it last looked. */
	private tell(): void {
		for (const side of this.sides) {
			const lines = side.lines();
			for (const { byAccount, text } of lines.slice(this.told.get(side) ?? 0)) {
				const who = byAccount ? `${side.account} (n8n)` : side.person;
				this.say(`  ${side.messenger.padEnd(9)} ${who}: ${text}`);
			}
			this.told.set(side, lines.length);
		}
	}

	/** The sandboxes have other addresses at every start, so the credential is brought up to date. */
	private async credential(
		{ api }: N8n,
		name: string,
		type: string,
		data: ICredentialDataDecryptedObject,
	): Promise<CredentialReference> {
		const known = await api.findCredential(name);
		if (!known) return await api.createCredential(name, type, data);
		await api.updateCredential(known, data);
		return known;
	}

	/** An existing one stays as the person has left it. */
	private async workflow({ api }: N8n, draft: WorkflowDraft): Promise<{ id: string; isNew: boolean }> {
		const known = await api.findWorkflow(draft.name);
		return known === undefined
			? { id: (await api.createWorkflow(draft)).id, isNew: true }
			: { id: known, isNew: false };
	}

	/**
	 * A workflow that is published since an earlier start began with the addresses of then, and looks at its credential
	 * once a minute: it begins anew. @returns whether it is published
	 */
	private async wake({ api }: N8n, id: string): Promise<boolean> {
		const { active } = await api.getWorkflow(id);
		if (active) {
			await api.unpublish(id);
			await api.publish(id);
		}
		return active;
	}
}
