import type { ICredentialsDecrypted, ICredentialTestFunctions, ILoadOptionsFunctions } from 'n8n-workflow';
import { describe, expect, test, vi } from 'vitest';
import { Avito } from '../../nodes/Avito/Avito.node';
import { AvitoTrigger } from '../../nodes/Avito/AvitoTrigger.node';
import { ChannelError } from '../../src/contract';
import { useBridge } from './support/account';
import { hookContext } from './support/contexts';

const bridge = useBridge();

describe('choosing a chat or a listing', () => {
	const context = () => hookContext(new AvitoTrigger()) as unknown as ILoadOptionsFunctions;
	const { listSearch } = new Avito().methods;

	test('asks for what was typed, page by page', async () => {
		bridge.pool.answer = () => ({
			items: [
				{ name: 'Анна', value: 'u2i-1', url: 'https://example.com' },
				{ name: 'Олег', value: 'u2i-2', id: 'x' },
			],
			nextPage: '100',
		});
		expect(await listSearch.searchChats.call(context(), 'ан', '50')).toEqual({
			results: [
				{ name: 'Анна', value: 'u2i-1', url: 'https://example.com' },
				{ name: 'Олег', value: 'u2i-2' },
			],
			paginationToken: '100',
		});
		expect(bridge.pool.calls[0]).toMatchObject({
			command: { name: 'chat.list', input: { filter: 'ан', page: '50' } },
			options: { timeoutMs: 10_000 },
		});
		expect(bridge.pool.openLeases).toBe(0);
	});

	test('the first page without a filter, and listings likewise', async () => {
		bridge.pool.answer = () => ({ items: [] });
		expect(await listSearch.searchListings.call(context())).toEqual({ results: [] });
		expect(bridge.pool.calls[0]?.command).toEqual({ name: 'listing.list', input: {} });
	});

	test('says what is wrong', async () => {
		bridge.pool.answer = () => {
			throw new ChannelError('subscription_missing', 'No messenger subscription.', { hint: 'Buy it.' });
		};
		await expect(listSearch.searchChats.call(context())).rejects.toMatchObject({
			message: 'No messenger subscription.',
			description: 'Buy it.',
		});
	});
});

describe('the credential test', () => {
	const logger = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
	const ask = () =>
		new Avito().methods.credentialTest.avitoApiTest.call({ logger } as unknown as ICredentialTestFunctions, {
			id: 'cred1',
			name: 'x',
			type: 'avitoApi',
			data: { clientId: 'id' },
		} satisfies ICredentialsDecrypted);

	test('passes on what the pool says', async () => {
		expect(await ask()).toEqual({ status: 'OK', message: 'fine' });
		bridge.pool.testAnswer = () => Promise.resolve({ ok: false, message: 'This is the key of an employee.' });
		expect(await ask()).toEqual({ status: 'Error', message: 'This is the key of an employee.' });
	});

	test('opens nothing and calls nothing of its own (trap 10)', async () => {
		await ask();
		expect(bridge.pool.calls).toEqual([]);
		expect(bridge.pool.openLeases).toBe(0);
	});

	test('ends within ten seconds', async () => {
		bridge.pool.testAnswer = () => new Promise(() => undefined);
		const asking = ask();
		await bridge.clock.advance(10_000);
		expect(await asking).toMatchObject({
			status: 'Error',
			message: expect.stringContaining('10 seconds') as string,
		});
	});

	test('turns an error into a sentence', async () => {
		bridge.pool.testAnswer = () =>
			Promise.reject(new ChannelError('credential_invalid', 'clientId is missing.', { hint: 'Fill it in.' }));
		expect(await ask()).toEqual({ status: 'Error', message: 'clientId is missing. Fill it in.' });
	});
});
