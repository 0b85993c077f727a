import { invalidParameter, type Operation, type Parameters } from '../../../../src/n8n';

/** No session file of a program that talks with people is larger, bytes. */
const LARGEST = 64 * 1024 * 1024;

export const importSession: Operation = {
	value: 'importSession',
	name: 'Import Session',
	action: 'Import session of another program',
	description:
		'Turn a session of Telethon (text or .session file), Pyrogram, GramJS or teleproto into one for the credential, and check its key. Stop the other program first: Telegram ends a session that two programs use.',
	effect: 'change',
	properties: [
		{
			displayName: 'Source',
			name: 'sessionSource',
			type: 'options',
			options: [
				{ name: 'Session File', value: 'file', description: 'A .session file of Telethon or Pyrogram' },
				{ name: 'Session String', value: 'text' },
			],
			default: 'text',
			description: 'In which form the session is there',
		},
		{
			displayName: 'Session String',
			name: 'session',
			type: 'string',
			typeOptions: { password: true },
			required: true,
			default: '',
			displayOptions: { show: { sessionSource: ['text'] } },
			description: 'Session string of Telethon, Pyrogram, GramJS or teleproto',
		},
		{
			displayName: 'Input Binary Field',
			name: 'binaryPropertyName',
			type: 'string',
			required: true,
			default: 'data',
			displayOptions: { show: { sessionSource: ['file'] } },
			description: 'Name of the binary field of the input item that holds the .session file',
		},
	],
	async credential(fields, parameters) {
		const file = parameters.text('sessionSource') === 'file';
		return { ...fields, session: file ? await fileOf(parameters) : parameters.id('session') };
	},
	toCommand: () => ({ name: 'login.importSession', input: {} }),
};

/** The file in base64, as the credential's own field takes it; nothing of it is written anywhere. */
async function fileOf(parameters: Parameters): Promise<string> {
	const [source] = await parameters.files(parameters.id('binaryPropertyName'));
	if (source?.kind !== 'stream') throw invalidParameter(parameters.label('binaryPropertyName'), 'is empty');
	const parts: Buffer[] = [];
	let size = 0;
	for await (const part of await source.open()) {
		const bytes = Buffer.from(part as Buffer);
		size += bytes.length;
		if (size > LARGEST) throw invalidParameter(parameters.label('binaryPropertyName'), 'is no session file');
		parts.push(bytes);
	}
	const head = Buffer.concat(parts);
	if (head.toString('latin1', 0, 6) !== 'SQLite')
		throw invalidParameter(parameters.label('binaryPropertyName'), 'is no .session file');
	return head.toString('base64');
}
