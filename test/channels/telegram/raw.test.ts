import { describe, expect, it } from 'vitest';
import { telegramDriver } from '../../../src/channels/telegram';
import type { JsonObject } from '../../../src/contract';
import { until } from '../../support/manual-clock';
import { startBench, testIntent } from './fixture';

async function scene() {
	const bench = await startBench();
	const account = await bench.open();
	const request = async (method: string, parameters: JsonObject) =>
		(await bench.call(account, 'raw.request', { method, parameters })).items[0] ?? {};
	return { bench, account, request, demo: bench.sandbox.demo, control: bench.sandbox.control };
}

describe('any method of the layer', () => {
	it('names chats and people as the field wants them, in either form', async () => {
		const { bench, request, demo } = await scene();
		const { id } = bench.anna;
		expect(await request('channels.getFullChannel', { channel: demo.supergroupId })).toMatchObject({
			_: 'messages.chatFull',
		});
		for (const person of [id, '@anna_sandbox', { _: 'chat', id }]) {
			const found = await request('users.getUsers', { id: [person] });
			expect(found).toMatchObject({ result: [{ first_name: 'Anna' }] });
		}
		const dialogs = await request('messages.getPeerDialogs', { peers: [id] });
		expect(dialogs).toMatchObject({ dialogs: [{ peer: { user_id: id } }] });
		await expect(request('channels.getFullChannel', { channel: id })).rejects.toMatchObject({
			code: 'invalid_parameter',
		});
		await expect(request('users.getFullUser', { id: demo.groupId })).rejects.toMatchObject({
			code: 'invalid_parameter',
		});
	});

	it('takes field names in camelCase, and bytes as base64 or hexadecimal digits', async () => {
		const { bench, request, control } = await scene();
		const { id } = bench.anna;
		const history = await request('messages.getHistory', { peer: id, offsetId: 0, limit: 1 });
		expect(history['messages']).toHaveLength(1);
		const sent = () =>
			(control.requests({ method: 'messages.sendVote' }).at(-1)?.args as JsonObject)['options'];
		for (const option of ['/wA=', { $base64: '/wA=' }, { $hex: 'ff00' }]) {
			await request('messages.sendVote', { peer: id, msgId: 1, options: [option] }).catch(() => undefined);
			expect(sent()).toEqual(['/wA=']);
		}
	});

	it.each([
		['a field there is none of', { limits: 1 }, /has no limits; it has the fields peer, offset_id/],
		['a constructor there is none of', { peer: { _: 'inputPeerNobody' } }, /has no inputPeerNobody/],
		['an object without one', { peer: { user_id: '1' } }, /needs its constructor/],
		['a value of another kind', { offset_id: 'soon' }, /offset_id must be a number/],
	])('refuses %s before anything is sent', async (_what, wrong: JsonObject, message) => {
		const { bench, request, control } = await scene();
		const before = control.requests({ method: 'messages.getHistory' }).length;
		await expect(request('messages.getHistory', { peer: bench.anna.id, ...wrong })).rejects.toMatchObject({
			code: 'invalid_parameter',
			message: expect.stringMatching(message) as string,
		});
		expect(control.requests({ method: 'messages.getHistory' })).toHaveLength(before);
	});

	it('a send that is repeated because the server failed is one message', async () => {
		const { bench, request, control } = await scene();
		control.setFaults({
			errors: [{ method: 'messages.sendMessage', code: 500, message: 'INTERNAL', count: 1, after: true }],
		});
		const sending = request('messages.sendMessage', { peer: bench.anna.id, message: 'once' });
		sending.catch(() => undefined);
		await until(() => bench.clock.nextDueMs !== undefined && bench.clock.nextDueMs < 5_000, 'the pause');
		await bench.clock.advance(5_000);
		expect(await sending).toEqual({ duplicate: true });
		const history = await request('messages.getHistory', { peer: bench.anna.id, limit: 10 });
		expect((history['messages'] as JsonObject[]).filter(({ message }) => message === 'once')).toHaveLength(1);
	});
});

it('an execution that is tried again sends no second message, and does nothing else twice', async () => {
	const { bench, account, control } = await scene();
	const again = async (method: string, parameters: JsonObject) => {
		const intent = testIntent();
		const input = { method, parameters };
		control.setFaults({ errors: [{ method, code: 500, message: 'INTERNAL', count: 3, after: true }] });
		const first = bench.call(account, 'raw.request', input, intent).then(
			() => null,
			(error: unknown) => error,
		);
		let failed: unknown;
		void first.then((error) => (failed = error));
		await until(async () => {
			await bench.clock.advance(500);
			return failed !== undefined;
		}, 'the first try');
		control.clearFaults();
		return bench.call(account, 'raw.request', input, intent);
	};
	const { id } = bench.anna;
	const repeated = await again('messages.sendMessage', { peer: id, message: 'once' });
	expect(repeated.items).toEqual([{ duplicate: true }]);
	const title = { channel: bench.sandbox.demo.supergroupId, title: 'New' };
	await expect(again('channels.editTitle', title)).rejects.toMatchObject({ code: 'outcome_unknown' });
});

describe('what a raw request may do', () => {
	const spec = telegramDriver.commands['raw.request'];
	const nature = (method: string) => {
		const input = spec?.input.parse({ method });
		return { ...spec?.classify?.(input), dangerous: spec?.dangerous?.(input) };
	};

	it('follows from the name: what presses a button is no reading', () => {
		expect(nature('messages.getHistory')).toMatchObject({ permission: 'read', dangerous: false });
		expect(nature('messages.getBotCallbackAnswer')).toMatchObject({ permission: 'account' });
		expect(nature('messages.sendMessage')).toMatchObject({ permission: 'account', dangerous: false });
	});

	it.each([
		'account.deleteAccount',
		'account.setAccountTTL',
		'account.verifyEmail',
		'account.registerPasskey',
		'account.updatePasswordSettings',
		'auth.logOut',
		'payments.sendStarsForm',
		'channels.editCreator',
	])('%s endangers the account', (method) => {
		expect(nature(method)).toMatchObject({ dangerous: true });
	});
});
