import { once as nextEvent } from 'node:events';
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import type { ICredentialDataDecryptedObject, INode } from 'n8n-workflow';
import { describe, expect, inject, it } from 'vitest';
import {
	node,
	packageName,
	until,
	workflow,
	type CredentialReference,
	type N8n,
	type StoredExecution,
} from './harness';

/** What n8n must be started with for these tests: it loads a changed package, and a test may wait long. */
export const lifeEnvironment = { N8N_DEV_RELOAD: 'true', EXECUTIONS_TIMEOUT_MAX: '600' };

/** How often a session was connected, how often it is now, and how often at the same time at most. */
export interface Connections {
	readonly made: number;
	readonly now: number;
	readonly peak: number;
}

/** A published workflow that begins with the account's trigger. */
export interface Listener {
	readonly id: string;
	executions(): StoredExecution[];
	finishes(count: number): Promise<StoredExecution[]>;
	remove(): Promise<void>;
}

/** An account of the fake messenger that nobody else uses, with a credential of its own. */
export interface Person {
	readonly credential: CredentialReference;
	readonly data: ICredentialDataDecryptedObject;
	/** Somebody writes to the account. */
	writes(text: string): { chatId: string };
	/** So many messages `#<number>`, turn by turn from eight people. */
	writesMany(numbers: { count: number; first?: number }): void;
	/** What the account wrote into a chat. */
	answers(chatId: string): string[];
	/** What the account wrote to anybody. */
	authored(): string[];
	connections(): Connections;
	/** Is connected for the n-th time, and knows where it stands: what is written now is new to it. */
	connected(times: number): Promise<unknown>;
	/** The service drops the account's connections. */
	cut(): void;
	/** A second login of the same account: what changes in the credential, and its own connections. */
	anotherSession(): Promise<{ change: ICredentialDataDecryptedObject; connections(): Connections }>;
	/** The account's trigger. */
	readonly trigger: INode;
	/** A published workflow of the trigger and an answer, or nothing. */
	publish(name: string, answer?: INode): Promise<Listener>;
	/** A node that sends a text to a chat; both may be expressions. */
	sending(name: string, chatId: string, text: string): INode;
	/** A node that asks the account for something. */
	asking(name: string): INode;
}

/** What differs between the messengers. */
export interface LifeOptions {
	readonly scene: () => { readonly n8n: N8n };
	readonly own: (name: string, change?: ICredentialDataDecryptedObject) => Promise<Person>;
	/** How long the service is away, in ms: n8n gives a trigger that fails up after about twenty seconds. */
	readonly outageMs: number;
	readonly service: () => {
		stopListening(): Promise<unknown>;
		startListening(): Promise<unknown>;
		overlaps(): unknown[];
	};
	/** A setting that takes a new connection and changes nothing else. */
	readonly harmless: ICredentialDataDecryptedObject;
	/** What makes the session one the service does not know, and what is said about it. */
	readonly useless: () => { readonly change: ICredentialDataDecryptedObject; readonly complaint: RegExp };
	/** What a credential says so that it is a server on this port that is connected to, and the service again. */
	readonly endpoint: { at(port: number): string; own(): string };
}

function texts(listener: Listener): string[] {
	return listener
		.executions()
		.flatMap(({ startItems }) => startItems.map(({ json }) => json['text']))
		.filter((text) => typeof text === 'string');
}

/** What happens to n8n and to an account while triggers run: each of these has silenced triggers of others. */
export function lifeInN8n(options: LifeOptions): void {
	const { scene, own, service } = options;

	/** Sends one message; the execution as n8n keeps it. */
	const send = (mine: Person, chatId: string, text: string) =>
		scene().n8n.api.runOnce(
			workflow(text, [node('Start', 'n8n-nodes-base.manualTrigger'), mine.sending('Send', chatId, text)]),
		);

	describe('an outage of the service', () => {
		it('ends no trigger: neither one that n8n starts with, nor one published meanwhile', async () => {
			const { n8n } = scene();
			const mine = await own('Outage');
			const before = await mine.publish('Published before');
			await mine.connected(1);
			mine.writes('before');
			await before.finishes(1);

			const downSince = performance.now();
			await service().stopListening();
			mine.writes('down 1');
			await n8n.restart();
			const during = await mine.publish('Published during');
			mine.writes('down 2');
			await until(() => performance.now() - downSince > options.outageMs, {
				what: 'the end of the outage',
				timeoutMs: options.outageMs + 30_000,
				everyMs: 500,
			});
			expect((await n8n.api.publicationStatus(before.id)).status).toBe('published');
			expect((await n8n.api.publicationStatus(during.id)).status).toBe('published');
			await service().startListening();

			await mine.connected(2);
			await before.finishes(3);
			await until(() => mine.connections().now === 1, { what: 'the connection' });
			mine.writes('after');
			await before.finishes(4);
			await until(() => texts(during).includes('after'), { what: 'the message after the outage' });
			expect(texts(before)).toEqual(['before', 'down 1', 'down 2', 'after']);
			expect(mine.connections()).toEqual({ made: 2, now: 1, peak: 1 });
			await before.remove();
			await during.remove();
		});
	});

	describe('a credential that is edited while its trigger runs', () => {
		it('reopens once for other settings, moves to another session, and recovers from a wrong one', async () => {
			const { n8n } = scene();
			const mine = await own('Edited');
			const { credential, data } = mine;
			const listens = await mine.publish('Edited');
			await mine.connected(1);
			const { chatId } = mine.writes('1');
			await listens.finishes(1);

			await n8n.api.updateCredential(credential, { ...data, ...options.harmless });
			mine.writes('2');
			// Whoever reads the credential next tells the pool; without an execution it looks once a minute.
			expect((await send(mine, chatId, 'with new settings')).error).toBeUndefined();
			await mine.connected(2);
			mine.writes('3');
			await listens.finishes(3);

			const other = await mine.anotherSession();
			const moved = { ...data, ...options.harmless, ...other.change };
			await n8n.api.updateCredential(credential, moved);
			mine.writes('4');
			expect((await send(mine, chatId, 'from another device')).error).toBeUndefined();
			await until(() => other.connections().now === 1, { what: 'the other session' });
			mine.writes('5');
			await listens.finishes(5);

			const { change, complaint } = options.useless();
			await n8n.api.updateCredential(credential, { ...moved, ...change });
			expect((await send(mine, chatId, 'with a wrong one')).error).toMatch(complaint);
			mine.writes('6');
			await n8n.api.updateCredential(credential, moved);
			expect((await send(mine, chatId, 'corrected')).error).toBeUndefined();
			await until(() => texts(listens).includes('6'), { what: 'the message sent meanwhile' });

			expect(texts(listens)).toEqual(['1', '2', '3', '4', '5', '6']);
			expect(mine.answers(chatId)).toEqual(['with new settings', 'from another device', 'corrected']);
			// What nobody uses any more lingers for a while.
			expect(mine.connections()).toMatchObject({ made: 2, peak: 1 });
			expect(other.connections()).toEqual({ made: 1, now: 1, peak: 1 });
			expect(service().overlaps()).toEqual([]);
			await listens.remove();
		});
	});

	describe('one account, several listeners', () => {
		it('a manual listener takes nothing from the published trigger, nor does unpublishing another', async () => {
			const { n8n } = scene();
			const mine = await own('Listened');
			const stays = await mine.publish('Stays');
			const echo = mine.sending('Answer', '={{ $json.external_chat_id }}', '=Echo {{ $json.text }}');
			const goes = await mine.publish('Goes', echo);
			await mine.connected(1);
			const { chatId } = mine.writes('both');
			await goes.finishes(1);
			await stays.finishes(1);

			const started = await n8n.api.startManually(stays.id, mine.trigger.name);
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
			expect(manual.json(mine.trigger.name)).toHaveLength(1);
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
			expect(mine.connections()).toEqual({ made: 1, now: 1, peak: 1 });
			await goes.remove();
			await stays.remove();
		});
	});

	describe('Stop', () => {
		it('ends an execution whose account is still connecting, and its attempt', async () => {
			const { n8n } = scene();
			const held = new Set<Socket>();
			const silent = createServer((socket) => {
				held.add(socket);
				socket.on('error', () => undefined).on('close', () => held.delete(socket));
				socket.resume();
			}).listen(0, '127.0.0.1');
			await nextEvent(silent, 'listening');
			const endpoint = options.endpoint.at((silent.address() as AddressInfo).port);
			try {
				const mine = await own('Stopped', { endpoint });
				const { id } = await n8n.api.createWorkflow(
					workflow('Hangs', [node('Start', 'n8n-nodes-base.manualTrigger'), mine.asking('Chats')]),
				);
				const run = await n8n.api.startManually(id, 'Start');
				if (!('executionId' in run)) throw new Error('n8n waits for a webhook');
				await until(() => held.size === 1, { what: 'the connection' });
				await n8n.api.stopExecution(run.executionId);
				const stopped = await n8n.api.finished(run.executionId, 5_000);
				expect(stopped.status).toBe('canceled');

				// What is corrected works at once: nothing waits for the attempt that hangs.
				const data = { ...mine.data, endpoint: options.endpoint.own() };
				await n8n.api.updateCredential(mine.credential, data);
				const execution = await n8n.api.runManually(id, 'Start');
				expect(execution.error).toBeUndefined();
				expect(mine.connections()).toMatchObject({ made: 1 });
				await until(() => held.size === 0, { what: 'the attempt to be given up' });
			} finally {
				for (const socket of held) socket.destroy();
				silent.close();
			}
		});
	});

	describe('n8n’s own end', () => {
		it('by SIGTERM with executions under way loses nothing and starts nothing twice', async () => {
			const { n8n } = scene();
			const mine = await own('Stopping');
			const { id } = await n8n.api.createWorkflow(
				workflow('Slow answers', [
					mine.trigger,
					node('Wait', 'n8n-nodes-base.wait', { amount: 1.5 }, { typeVersion: 1.1 }),
					mine.sending('Answer', '={{ $json.external_chat_id }}', '=Slow {{ $json.text }}'),
				]),
			);
			await n8n.api.publish(id);
			await mine.connected(1);
			mine.writesMany({ count: 16 });
			const counts = () => n8n.countExecutions(id);
			await until(() => (counts().success ?? 0) >= 3 && (counts().running ?? 0) >= 2, {
				what: 'executions under way',
				everyMs: 20,
			});
			await n8n.stop();
			expect(counts().success ?? 0).toBeLessThan(16);
			await until(() => mine.connections().now === 0, { what: 'the connection to end' });
			mine.writesMany({ count: 8, first: 17 });
			await n8n.start();

			const wanted = Array.from({ length: 24 }, (_, at) => `Slow #${String(at + 1)}`);
			await until(() => mine.authored().length >= 24, { what: 'all answers', timeoutMs: 60_000 });
			expect(mine.authored().sort()).toEqual(wanted.sort());
			const rows = n8n.storedExecutions(id);
			expect(rows.map(({ startItems }) => startItems[0]?.json['text']).sort()).toEqual(
				Array.from({ length: 24 }, (_, at) => `#${String(at + 1)}`).sort(),
			);
			expect(mine.connections()).toMatchObject({ made: 2, peak: 1 });
			await n8n.api.deleteWorkflow(id);
		});
	});

	describe('an update of the package under a running trigger', () => {
		it('goes on with one connection: new actions send through the old trigger’s', async () => {
			const { n8n } = scene();
			const mine = await own('Updated');
			const folder = join(n8n.userFolder, '.n8n', 'nodes', 'node_modules', packageName);
			const listens = await mine.publish('Updated');
			await mine.connected(1);
			const { chatId } = mine.writes('old');
			await listens.finishes(1);

			// As npm does it: the folder goes, then there is another. What runs must need none of its files any more.
			await rm(join(folder, 'dist'), { recursive: true });
			mine.cut();
			await mine.connected(2);
			mine.writes('without files');
			await listens.finishes(2);
			const file = join(folder, 'package.json');
			const manifest = JSON.parse(await readFile(file, 'utf8')) as { version: string };
			await writeFile(file, JSON.stringify({ ...manifest, version: '99.0.0' }));
			const mark = n8n.log.length;
			await cp(join(inject('installedPackage').folder, 'dist'), join(folder, 'dist'), { recursive: true });
			await until(() => n8n.log.slice(mark).includes(`Hot reload triggered for ${packageName}`), {
				what: 'n8n to load the new package',
			});

			mine.writes('beside new code');
			await until(async () => (await send(mine, chatId, 'by new code')).error === undefined, {
				what: 'an action of the new code',
			});
			await listens.finishes(3);
			expect(mine.connections()).toEqual({ made: 2, now: 1, peak: 1 });

			// Published again, the trigger is new code too: the old pool ends, and one connection follows the other.
			await n8n.api.unpublish(listens.id);
			mine.writes('between');
			await n8n.api.publish(listens.id);
			await listens.finishes(4);
			mine.writes('new');
			await listens.finishes(5);
			expect(texts(listens)).toEqual(['old', 'without files', 'beside new code', 'between', 'new']);
			expect((await send(mine, chatId, 'all new')).error).toBeUndefined();
			expect(mine.answers(chatId)).toEqual(['by new code', 'all new']);
			expect(mine.connections()).toMatchObject({ now: 1, peak: 1 });
			expect(service().overlaps()).toEqual([]);
			await listens.remove();
		});
	});
}
