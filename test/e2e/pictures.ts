/**
 * `node --conditions=source --import tsx test/e2e/pictures.ts`, after `npm run build`: takes the pictures of the nodes that the documentation shows, in a real n8n
 * with the fake messengers, and writes them to docs/images. By hand, when a node looks different: no test needs them anew.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { INode, INodeParameters } from 'n8n-workflow';
import { N8n, node, packAndInstall, packageName, projectFolder, until, workflow } from './harness';
import { Editor } from './harness/browser';
import { accountsOf } from './start/examples';
import { startMessengers, type OtherSide } from './start/messengers';

const folder = join(projectFolder, 'docs', 'images');
const SIZE = { width: 1280, height: 700 };

/** Names of the nodes of each messenger, and the trigger's version. */
const NODES = {
	avito: { action: 'avito', trigger: 'avitoTrigger', typeVersion: 2 },
	max: { action: 'max', trigger: 'maxTrigger', typeVersion: 1 },
	telegram: { action: 'telegramUser', trigger: 'telegramUserTrigger', typeVersion: 1 },
} as const;

const chosen: INodeParameters = {
	resource: 'message',
	operation: 'send',
	text: 'Здравствуйте! Да, ещё актуально.',
};

/** Runs in the page. */
const valuesOf = (inputs: unknown[]): string[] => inputs.map((input) => (input as { value: string }).value);

class Camera {
	constructor(
		private readonly n8n: N8n,
		private readonly editor: Editor,
	) {}

	/** Opens the last of these nodes in a new workflow. */
	private async open(nodes: INode[]): Promise<void> {
		const { name = '', credentials = {} } = nodes.at(-1) ?? {};
		const { id } = await this.n8n.api.createWorkflow(workflow(name, nodes));
		await this.editor.openWorkflow(id);
		// Opened before the names of credentials have come, a node shows their numbers: the second look has them.
		await this.editor.openWorkflow(id);
		await this.editor.openNode(name);
		const panel = this.editor.page.getByTestId('ndv');
		const wanted = Object.values(credentials).map((each) => each.name);
		await until(
			async () => {
				const shown = [await panel.innerText(), ...(await panel.locator('input').evaluateAll(valuesOf))].join(
					'\n',
				);
				return wanted.every((each) => shown.includes(each));
			},
			{ what: `the credential of ${name}`, timeoutMs: 15_000, everyMs: 500 },
		).catch((error: unknown) => process.stderr.write(`${String(error)}\n`));
	}

	/** A node that does something, with what it gave. */
	async action(file: string, action: INode, shows: string): Promise<void> {
		await this.open([node('Start', 'n8n-nodes-base.manualTrigger'), action]);
		await this.editor.executeNode();
		await this.editor.outputShows(shows);
		await this.take(file);
	}

	/** A trigger that has heard something. */
	async trigger(file: string, trigger: INode, side: OtherSide): Promise<void> {
		await this.open([trigger]);
		await this.editor.executeNode();
		const text = 'Здравствуйте! Ещё актуально?';
		const output = this.editor.page.getByTestId('output-panel').getByText(text).first();
		await until(
			async () => {
				side.writes(text);
				return await output.isVisible();
			},
			{ what: `${file} to hear something`, timeoutMs: 90_000, everyMs: 3_000 },
		);
		await this.take(file);
	}

	/** A node as it stands there when it was put into a workflow. */
	async fresh(file: string, fresh: INode): Promise<void> {
		await this.open([fresh]);
		await this.take(file);
	}

	private async take(file: string): Promise<void> {
		const { page } = this.editor;
		const fields = page.getByTestId('output-panel').getByText('Schema', { exact: true });
		if (await fields.isVisible()) await fields.click();
		await page.mouse.move(0, 0);
		await page.screenshot({ path: join(folder, `${file}.png`), animations: 'disabled' });
		process.stdout.write(`docs/images/${file}.png\n`);
	}
}

async function run(): Promise<void> {
	await mkdir(folder, { recursive: true });
	const installed = await packAndInstall();
	const sides = await startMessengers();
	const n8n = await N8n.start({ packages: [installed] });
	const editor = await Editor.open(n8n.baseUrl);
	try {
		await editor.page.setViewportSize(SIZE);
		const camera = new Camera(n8n, editor);
		for (const side of sides) {
			const { id, messenger, credentialType } = side;
			const credential = await n8n.api.createCredential(
				`${messenger}: ${side.account}`,
				credentialType,
				side.credential,
			);
			const { action, trigger, typeVersion } = NODES[id];
			const { results } = await n8n.api.searchList({
				nodeType: `${packageName}.${action}`,
				methodName: 'searchChats',
				path: 'parameters.chatId',
				credential,
				parameters: { resource: 'message', operation: 'send' },
			});
			const [first] = results;
			const chatId = {
				__rl: true,
				mode: 'list',
				value: String(first?.value ?? ''),
				cachedResultName: first?.name ?? '',
			};
			await camera.action(
				action,
				node('Answer', action, { ...chosen, chatId }, { credential }),
				'message_id',
			);
			await camera.trigger(
				trigger,
				node(`${messenger} Trigger`, trigger, {}, { credential, typeVersion }),
				side,
			);
		}
		const all = await n8n.api.createCredential('All accounts', 'messengerAccountsApi', accountsOf(sides));
		const [side] = sides;
		if (side !== undefined)
			await camera.trigger(
				'messengerTrigger',
				node('Messenger Trigger', 'messengerTrigger', { options: { pollSeconds: 5 } }, { credential: all }),
				side,
			);
		const reply = { resource: 'message', operation: 'reply', text: '=Вы написали: {{ $json.text }}' };
		await camera.fresh('messenger', node('Messenger', 'messenger', reply, { credential: all }));
		await camera.fresh('messengerLogin', node('Messenger Login', 'messengerLogin', {}, { typeVersion: 2 }));
	} catch (error) {
		await editor.screenshot('pictures-failed');
		throw error;
	} finally {
		await editor.close();
		await n8n.dispose();
		await Promise.all(sides.map((each) => each.close()));
		await installed.remove();
	}
}

void run();
