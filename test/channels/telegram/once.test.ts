import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/contract';
import { passes } from '../../support/manual-clock';
import { startBench } from './fixture';

/** For pauses before repeats, and a reconnect, which takes its time by the clock on the wall. */
const STEPS = { stepMs: 50, steps: 1_000 };

async function scene() {
	const bench = await startBench();
	const account = await bench.open();
	const { control, demo } = bench.sandbox;
	return {
		...{ bench, control },
		/** A bot that asks with a button, and answers when it is pressed. */
		question(): JsonObject {
			control.setUser({ user: demo.botId, buttonAnswer: { message: 'Ordered' } });
			const buttons: [string, string][][] = [[['Buy', 'buy']]];
			const heard = control.injectMessage({ from: demo.botId, to: bench.owner.id, text: 'Order?', buttons });
			return { chatId: demo.botId, messageId: String(heard.ids[bench.owner.id]), button: 'Buy' };
		},
		asked: (method: string) => control.requests({ method }).length,
		/** The outcome of a call while time passes. */
		async settled(name: string, input: JsonObject = {}): Promise<PromiseSettledResult<JsonObject[]>> {
			let done: PromiseSettledResult<JsonObject[]> | null = null;
			bench.call(account, name, input).then(
				({ items }) => (done = { status: 'fulfilled', value: items }),
				(reason: unknown) => (done = { status: 'rejected', reason }),
			);
			await passes(bench.clock, () => done !== null, name, STEPS);
			return done ?? { status: 'rejected', reason: null };
		},
	};
}

/** Each of them Telegram would do a second time: there is no random id by which it knows a repeat. */
describe('what is not to be done twice', () => {
	it('a button is pressed once when the connection is cut before the answer', async () => {
		const { control, question, asked, settled } = await scene();
		const press = question();
		control.setFaults({ cutBeforeAnswer: [{ method: 'messages.getBotCallbackAnswer', count: 1 }] });
		expect(await settled('message.pressButton', press)).toMatchObject({
			reason: { code: 'outcome_unknown' },
		});
		expect(asked('messages.getBotCallbackAnswer')).toBe(1);
	});

	it('nor when the server gives up waiting for the bot, which is no failure', async () => {
		const { control, question, asked, settled } = await scene();
		const press = question();
		control.setFaults({
			errors: [
				{ method: 'messages.getBotCallbackAnswer', code: -503, message: 'Timeout', count: 1, after: true },
			],
		});
		expect(await settled('message.pressButton', press)).toMatchObject({
			value: [{ pressed: true, answered: false }],
		});
		expect(asked('messages.getBotCallbackAnswer')).toBe(1);
	});

	it.each([
		['a cut', { cutBeforeAnswer: [{ method: 'channels.createChannel', count: 1 }] }],
		[
			'a failure of the server',
			{
				errors: [{ method: 'channels.createChannel', code: 500, message: 'INTERNAL', count: 1, after: true }],
			},
		],
	])('a group is made once in spite of %s, and found', async (_what, faults) => {
		const { bench, control, asked, settled } = await scene();
		control.setFaults(faults);
		const wish = { title: 'Only one', kind: 'supergroup', userIds: [bench.anna.id] };
		const made = await settled('chat.create', wish);
		expect(made).toMatchObject({ value: [{ chat_title: 'Only one', not_added: [] }] });
		expect(asked('channels.inviteToChannel')).toBe(1);
		expect(asked('channels.createChannel')).toBe(1);
		expect(control.dump({}).chats.filter(({ title }) => title === 'Only one')).toHaveLength(1);
	});

	it('what carries a random id is sent again after a cut, and is one message', async () => {
		const { bench, control, asked, settled } = await scene();
		control.setFaults({ cutBeforeAnswer: [{ method: 'messages.sendMessage', count: 1 }] });
		const sent = await settled('message.send', { chatId: bench.anna.id, text: 'once' });
		expect(sent).toMatchObject({ status: 'fulfilled' });
		expect(asked('messages.sendMessage')).toBe(2);
	});
});
