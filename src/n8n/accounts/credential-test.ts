import type {
	ICredentialsDecrypted,
	ICredentialTestFunction,
	ICredentialTestFunctions,
	INodeCredentialTestResult,
} from 'n8n-workflow';
import { sentence } from '../credential-test';
import { parseAccounts } from './entries';

/** More than a few sentences do not fit under the credential. */
const MAX_TOLD = 5;

/**
 * The test of *Messenger Accounts*: is every account complete and well-formed? It names the bad ones. It connects to
 * nobody – a hundred logins each time the window opens would cost accounts their sessions; *Account: Get Status* of the
 * messenger's node connects one.
 */
export function testAccounts(): ICredentialTestFunction {
	return async function (
		this: ICredentialTestFunctions,
		credential: ICredentialsDecrypted,
	): Promise<INodeCredentialTestResult> {
		try {
			const { checkAccount } = await import('../../app');
			const { entries, problems } = parseAccounts(credential.data);
			const bad = problems.map(({ error }) => sentence(error));
			for (const { label, channel, data } of entries) {
				try {
					checkAccount(channel, data);
				} catch (error) {
					bad.push(`Account "${label}": ${sentence(error)}`);
				}
			}
			if (bad.length > 0) return { status: 'Error', message: told(bad, entries.length + problems.length) };
			if (entries.length === 0)
				return { status: 'OK', message: 'There is no account yet; triggers wait for one.' };
			return { status: 'OK', message: `${entries.length} accounts, all complete.` };
		} catch (error) {
			return { status: 'Error', message: sentence(error) };
		}
	};
}

function told(bad: readonly string[], all: number): string {
	const more = bad.length - MAX_TOLD;
	return [
		`${bad.length} of ${all} accounts cannot be used; the others work.`,
		...bad.slice(0, MAX_TOLD),
		...(more > 0 ? [`And ${more} more.`] : []),
	].join(' ');
}
