import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ChannelEvent, JsonObject, OpenAccount, Reader } from '../../src/contract';
import { telegramDriver, type TelegramAccount } from '../../src/channels/telegram';
import { systemClock } from '../../src/runtime';
import { API, logIn, MemoryJournal, runCommand, testServices } from '../channels/telegram/fixture';
import { startTelegramSandbox, type TelegramSandbox } from '../sandbox/telegram';
import { ManualClock, passes } from '../support/manual-clock';
import { telethonCommand } from './telegram.support';

/** An account in two programs: ours, and Debian's Telethon with a session and a layer (144) of its own. */
let sandbox: TelegramSandbox;
let open: OpenAccount<TelegramAccount>;
let reader: Reader;
let telethon: ChildProcessByStdio<Writable, Readable, null>;
const journal = new MemoryJournal();
const said: Record<string, unknown> = {};

const clock = new ManualClock(systemClock.now());

beforeAll(async () => {
	sandbox = await startTelegramSandbox();
	const config = telegramDriver.configure({
		...API,
		session: await logIn(sandbox, sandbox.accounts[1]),
		publicKey: sandbox.dcs[1]?.publicKeyPem ?? '',
	});
	open = await telegramDriver.open(config, testServices(clock), new AbortController().signal);
	reader = open.startReading(journal);
	await reader.live;
	const { program, args, env } = telethonCommand(sandbox, 'beside');
	telethon = spawn(program, args, { env, stdio: ['pipe', 'pipe', 'inherit'] });
	createInterface(telethon.stdout).on('line', (line) => void Object.assign(said, JSON.parse(line)));
	await comes(() => said['ready'] === true, 'Telethon');
});

afterAll(async () => {
	telethon.stdin.end('end\n');
	await new Promise((resolve) => telethon.once('close', resolve));
	await reader.stop();
	await open.close();
	const { failures, unknownMethods } = sandbox.control.counts();
	await sandbox.close();
	expect({ failures, unknownMethods }).toEqual({ failures: [], unknownMethods: {} });
});

function heard(): ChannelEvent[] {
	return [...journal.events.map(({ event }) => event), ...journal.liveEvents];
}

/** Another process takes its time; a minute is more than it ever needs. */
async function comes(condition: () => boolean, what: string): Promise<void> {
	await passes(clock, condition, what, { stepMs: 10, steps: 6_000 });
}

async function call(name: string, input: JsonObject): Promise<void> {
	await runCommand(open, name, { chatId: sandbox.accounts[0].id, ...input });
}

it('what the other program does is told as done on another device, and once', async () => {
	const [anna, boris] = sandbox.accounts;
	sandbox.control.injectMessage({ from: anna.id, to: boris.id, text: 'unread until Telethon reads it' });
	telethon.stdin.write('act\n');
	await comes(() => said['done'] !== undefined, 'what Telethon does');
	const id = String(said['done']);
	await comes(() => heard().some(({ event_type }) => event_type === 'message_deleted'), 'the deletion');

	const of = (type: string) => heard().filter(({ event_type }) => event_type === type);
	const mine = of('message').filter(({ meta }) => meta.direction === 'out');
	expect(mine).toMatchObject([
		{ text: 'from Telethon', meta: { external_message_id: id, sent_by: 'device' } },
		{ text: 'a reply', meta: { reply_to: { id }, sent_by: 'device' } },
		{ text: 'a reply', meta: { sent_by: 'device' } },
		{ text: 'an album', meta: { sent_by: 'device', album_id: expect.any(String) as string } },
	]);
	expect(mine.at(-1)?.media.documents.map((document) => document.file_name)).toEqual([
		'a.png',
		'b.png',
		'c.png',
	]);
	expect(of('message_edited')).toMatchObject([
		{ text: 'edited there', external_chat_id: anna.id, meta: { external_message_id: id, direction: 'out' } },
	]);
	expect(of('message_deleted')).toMatchObject([{ meta: { external_message_id: id } }]);
	expect(of('reaction')).toMatchObject([{ data: { counters: [{ reaction: '👍', count: 1 }] } }]);
	expect(of('read')).toMatchObject([{ external_chat_id: anna.id, data: { own: true } }]);
	expect(of('chat_changed').length).toBeGreaterThan(0);
	const ids = heard().map(({ event_id }) => event_id);
	expect(new Set(ids).size).toBe(ids.length);
});

it('what we do the other program is told', async () => {
	const [anna, boris] = sandbox.accounts;
	const seen = async (what: string, before = 0): Promise<void> =>
		comes(() => (said['seen'] as string[] | undefined)?.slice(before).includes(what) === true, what);
	// Telethon does not count what its own deletions and readings moved, and asks for the difference once.
	sandbox.control.injectMessage({ from: anna.id, to: boris.id, text: 'all told' });
	await seen('heard all told');
	const before = (said['seen'] as string[]).length;

	await call('message.send', { text: 'from n8n' });
	await seen('sent from n8n');
	const messageId = String(sandbox.control.messages({ owner: boris.id, peer: anna.id }).at(-1)?.id);
	await call('message.edit', { messageId, text: 'edited in n8n' });
	await seen('edited edited in n8n');
	await call('message.react', { messageId, emoji: ['👍'] });
	await seen('UpdateMessageReactions', before);
	await call('message.pin', { messageId });
	await seen('UpdatePinnedMessages', before);
	await call('chat.markRead', {});
	await seen('UpdateReadHistoryInbox', before);
	await call('message.delete', { messageIds: [messageId] });
	await seen('deleted 1', before);
});
