import { describe, expect, it } from 'vitest';
import { avitoDriver } from '../../../src/channels/avito';
import { codeOf, startBench, type Bench } from './fixture';

function tested({ credential, services }: Bench): Promise<{ message: string }> {
	return avitoDriver.test(avitoDriver.configure(credential), services, new AbortController().signal);
}

describe('the test of an Avito credential', () => {
	it('names the account the keys belong to', async () => {
		const bench = await startBench();
		bench.sandbox.control.chats({ count: 1 });
		expect((await tested(bench)).message).toBe(
			'Connected as Ремонт и Ко (94000001). The messenger API is available.',
		);
	});

	it('tells wrong keys', async () => {
		expect(await codeOf(tested(await startBench({ credential: { clientSecret: 'wrong' } })))).toBe(
			'credential_invalid',
		);
	});

	it('tells keys of another account than the one given', async () => {
		expect(await codeOf(tested(await startBench({ credential: { userId: '94000002' } })))).toBe(
			'permission_denied',
		);
	});

	it('tells at once that nobody answers, without trying again', async () => {
		const bench = await startBench();
		bench.sandbox.control.mode({ mode: '500' });
		expect(await codeOf(tested(bench))).toBe('upstream_error');
		expect(bench.sandbox.control.requests({})).toHaveLength(1);
	});

	it.each([0, 1])('tells a missing subscription of an account with %i chats', async (count) => {
		const bench = await startBench();
		if (count > 0) bench.sandbox.control.chats({ count });
		bench.sandbox.control.account({ user_id: 94000001, subscription: false });
		expect(await codeOf(tested(bench))).toBe('subscription_missing');
	});

	it('hints at keys of an employee where no chats are visible', async () => {
		const bench = await startBench();
		bench.sandbox.control.mode({ mode: '403', scope: 'getSubscriptions' });
		expect((await tested(bench)).message).toContain('employee');
	});
});
