import { readFileSync } from 'node:fs';
import type { Environment } from './settings';

/**
 * As n8n reads its own settings: the variable, or the file that `<name>_FILE` names (container secrets), trimmed.
 * @throws Error of the file system, naming the file
 */
export function orFromFile(environment: Environment): Environment {
	return (name) => {
		const value = environment(name);
		if (value !== undefined) return value;
		const file = environment(`${name}_FILE`);
		if (file === undefined) return undefined;
		const content = readFileSync(file, 'utf8').trim();
		return content === '' ? undefined : content;
	};
}
