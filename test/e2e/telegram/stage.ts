import type { IBinaryData, INode, INodeExecutionData, INodeParameters } from 'n8n-workflow';
import { expect } from 'vitest';
import { logIn } from '../../channels/telegram/fixture';
import { node, workflow, type CredentialReference, type NodeExtras } from '../harness';
import { telegram, telegramCredential, telegramCredentialType, type Scene } from './trigger-scene';

/** What a case can do: run the operation it is named for, on its own or behind other nodes, as Boris. */
export interface Stage extends Scene {
	run(
		parameters?: INodeParameters,
		around?: { before?: INode[]; extras?: NodeExtras; as?: CredentialReference },
	): Promise<INodeExecutionData[]>;
	/** The bytes of an output file. */
	bytes(binary: IBinaryData | undefined): Promise<Buffer>;
	/** Anna writes to Boris; the number of the message for Boris. */
	hear(text: string, more?: object): string;
	/** The texts of Boris's chat with Anna, newest last, as Anna sees them. */
	texts(): string[];
	/** The arguments of the newest request of a method. */
	asked(method: string): unknown;
}

export type Case = (stage: Stage) => Promise<void>;

export function makeStage(scene: Scene, name: string): Stage {
	const { n8n, sandbox, credential, anna, boris } = scene;
	const [resource = '', operation = ''] = name.split('.');
	return {
		...scene,
		run: async (parameters = {}, { before = [], extras = {}, as = credential } = {}) => {
			const execution = await n8n.api.runOnce(
				workflow(name, [
					node('Start', 'n8n-nodes-base.manualTrigger'),
					...before,
					telegram('Telegram', as, [resource, operation], parameters, extras),
				]),
			);
			expect(execution.error).toBeUndefined();
			const items = execution.items('Telegram');
			for (const each of items) expect(each.pairedItem).toBeDefined();
			return items;
		},
		bytes: (binary) => n8n.api.binary(binary),
		hear: (text, more = {}) =>
			String(sandbox.control.injectMessage({ from: anna.id, to: boris.id, text, ...more }).ids[boris.id]),
		texts: () => sandbox.control.messages({ owner: anna.id, peer: boris.id }).map(({ text }) => text),
		asked: (method) => sandbox.control.requests({ account: boris.id, method }).at(-1)?.args,
	};
}

export function json(items: INodeExecutionData[]): INodeExecutionData['json'][] {
	return items.map((each) => each.json);
}

/** Nodes whose output item has a file in the binary field `data`. */
export function file(bytes: Buffer, fileName: string, mimeType: string): INode[] {
	return [
		node(
			'Base64',
			'n8n-nodes-base.set',
			{ mode: 'raw', jsonOutput: JSON.stringify({ base64: bytes.toString('base64') }) },
			{ typeVersion: 3.4 },
		),
		node(
			'File',
			'n8n-nodes-base.convertToFile',
			{ operation: 'toBinary', sourceProperty: 'base64', options: { fileName, mimeType } },
			{ typeVersion: 1.1 },
		),
	];
}

let people = 0;

/** Somebody of their own, with a credential; `others` are the logins they have on further devices. */
export async function another(
	{ n8n, sandbox, boris }: Scene,
	{ dangerous = false, others = 0 } = {},
): Promise<{ id: string; as: CredentialReference; others: string[] }> {
	people += 1;
	const phone = `+7999000010${String(people)}`;
	const { id } = sandbox.control.createUser({ firstName: `Person ${String(people)}`, phone });
	const who = { ...boris, id, phone };
	for (let at = 0; at < others; at += 1) await logIn(sandbox, who);
	const hashes = sandbox.control.logins({ account: id }).map(({ hash }) => hash);
	const data = { ...(await telegramCredential(sandbox, who)), allowDangerousRaw: dangerous };
	const as = await n8n.api.createCredential(`Person ${String(people)}`, telegramCredentialType, data);
	return { id, as, others: hashes };
}
