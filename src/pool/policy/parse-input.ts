import { invalidParameter, type CommandTable, type JsonObject } from '../../contract';

interface Issue {
	path: (string | number)[];
	message: string;
}

/**
 * Parses a command's input with its own schema. A zod error becomes one sentence with the field's name; nothing has
 * been opened or sent yet. The error is told by its shape: the bundle's zod may be another copy than the caller's.
 * @throws ChannelError `invalid_parameter`
 */
export function parseInput(spec: CommandTable<unknown>[string], input: JsonObject): unknown {
	try {
		return spec.input.parse(input);
	} catch (error) {
		const issue = (error as { issues?: Issue[] } | null)?.issues?.[0];
		if (issue === undefined) throw error;
		throw invalidParameter(issue.path.map(String).join('.') || 'input', issue.message);
	}
}
