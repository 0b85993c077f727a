import type { IDataObject, INodeType } from 'n8n-workflow';
import { describe, expect, test } from 'vitest';
import { Max } from '../../../nodes/Max/Max.node';
import { Messenger } from '../../../nodes/Messenger/Messenger.node';
import { ChannelError } from '../../../src/contract';
import { event, useBridge } from '../../n8n/support/account';
import { errorOf, outputOf, run, type RunOptions } from '../../n8n/support/run';

const bridge = useBridge();

const ACCOUNTS = {
	shop: { channel: 'avito', clientId: 'id', clientSecret: 's', userId: '94000001' },
	ivan: { channel: 'max', token: 't', deviceId: 'd' },
	petr: { channel: 'max', token: 'other', deviceId: 'd' },
	anna: { channel: 'telegram', session: 'x', id: '42' },
};

function ran(parameters: IDataObject, more: Partial<RunOptions> = {}, node: INodeType = new Messenger()) {
	return run(node, {
		parameters,
		...more,
		settings: { credentials: { messengerAccountsApi: { id: 'cred9', name: 'All' } }, ...more.settings },
		credentials: () => ({ accounts: JSON.stringify(ACCOUNTS) }),
	});
}

function item(channel: 'max' | 'telegram' | 'avito', account: object, chat: string) {
	return {
		json: event({
			channel,
			account: { id: '', label: '', phone_hash: null, ...account },
			external_chat_id: chat,
			id: '5',
		}) as unknown as IDataObject,
	};
}

const asked = () =>
	bridge.pool.calls.map(({ command, credential }) => ({
		to: `${credential.channel}:${credential.entry ?? ''}`,
		name: command.name,
		input: command.input,
	}));

describe('reply', () => {
	const reply = { resource: 'message', operation: 'reply', text: 'Hello' };

	test('goes out from the account and in the chat where the message came from, in all three messengers', async () => {
		const result = await ran(
			{ ...reply, options: { quoteMessage: true } },
			{
				items: [
					item('avito', { label: 'shop' }, 'u2i-1'),
					item('max', { label: 'ivan' }, '7'),
					item('telegram', { id: 'telegram:42', label: 'renamed' }, '-100'),
				],
			},
		);
		outputOf(result);
		expect(asked()).toMatchObject([
			{ to: 'avito:shop', name: 'message.send', input: { chatId: 'u2i-1', text: 'Hello' } },
			{ to: 'max:ivan', name: 'message.send', input: { chatId: '7', text: 'Hello', replyTo: '5' } },
			{ to: 'telegram:anna', name: 'message.send', input: { chatId: '-100', text: 'Hello', replyTo: '5' } },
		]);
		expect(asked()[0]!.input).not.toHaveProperty('replyTo');
		expect(bridge.pool.openLeases).toBe(0);
	});

	test('of an account that is bad, or gone, leaves the others their answers', async () => {
		bridge.pool.answer = ({ input }) => {
			if (input['chatId'] === '7') throw new ChannelError('session_ended', 'It has ended');
			return { items: [{ sent: true }] };
		};
		const result = await ran(reply, {
			settings: { onError: 'continueRegularOutput' },
			items: [
				item('max', { label: 'ivan' }, '7'),
				item('max', { label: 'gone' }, '8'),
				item('avito', { label: 'shop' }, 'u2i-1'),
			],
		});
		expect(outputOf(result).map(({ json }) => json)).toMatchObject([
			{ error: { code: 'session_ended' } },
			{ error: { code: 'invalid_parameter', message: 'Account: the credential has no account "gone"' } },
			{ sent: true },
		]);
	});

	test('of something that is no message says what to give', async () => {
		const result = await ran(reply, { items: [{ json: { output: 'text of an agent' } }] });
		expect(errorOf(result)?.message).toContain('Message: is no message of a chat');
	});

	test('with a key of its own is sent once per account, not once for all of them', async () => {
		const keyOf = async (label: 'ivan' | 'petr') => {
			outputOf(
				await ran(
					{ ...reply, options: { deduplicationKey: 'the same' } },
					{ items: [item('max', { label }, '7')] },
				),
			);
			return bridge.pool.calls.at(-1)!.options.idempotency!.key;
		};
		const ivan = await keyOf('ivan');
		expect(await keyOf('ivan')).toBe(ivan);
		expect(await keyOf('petr')).not.toBe(ivan);
	});
});

describe('other operations', () => {
	test('send takes the account by label, id or hash, from an expression of each item', async () => {
		const result = await ran(
			{
				resource: 'message',
				operation: 'send',
				account: { __rl: true, mode: 'id', value: '={{ $json.who }}' },
				chatId: '={{ $json.chat }}',
				text: 'Hello',
				options: { format: 'markdown', typing: 'length' },
			},
			{
				items: [
					{ json: { who: 'avito:94000001', chat: 'u2i-1' } },
					{ json: { who: 'ivan', chat: '+79990000000' } },
					{ json: { who: '42', chat: '@name' } },
				],
			},
		);
		outputOf(result);
		expect(asked()).toMatchObject([
			{ to: 'avito:shop', input: { chatId: 'u2i-1' } },
			{ to: 'max:ivan', input: { phone: '+79990000000', format: 'markdown', typing: 'length' } },
			{ to: 'telegram:anna', input: { chatId: '@name', format: 'markdown', typingSeconds: 1 } },
		]);
	});

	test('mark as read and typing speak each messenger in its words; Avito has no typing', async () => {
		const items = [
			item('avito', { label: 'shop' }, 'u2i-1'),
			item('max', { label: 'ivan' }, '7'),
			item('telegram', { label: 'anna' }, '-100'),
		];
		outputOf(await ran({ resource: 'chat', operation: 'markRead' }, { items }));
		expect(asked().map(({ input }) => input)).toEqual([
			{ chatId: 'u2i-1' },
			{ chatId: '7', messageId: '5' },
			{ chatId: '-100', upTo: '5' },
		]);
		bridge.pool.calls.length = 0;
		const shown = outputOf(await ran({ resource: 'chat', operation: 'sendTyping' }, { items }));
		expect(shown.map(({ json }) => json)).toEqual([{ shown: false }, { shown: true }, { shown: true }]);
		expect(asked().map(({ name, input }) => ({ name, input }))).toEqual([
			{ name: 'message.sendTyping', input: { chatId: '7', activity: 'text' } },
			{ name: 'message.sendTyping', input: { chatId: '-100', activity: 'text' } },
		]);
	});

	test('download fetches every file of the message', async () => {
		const withFiles = item('max', { label: 'ivan' }, '7');
		withFiles.json['media'] = { images: [{ ref: 'r1' }], voice_ref: 'r2' };
		outputOf(await ran({ resource: 'file', operation: 'download' }, { items: [withFiles] }));
		expect(asked().map(({ input }) => input)).toEqual([{ ref: 'r2' }, { ref: 'r1' }]);
	});
});

describe('the node of one messenger with a credential that holds many', () => {
	const parameters = {
		authentication: 'accounts',
		account: { __rl: true, mode: 'list', value: 'ivan' },
		resource: 'chat',
		operation: 'markRead',
		chatId: { __rl: true, mode: 'id', value: '7' },
	};

	test('works on the account it names', async () => {
		outputOf(await ran(parameters, {}, new Max()));
		expect(asked()).toMatchObject([{ to: 'max:ivan', name: 'chat.markRead' }]);
		expect(bridge.pool.calls[0]!.credential).toMatchObject({
			id: 'cred9',
			entry: 'ivan',
			data: { token: 't', deviceId: 'd', label: 'ivan' },
		});
	});

	test('refuses an account of another messenger', async () => {
		const result = await ran({ ...parameters, account: 'shop' }, {}, new Max());
		expect(errorOf(result)?.message).toContain('"shop" is an account of avito, not of max');
	});

	test('an account that its connection knows by id is found by it', async () => {
		const lease = bridge.pool.lease.bind(bridge.pool);
		bridge.pool.lease = (credential) => ({
			...lease(credential),
			status: () =>
				Promise.resolve({ account: credential.entry === 'ivan' ? 'max:7' : null, profile: null } as never),
		});
		outputOf(await ran({ ...parameters, account: 'max:7' }, {}, new Max()));
		expect(asked()).toMatchObject([{ to: 'max:ivan' }]);
	});
});
