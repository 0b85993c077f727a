import { once as nextEvent } from 'node:events';
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import type { ICredentialDataDecryptedObject } from 'n8n-workflow';
import { describe, expect, inject, it } from 'vitest';
import type { DemoSession } from '../../sandbox/max';
import { node, packageName, until, workflow, type CredentialReference } from '../harness';
import { chat, max, maxCredential, maxCredentialType, maxTrigger } from './nodes';
import { answering, maxScene, publish, type Scene } from './scene';

/** What happens to n8n and to an account while triggers run: each of these has silenced triggers of others. */
const scene = maxScene({ environment: { N8N_DEV_RELOAD: 'true', EXECUTIONS_TIMEOUT_MAX: '600' } });

interface Own extends Scene {
	readonly account: string;
	readonly session: DemoSession;
	readonly data: ICredentialDataDecryptedObject;
	/** Somebody writes to the account. */
	writes(text: string): { chatId: string };
	/** What the account wrote into a chat. */
	answers(chatId: string): string[];
	/** LOGINs of a session. */
	logins(session?: DemoSession): { logins: number; now: number; peak: number };
	loggedIn(times: number): Promise<unknown>;
}

/** An account nobody else uses, with a credential of its own. */
async function own(name: string, change: ICredentialDataDecryptedObject = {}): Promise<Own> {
	const { sandbox, n8n } = scene();
	const { control } = sandbox;
	const { id: account } = control.addAccount({ firstName: name });
	const session = control.addSession({ account });
	// The sandbox comes back within seconds; a person's service may take the default of a minute to be found again.
	const data = { ...maxCredential(sandbox, session), reconnectMaxSeconds: 3, ...change };
	const credential = await n8n.api.createCredential(name, maxCredentialType, data);
	const boris = sandbox.accounts[1].id;
	const logins = ({ token }: DemoSession = session) => {
		const found = control.logins({ account }).find((one) => one.token === token);
		return {
			logins: found?.logins ?? 0,
			now: found?.connections.now ?? 0,
			peak: found?.connections.peak ?? 0,
		};
	};
	return {
		sandbox,
		n8n,
		credential,
		account,
		session,
		data,
		writes: (text) => control.injectMessage({ from: boris, to: account, text }),
		answers: (chatId) =>
			control
				.authored({ account })
				.filter((message) => message.chatId === chatId)
				.map(({ text }) => text),
		logins,
		loggedIn: (times) =>
			until(() => logins().logins === times, { what: `login ${String(times)} of ${name}` }),
	};
}

/** Sends one message; the execution as n8n keeps it. */
async function send({ n8n }: Scene, credential: CredentialReference, chatId: string, text: string) {
	return await n8n.api.runOnce(
		workflow(text, [
			node('Start', 'n8n-nodes-base.manualTrigger'),
			max('Send', credential, ['message', 'send'], { chatId: chat(chatId), text }),
		]),
	);
}

describe('an outage of the service', () => {
	it('of a minute ends no trigger: neither one that n8n starts with, nor one published meanwhile', async () => {
		const mine = await own('Outage');
		const { n8n, sandbox } = mine;
		const before = await publish(mine, 'Published before');
		await mine.loggedIn(1);
		mine.writes('before');
		await before.finishes(1);

		const downSince = performance.now();
		await sandbox.control.stopListening({});
		mine.writes('down 1');
		await n8n.restart();
		const during = await publish(mine, 'Published during');
		mine.writes('down 2');
		// n8n gives a trigger that rejects or reports an error up after about twenty seconds.
		await until(() => performance.now() - downSince > 60_000, {
			what: 'a minute',
			timeoutMs: 90_000,
			everyMs: 500,
		});
		expect((await n8n.api.publicationStatus(before.id)).status).toBe('published');
		expect((await n8n.api.publicationStatus(during.id)).status).toBe('published');
		await sandbox.control.startListening({});

		await mine.loggedIn(2);
		await before.finishes(3);
		await until(() => mine.logins().now === 1, { what: 'the connection' });
		mine.writes('after');
		await before.finishes(4);
		await until(() => during.texts().includes('after'), { what: 'the message after the outage' });
		expect(before.texts().filter((text) => text !== undefined)).toEqual([
			'before',
			'down 1',
			'down 2',
			'after',
		]);
		expect(mine.logins()).toMatchObject({ logins: 2, now: 1, peak: 1 });
		await before.remove();
		await during.remove();
	});
});

describe('a credential that is edited while its trigger runs', () => {
	it('reopens once for other settings, moves to another session, and recovers from a wrong token', async () => {
		const mine = await own('Edited');
		const { n8n, sandbox, credential, data } = mine;
		const listens = await publish(mine, 'Edited');
		await mine.loggedIn(1);
		const { chatId } = mine.writes('1');
		await listens.finishes(1);

		await n8n.api.updateCredential(credential, { ...data, pingSeconds: 20 });
		mine.writes('2');
		// Whoever reads the credential next tells the pool; without an execution it looks once a minute.
		expect((await send(mine, credential, chatId, 'with new settings')).error).toBeUndefined();
		await mine.loggedIn(2);
		mine.writes('3');
		await listens.finishes(3);

		const other = sandbox.control.addSession({ account: mine.account });
		const moved = { ...data, pingSeconds: 20, token: other.token, deviceId: other.deviceId };
		await n8n.api.updateCredential(credential, moved);
		mine.writes('4');
		expect((await send(mine, credential, chatId, 'from another device')).error).toBeUndefined();
		await until(() => mine.logins(other).now === 1, { what: 'the other session' });
		mine.writes('5');
		await listens.finishes(5);

		await n8n.api.updateCredential(credential, { ...moved, token: 'not-a-token' });
		expect((await send(mine, credential, chatId, 'with a wrong token')).error).toMatch(/no longer valid/);
		mine.writes('6');
		await n8n.api.updateCredential(credential, moved);
		expect((await send(mine, credential, chatId, 'corrected')).error).toBeUndefined();
		await until(() => listens.texts().includes('6'), { what: 'the message sent meanwhile' });

		expect(listens.texts().filter((text) => text !== undefined)).toEqual(['1', '2', '3', '4', '5', '6']);
		expect(mine.answers(chatId)).toEqual(['with new settings', 'from another device', 'corrected']);
		// What nobody uses any more lingers for a while.
		expect(mine.logins()).toMatchObject({ logins: 2, peak: 1 });
		expect(mine.logins(other)).toMatchObject({ logins: 1, now: 1, peak: 1 });
		expect(sandbox.control.overlaps({})).toEqual([]);
		await listens.remove();
	});
});

describe('one account, several listeners', () => {
	it('a manual listener takes nothing from the published trigger, nor does unpublishing another', async () => {
		const mine = await own('Listened');
		const { n8n } = mine;
		const stays = await publish(mine, 'Stays');
		const goes = await publish(mine, 'Goes', { answer: answering(mine, '=Echo {{ $json.text }}') });
		await mine.loggedIn(1);
		const { chatId } = mine.writes('both');
		await goes.finishes(1);
		await stays.finishes(1);

		const started = await n8n.api.startManually(stays.id, 'MAX User Trigger');
		if (!('executionId' in started)) throw new Error('n8n waits for a webhook');
		let written = 0;
		const manual = await until(
			async () => {
				mine.writes(`listen ${String((written += 1))}`);
				const found = await n8n.api.execution(started.executionId);
				return found.status === 'success' && found;
			},
			{ what: 'the test event', everyMs: 500 },
		);
		expect(manual.json('MAX User Trigger')).toHaveLength(1);
		await n8n.api.unpublish(goes.id);
		mine.writes('last');
		// The manual execution is one of the workflow's.
		await stays.finishes(1 + written + 1 + 1);
		const produced = stays.executions().filter(({ mode }) => mode === 'trigger');
		expect(produced.flatMap(({ startItems }) => startItems.map(({ json }) => json['text']))).toEqual([
			'both',
			...Array.from({ length: written }, (_, at) => `listen ${String(at + 1)}`),
			'last',
		]);
		expect(mine.answers(chatId)).not.toContain('Echo last');
		expect(mine.logins()).toMatchObject({ logins: 1, now: 1, peak: 1 });
		await goes.remove();
		await stays.remove();
	});
});

describe('Stop', () => {
	it('ends an execution whose account is still connecting, and its attempt', async () => {
		const { n8n, sandbox } = scene();
		const held = new Set<Socket>();
		const silent = createServer((socket) => {
			held.add(socket);
			socket.on('error', () => undefined).on('close', () => held.delete(socket));
			socket.resume();
		}).listen(0, '127.0.0.1');
		await nextEvent(silent, 'listening');
		const endpoint = `ws://127.0.0.1:${String((silent.address() as AddressInfo).port)}/websocket`;
		try {
			const mine = await own('Stopped', { endpoint });
			const { id } = await n8n.api.createWorkflow(
				workflow('Hangs', [
					node('Start', 'n8n-nodes-base.manualTrigger'),
					max('Chats', mine.credential, ['chat', 'getMany']),
				]),
			);
			const run = await n8n.api.startManually(id, 'Start');
			if (!('executionId' in run)) throw new Error('n8n waits for a webhook');
			await until(() => held.size === 1, { what: 'the connection' });
			await n8n.api.stopExecution(run.executionId);
			const stopped = await n8n.api.finished(run.executionId, 5_000);
			expect(stopped.status).toBe('canceled');

			// What is corrected works at once: nothing waits for the attempt that hangs.
			const data = { ...mine.data, endpoint: sandbox.addresses.websocketPlain };
			await n8n.api.updateCredential(mine.credential, data);
			const execution = await n8n.api.runManually(id, 'Start');
			expect(execution.error).toBeUndefined();
			expect(mine.logins()).toMatchObject({ logins: 1 });
			await until(() => held.size === 0, { what: 'the attempt to be given up' });
		} finally {
			for (const socket of held) socket.destroy();
			silent.close();
		}
	});
});

describe('n8n’s own end', () => {
	it('by SIGTERM with executions under way loses nothing and starts nothing twice', async () => {
		const mine = await own('Stopping');
		const { n8n, sandbox } = mine;
		const { id } = await n8n.api.createWorkflow(
			workflow('Slow answers', [
				maxTrigger('MAX User Trigger', mine.credential),
				node('Wait', 'n8n-nodes-base.wait', { amount: 1.5 }, { typeVersion: 1.1 }),
				answering(mine, '=Slow {{ $json.text }}'),
			]),
		);
		await n8n.api.publish(id);
		await mine.loggedIn(1);
		sandbox.control.injectMany({ to: mine.account, chats: 8, count: 16 });
		const counts = () => n8n.countExecutions(id);
		await until(() => (counts().success ?? 0) >= 3 && (counts().running ?? 0) >= 2, {
			what: 'executions under way',
			everyMs: 20,
		});
		await n8n.stop();
		expect(counts().success ?? 0).toBeLessThan(16);
		await until(() => mine.logins().now === 0, { what: 'the connection to end' });
		sandbox.control.injectMany({ to: mine.account, chats: 8, count: 8, first: 17 });
		await n8n.start();

		const sent = () => sandbox.control.authored({ account: mine.account }).map(({ text }) => text);
		const wanted = Array.from({ length: 24 }, (_, at) => `Slow #${String(at + 1)}`);
		await until(() => sent().length >= 24, { what: 'all answers', timeoutMs: 60_000 });
		expect(sent().sort()).toEqual(wanted.sort());
		const rows = n8n.storedExecutions(id);
		expect(rows.map(({ startItems }) => startItems[0]?.json['text']).sort()).toEqual(
			Array.from({ length: 24 }, (_, at) => `#${String(at + 1)}`).sort(),
		);
		expect(mine.logins()).toMatchObject({ logins: 2, peak: 1 });
		await n8n.api.deleteWorkflow(id);
	});
});

describe('an update of the package under a running trigger', () => {
	it('goes on with one login: new actions send through the old trigger’s connection', async () => {
		const mine = await own('Updated');
		const { n8n, sandbox } = mine;
		const folder = join(n8n.userFolder, '.n8n', 'nodes', 'node_modules', packageName);
		const listens = await publish(mine, 'Updated');
		await mine.loggedIn(1);
		const { chatId } = mine.writes('old');
		await listens.finishes(1);

		// As npm does it: the folder goes, then there is another. What runs must need none of its files any more.
		await rm(join(folder, 'dist'), { recursive: true });
		sandbox.control.cut({ account: mine.account });
		await mine.loggedIn(2);
		mine.writes('without files');
		await listens.finishes(2);
		const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as { version: string };
		await writeFile(join(folder, 'package.json'), JSON.stringify({ ...manifest, version: '99.0.0' }));
		const mark = n8n.log.length;
		await cp(join(inject('installedPackage').folder, 'dist'), join(folder, 'dist'), { recursive: true });
		await until(() => n8n.log.slice(mark).includes(`Hot reload triggered for ${packageName}`), {
			what: 'n8n to load the new package',
		});

		mine.writes('beside new code');
		await until(async () => (await send(mine, mine.credential, chatId, 'by new code')).error === undefined, {
			what: 'an action of the new code',
		});
		await listens.finishes(3);
		expect(mine.logins()).toMatchObject({ logins: 2, now: 1, peak: 1 });

		// Published again, the trigger is new code too: the old pool ends, and one connection follows the other.
		await n8n.api.unpublish(listens.id);
		mine.writes('between');
		await n8n.api.publish(listens.id);
		await listens.finishes(4);
		mine.writes('new');
		await listens.finishes(5);
		expect(listens.texts()).toEqual(['old', 'without files', 'beside new code', 'between', 'new']);
		expect((await send(mine, mine.credential, chatId, 'all new')).error).toBeUndefined();
		expect(mine.answers(chatId)).toEqual(['by new code', 'all new']);
		expect(mine.logins()).toMatchObject({ now: 1, peak: 1 });
		expect(sandbox.control.overlaps({})).toEqual([]);
		await listens.remove();
	});
});
