import { afterAll, beforeAll } from 'vitest';
import { startAvitoSandbox, type AvitoSandbox } from '../../sandbox/avito';
import type { CredentialReference, N8n, N8nOptions } from '../harness';
import { sharedN8n } from '../harness/shared';
import { avitoCredential, avitoCredentialType } from './nodes';

/** What every test of Avito in a real n8n has. */
export interface Scene {
	readonly n8n: N8n;
	readonly sandbox: AvitoSandbox;
	/** The sandbox's first account, with a request budget no test reaches by accident. */
	readonly credential: CredentialReference;
}

/** One n8n with our package, one fake Avito and a credential for it, shared by the tests of a file. */
export function avitoScene(options: Pick<N8nOptions, 'environment'> = {}): () => Scene {
	const n8n = sharedN8n(options);
	let sandbox: AvitoSandbox | undefined;
	let credential: CredentialReference | undefined;
	beforeAll(async () => {
		sandbox = await startAvitoSandbox();
		const data = { ...avitoCredential(sandbox), requestsPerMinute: 10_000 };
		credential = await n8n().api.createCredential('Avito', avitoCredentialType, data);
	});
	afterAll(async () => {
		await sandbox?.close();
	});
	return () => {
		if (!sandbox || !credential) throw new Error('the scene is set before the tests of the file');
		return { n8n: n8n(), sandbox, credential };
	};
}
