/**
 * A program that uses one Telegram account for a moment and closes it; run by `telegram-defects.test.ts`, which looks at
 * whether it then ends by itself. Prints `closed` when `close()` has returned.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openAccount } from '../../src';

const { credential, chatId } = JSON.parse(process.env['ACCOUNT'] ?? '{}') as {
	credential: Record<string, unknown>;
	chatId: string;
};
process.on('unhandledRejection', (error) => {
	process.stdout.write(`unhandled ${String(error)}\n`);
});

async function main(): Promise<void> {
	const dir = await mkdtemp(join(tmpdir(), 'telegram-child-'));
	const account = openAccount({ channel: 'telegram', credential, name: 'child', dir });
	const stop = account.listen({ name: 'child' }, () => Promise.resolve());
	const [message] = (await account.call({ name: 'message.getMany', input: { chatId, limit: 1 } })).items;
	const [document] = (message?.['media'] as unknown as { documents: { ref: string }[] }).documents;
	// From another data centre: a second sender with timers of its own.
	const { media = [] } = await account.call({
		name: 'media.download',
		input: { ref: document?.ref ?? '' },
	});
	let bytes = 0;
	for (const { stream } of media) for await (const chunk of stream) bytes += (chunk as Buffer).length;
	stop();
	await account.close();
	await rm(dir, { recursive: true, force: true });
	process.stdout.write(`closed ${String(bytes)}\n`);
}

void main();
