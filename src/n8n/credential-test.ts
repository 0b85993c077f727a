import type {
	ICredentialsDecrypted,
	ICredentialTestFunction,
	ICredentialTestFunctions,
	INodeCredentialTestResult,
} from 'n8n-workflow';
import { ChannelError } from '../contract';
import { testedCredential, type AccountKind } from './credential';
import { host } from './host';

/** n8n runs the test whenever the credential's window opens: it has to end while a person waits. */
const TEST_TIMEOUT_MS = 10_000;

/**
 * `methods.credentialTest` of a node. The pool reuses an open account, remembers the answer for a minute and never logs
 * in; here is only the time limit and n8n's shape of the answer.
 */
export function testCredential(kind: AccountKind): ICredentialTestFunction {
	return async function (
		this: ICredentialTestFunctions,
		credential: ICredentialsDecrypted,
	): Promise<INodeCredentialTestResult> {
		try {
			const { pool, clock } = await host(this.logger);
			const waited = new AbortController();
			try {
				const answer = await Promise.race([
					pool.test(testedCredential(kind, credential)),
					clock.sleep(TEST_TIMEOUT_MS, waited.signal).then(tooSlow),
				]);
				return { status: answer.ok ? 'OK' : 'Error', message: answer.message };
			} finally {
				waited.abort();
			}
		} catch (error) {
			return { status: 'Error', message: sentence(error) };
		}
	};
}

function tooSlow(): { ok: boolean; message: string } {
	const seconds = TEST_TIMEOUT_MS / 1000;
	return {
		ok: false,
		message: `The service could not be reached within ${seconds} seconds. Check endpoint, proxy and network.`,
	};
}

/** An error as one line of text: what happened and what to do. */
export function sentence(error: unknown): string {
	if (!ChannelError.is(error)) return error instanceof Error ? error.message : String(error);
	return error.hint === undefined ? error.message : `${error.message.replace(/\.$/, '')}. ${error.hint}`;
}
