import { parseArgs } from 'node:util';

/** What a person asked for on the command line. */
export interface StartOptions {
	readonly port: number;
	/** Also a fake Avito, MAX and Telegram, an account on each, workflows that answer, and a page to chat with them. */
	readonly sandbox: boolean;
	/** Rebuild and reload our nodes while somebody edits them. */
	readonly dev: boolean;
	/** Where n8n keeps its data; undefined = in `.data`. */
	readonly data: string | undefined;
	readonly help: boolean;
}

export const usage = `npm start -- [--port N] [--sandbox] [--data FOLDER]
  --port N    where n8n listens (5678)
  --sandbox   also starts a fake Avito, MAX and Telegram, workflows that answer in them, and a page
              to chat as the other side; no account is needed
  --data      where n8n keeps its data (.data/n8n, with --sandbox .data/sandbox)
npm run dev -- [the same]
              our nodes are also rebuilt and reloaded while you edit them`;

/** Reads the command line. Throws with a sentence when it cannot be understood. */
export function parseOptions(args: string[]): StartOptions {
	const { values } = parseArgs({
		args,
		options: {
			port: { type: 'string', default: '5678' },
			sandbox: { type: 'boolean', default: false },
			data: { type: 'string' },
			dev: { type: 'boolean', default: false },
			help: { type: 'boolean', short: 'h', default: false },
		},
	});
	const port = Number(values.port);
	if (!Number.isInteger(port) || port < 1 || port > 65_535) {
		throw new Error(`--port ${values.port} is not a port: give a whole number from 1 to 65535`);
	}
	return { ...values, port, data: values.data };
}
