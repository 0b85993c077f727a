import { readFile } from 'node:fs/promises';
import { UsageError } from './exit';

/** Fields of a credential from a file: what n8n's window would hold. @throws UsageError */
export async function readSettings(file: string | null): Promise<Record<string, unknown>> {
	if (file === null) return {};
	try {
		const value: unknown = JSON.parse(await readFile(file, 'utf8'));
		if (typeof value !== 'object' || value === null || Array.isArray(value))
			throw new Error('it is no JSON object');
		return { ...value };
	} catch (error) {
		throw new UsageError(`${file} cannot be used: ${reasonOf(error)}`);
	}
}

/** Never the text of the file, which may hold a secret and which JSON errors quote. */
function reasonOf(error: unknown): string {
	if (error instanceof SyntaxError) return 'it is no JSON';
	return error instanceof Error ? ((error as NodeJS.ErrnoException).code ?? error.message) : String(error);
}
