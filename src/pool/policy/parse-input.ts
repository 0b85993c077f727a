import { invalidParameter, type CommandTable, type JsonObject } from '../../contract';

interface Issue {
	path: (string | number)[];
	message: string;
	code?: string;
	minimum?: unknown;
	/** what is too small: `array`, `string`, `number` … */
	origin?: string;
	/** what each branch of a union has against the value */
	errors?: Issue[][];
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
		const first = (error as { issues?: Issue[] } | null)?.issues?.[0];
		if (first === undefined) throw error;
		const { path, message } = inWords(first);
		throw invalidParameter(path.map(String).join('.') || 'input', message);
	}
}

/** Of a union, zod says "Invalid input": what tells more is the branch that would take a value of this type. */
function inWords(issue: Issue): Issue {
	const { code, minimum, origin, message } = issue;
	const nothing = code === 'too_small' && minimum === 1 && (origin === 'array' || origin === 'string');
	if (nothing && message.startsWith('Too small')) return { ...issue, message: 'is empty' };
	const branches = (issue.errors ?? []).flatMap(([first]) => (first === undefined ? [] : [inWords(first)]));
	const told = branches.find((branch) => branch.code !== 'invalid_type' && branch.code !== 'invalid_union');
	return told === undefined ? issue : { ...told, path: [...issue.path, ...told.path] };
}
