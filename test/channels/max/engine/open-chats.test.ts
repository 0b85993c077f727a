import { afterEach, beforeEach, expect, it } from 'vitest';
import { OP } from '../../../../src/channels/max/opcodes';
import { until } from '../../../support/manual-clock';
import { Journal } from '../support/journal';
import { ANNA, BORIS, DIALOG, openReading, Scene } from '../support/scene';

let scene: Scene;
beforeEach(async () => {
	scene = await Scene.start();
});
afterEach(async () => {
	expect(scene.control.failures({})).toEqual([]);
	await scene.close();
});

interface Told {
	chatId: string;
	subscribe: boolean;
}
const told = (): Told[] =>
	scene.control.requests({ opcode: OP.chatSubscribe }).map(({ payload }) => payload as Told);

it('typing comes from the chats a trigger names, while it wants it', async () => {
	const journal = new Journal();
	journal.typing = [DIALOG];
	await openReading(scene, { journal });
	await until(() => told().length === 1, 'the chat is open');
	expect(told()).toEqual([{ chatId: DIALOG, subscribe: true }]);
	scene.control.typing({ from: BORIS, chatId: DIALOG });
	await until(() => journal.told.length === 1, 'the event');
	expect(journal.told[0]).toMatchObject({
		event_type: 'typing',
		external_chat_id: DIALOG,
		external_user_id: BORIS,
		data: { activity: 'text' },
	});
	await scene.clock.advance(50_000);
	expect(told()).toHaveLength(1);
	await scene.clock.advance(20_000);
	await until(() => told().length === 2, 'it is repeated every minute');
	journal.typing = [];
	await scene.clock.advance(10_000);
	await until(() => told().length === 3, 'it is closed');
	expect(told().at(-1)).toEqual({ chatId: DIALOG, subscribe: false });
});

it('is asked for again on a new connection, and taken back when nobody listens', async () => {
	const journal = new Journal();
	journal.typing = [DIALOG];
	const { open, reader } = await openReading(scene, { journal });
	await until(() => told().length === 1, 'the chat is open');
	scene.control.cut({});
	await until(
		async () => {
			await scene.clock.advance(1_000);
			return told().length === 2;
		},
		'it is open again',
		300,
	);
	await reader.stop();
	await until(() => told().length === 3, 'it is closed');
	expect(told().at(-1)).toMatchObject({ subscribe: false });
	expect(open.status().state).toBe('live');
});

it('asks for nothing that nobody wants or the credential does not allow, and a refusal harms nothing', async () => {
	const journal = new Journal();
	await openReading(scene, { journal });
	await scene.clock.advance(30_000);
	expect(told()).toEqual([]);
	journal.typing = ['-1'];
	await scene.clock.advance(10_000);
	await until(() => told().length === 1, 'the request that is refused');
	scene.control.injectMessage({ from: BORIS, to: ANNA, text: 'still here' });
	await until(() => journal.entries.length === 1, 'the message');
	const limited = new Journal();
	limited.typing = [DIALOG];
	scene.control.clearLog({});
	await openReading(scene, { journal: limited, account: 1, fields: { allowedChats: ['1'] } });
	await scene.clock.advance(10_000);
	expect(told().filter(({ chatId }) => chatId === DIALOG)).toEqual([]);
});
