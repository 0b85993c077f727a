import type { INodeType } from 'n8n-workflow';
import { expect, test } from 'vitest';
import {
	chatField,
	describeOperations,
	executeNode,
	linkMode,
	phoneMode,
	userMode,
	withQrPictures,
	type ActionNode,
	type Operation,
} from '../../src/n8n';
import { useBridge } from './support/account';
import { outputOf, run } from './support/run';

const bridge = useBridge();

/** A node of one operation, as a messenger would have it. */
function nodeWith(operation: Operation): INodeType {
	const node: ActionNode = {
		channel: 'avito',
		credentialType: 'avitoApi',
		table: [{ value: 'thing', name: 'Thing', operations: [operation] }],
		defaultResource: 'thing',
	};
	return {
		description: {
			displayName: 'Subject',
			name: 'subject',
			group: ['output'],
			version: 1,
			description: 'Of the test',
			defaults: { name: 'Subject' },
			inputs: ['main'],
			outputs: ['main'],
			credentials: [{ name: 'avitoApi', required: true }],
			properties: describeOperations(node.table, 'thing'),
		},
		async execute() {
			return executeNode(this, node);
		},
	};
}

const base = {
	value: 'do',
	name: 'Do',
	action: 'Do thing',
	description: 'Does it',
	effect: 'change',
	properties: [],
} as const;

const parameters = { resource: 'thing', operation: 'do' };

test('an operation gets the credential as it needs it, under another name than the saved one', async () => {
	const login = nodeWith({
		...base,
		credential: ({ token: _token, ...rest }) => ({ ...rest, proxyUrl: 'x' }),
		toCommand: () => ({ name: 'login.start', input: {} }),
	});
	const saved = { token: 'secret', label: 'Mine' };
	await run(login, { parameters, credentials: () => saved });
	const [call] = bridge.pool.calls;
	expect(call?.credential.data).toEqual({ label: 'Mine', proxyUrl: 'x' });
	expect(call?.credential.id).toMatch(/^cred1#[0-9a-f]{16}$/);
	expect(await call?.credential.read()).toEqual({ label: 'Mine', proxyUrl: 'x' });
});

test('a selector tells how it was filled in; a plain value counts as an id', async () => {
	const chosen: unknown[] = [];
	const node = nodeWith({
		...base,
		properties: [
			chatField({
				placeholder: 'e.g. 1',
				idPattern: '^\\d+$',
				idError: 'A number',
				modes: [userMode, phoneMode, linkMode('max\\.ru', 'e.g. https://max.ru/name')],
			}),
		],
		toCommand: (values) => {
			chosen.push(values.located('chatId'));
			return { name: 'x.y', input: {} };
		},
	});
	const locator = (mode: string, value: string) => ({ __rl: true, mode, value });
	for (const chatId of [
		locator('list', '5'),
		locator('phone', ' +79990000000 '),
		locator('link', 'https://max.ru/name'),
		'={{ 1 + 6 }}',
	])
		await run(node, { parameters: { ...parameters, chatId } });
	expect(chosen).toEqual([
		{ mode: 'list', value: '5' },
		{ mode: 'phone', value: '+79990000000' },
		{ mode: 'link', value: 'https://max.ru/name' },
		{ mode: 'id', value: '7' },
	]);
	const empty = await run(node, { parameters: { ...parameters, chatId: locator('id', '={{ "" }}') } });
	expect(() => outputOf(empty)).toThrow('Chat: is empty');
});

test('a collection tells a row that was emptied from one that was not added', async () => {
	const seen: unknown[] = [];
	const node = nodeWith({
		...base,
		properties: [
			{
				displayName: 'Update Fields',
				name: 'updateFields',
				type: 'collection',
				default: {},
				options: [
					{ displayName: 'A', name: 'a', type: 'string', default: '' },
					{ displayName: 'B', name: 'b', type: 'string', default: '' },
				],
			},
		],
		toCommand: (values) => {
			const fields = values.collection('updateFields');
			seen.push([fields.raw('a'), fields.raw('b'), fields.label('a')]);
			return { name: 'x.y', input: {} };
		},
	});
	await run(node, { parameters: { ...parameters, updateFields: { a: '' } } });
	expect(seen).toEqual([['', undefined, 'A']]);
});

test('a link to scan comes with its picture', async () => {
	const node = nodeWith({
		...base,
		toCommand: () => ({ name: 'login.qr', input: {} }),
		complete: withQrPictures('qr_link'),
	});
	bridge.pool.answer = () => ({ items: [{ qr_link: 'https://qr.max.ru/?token=abc' }] });
	const [item] = outputOf(await run(node, { parameters }));
	expect(item?.json).toEqual({ qr_link: 'https://qr.max.ru/?token=abc' });
	expect(item?.binary?.['data']).toMatchObject({ mimeType: 'image/png', fileName: 'login-qr.png' });
	const png = Buffer.from(item?.binary?.['data']?.data ?? '', 'base64');
	expect(png.subarray(1, 4).toString()).toBe('PNG');
	bridge.pool.answer = () => ({ items: [{ status: 'waiting' }] });
	const [waiting] = outputOf(await run(node, { parameters }));
	expect(waiting?.binary).toBeUndefined();
});
