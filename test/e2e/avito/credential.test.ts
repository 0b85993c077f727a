import { describe, expect, it } from 'vitest';
import { startAvitoSandbox } from '../../sandbox/avito';
import { sharedN8n } from '../harness/shared';
import { avitoCredential, avitoCredentialType } from './nodes';

describe('the test of an Avito credential', () => {
	const n8n = sharedN8n();

	/** Tests a credential of an account of a fresh sandbox; `requests` is what Avito saw of it. */
	async function tested(
		change: (data: Record<string, string>) => void,
		{ subscription = true, account = 0, chats = 0 } = {},
	) {
		await using sandbox = await sandboxOf();
		const [company] = sandbox.accounts;
		if (chats > 0) sandbox.control.chats({ count: chats });
		sandbox.control.account({ user_id: company.user_id, subscription });
		const data = avitoCredential(sandbox, sandbox.accounts[account] ?? company) as Record<string, string>;
		change(data);
		const credential = await n8n().api.createCredential('Tested', avitoCredentialType, data);
		const result = await n8n().api.testCredential(credential, data);
		await n8n().api.deleteCredential(credential);
		return { ...result, requests: sandbox.control.requests({}) };
	}

	async function sandboxOf() {
		const sandbox = await startAvitoSandbox();
		return Object.assign(sandbox, { [Symbol.asyncDispose]: () => sandbox.close() });
	}

	it('is good for right keys and changes nothing', async () => {
		const { status, requests } = await tested(() => undefined);
		expect(status).toBe('OK');
		// Reading the list of webhooks is a POST at Avito.
		const harmless = new Set(['getAccessToken', 'getSubscriptions']);
		const changing = requests.filter(
			({ method, operation_id }) => method !== 'GET' && !harmless.has(operation_id ?? ''),
		);
		expect(changing).toEqual([]);
	});

	it('names wrong keys, and shows none of them', async () => {
		const { status, message } = await tested((data) => (data['clientSecret'] = 'not-the-secret'));
		expect(status).toBe('Error');
		expect(message).toMatch(/client id|client secret|keys?/i);
		expect(message).not.toContain('not-the-secret');
	});

	it('tells the key of an employee from that of the company', async () => {
		const { message } = await tested(() => undefined, { account: 2 });
		expect(message).toMatch(/employee|main account|company/i);
	});

	it.each([0, 3])('tells a missing subscription of an account with %i chats', async (chats) => {
		const { status, message } = await tested(() => undefined, { subscription: false, chats });
		expect(status).toBe('Error');
		expect(message).toMatch(/paid subscription/i);
	});

	it('tells an address nobody listens at', async () => {
		const { status, message } = await tested((data) => (data['endpoint'] = 'http://127.0.0.1:9'));
		expect(status).toBe('Error');
		expect(message).toMatch(/reach|connect/i);
	});
});
