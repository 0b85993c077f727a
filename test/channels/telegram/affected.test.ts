import { expect, it } from 'vitest';
import { until } from '../../support/manual-clock';
import { MemoryJournal, startBench } from './fixture';

it.each([
	['Unpin All', 'message.unpinAll', {}],
	['Mark as Read with mentions', 'chat.markRead', { mentions: true }],
	['Mark as Read with reactions', 'chat.markRead', { reactions: true }],
])('%s in a supergroup moves the numbers of that chat, not of the account', async (_what, name, input) => {
	const bench = await startBench();
	const { control, demo } = bench.sandbox;
	const account = await bench.open();
	const journal = new MemoryJournal();
	const reader = account.startReading(journal);
	await reader.live;
	// Both ways round: a number far beyond the account's own is no hole, one far below it no server that was reset.
	control.skipPts({ peer: demo.supergroupId, count: 500 });
	const asked = () => control.requests({ method: 'updates.getDifference', account: bench.owner.id }).length;
	const before = asked();
	const common = () => journal.state?.['pts'];
	const pts = common();
	await bench.call(account, name, { chatId: demo.supergroupId, ...input });
	for (let at = 0; at < 8; at += 1) await bench.clock.advance(600);
	control.injectMessage({ from: bench.anna.id, to: bench.owner.id, text: 'still heard' });
	await until(() => journal.texts().includes('still heard'), 'the message');
	expect(asked()).toBe(before);
	expect(Number(common()) - Number(pts)).toBeLessThan(10);
	await reader.stop();
});
