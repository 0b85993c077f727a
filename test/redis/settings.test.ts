import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { orFromFile, redisSettings } from '../../src/redis';

const read = (environment: Record<string, string>) => redisSettings((name) => environment[name]);
const QUEUE = { EXECUTIONS_MODE: 'queue' };

describe('when Redis is chosen', () => {
	it.each([
		['regular mode', {}, false],
		['regular mode, with a Redis of n8n’s settings', { QUEUE_BULL_REDIS_HOST: 'redis' }, false],
		['queue mode', QUEUE, true],
		['queue mode, refused', { ...QUEUE, MESSENGER_ACCOUNTS_REDIS: 'off' }, false],
		['regular mode, asked for', { MESSENGER_ACCOUNTS_REDIS: 'on' }, true],
		['a server of our own', { MESSENGER_ACCOUNTS_REDIS_HOST: 'redis' }, true],
		['a cluster of our own', { MESSENGER_ACCOUNTS_REDIS_CLUSTER_NODES: 'a:1,b:2' }, true],
		[
			'a server of our own, refused',
			{ MESSENGER_ACCOUNTS_REDIS_HOST: 'redis', MESSENGER_ACCOUNTS_REDIS: 'false' },
			false,
		],
	])('%s', (_name, environment: Record<string, string>, chosen) => {
		expect(read(environment) !== null).toBe(chosen);
	});

	it('a worker is in queue mode whether or not its environment says so, as n8n makes it', () => {
		expect(redisSettings(() => undefined, true)).toMatchObject({
			nodes: [{ host: 'localhost', port: 6379 }],
		});
		const refused = { MESSENGER_ACCOUNTS_REDIS: 'off' } as Record<string, string>;
		expect(redisSettings((name) => refused[name], true)).toBeNull();
	});
});

describe('where Redis is', () => {
	it('is where n8n’s queue is, when nothing else is said', () => {
		expect(read(QUEUE)).toEqual({
			nodes: [{ host: 'localhost', port: 6379 }],
			cluster: false,
			db: 0,
			username: undefined,
			password: undefined,
			tls: undefined,
			dualStack: false,
			resolveNames: true,
			slots: { answerMs: 5_000, everyMs: 5_000 },
			prefix: 'bull:messenger-accounts',
		});
	});

	it('follows every setting of n8n’s queue', () => {
		expect(
			read({
				...QUEUE,
				QUEUE_BULL_REDIS_HOST: 'redis.internal',
				QUEUE_BULL_REDIS_PORT: '6380',
				QUEUE_BULL_REDIS_DB: '3',
				QUEUE_BULL_REDIS_USERNAME: 'n8n',
				QUEUE_BULL_REDIS_PASSWORD: ' with spaces ',
				QUEUE_BULL_REDIS_TLS: 'true',
				QUEUE_BULL_REDIS_TLS_SERVERNAME: 'redis.example',
				QUEUE_BULL_REDIS_TLS_VALIDATE_CERTIFICATE: 'false',
				QUEUE_BULL_REDIS_DUALSTACK: '1',
				QUEUE_BULL_REDIS_SLOT_REFRESH_TIMEOUT: '2000',
				QUEUE_BULL_REDIS_SLOT_REFRESH_INTERVAL: '0',
				QUEUE_BULL_PREFIX: 'second',
			}),
		).toEqual({
			nodes: [{ host: 'redis.internal', port: 6380 }],
			cluster: false,
			db: 3,
			username: 'n8n',
			password: 'with spaces',
			tls: { serverName: 'redis.example', verify: false },
			dualStack: true,
			resolveNames: true,
			slots: { answerMs: 2_000, everyMs: 0 },
			prefix: 'second:messenger-accounts',
		});
	});

	it('takes off the quotes an env file has left, and the spaces around, as n8n does', () => {
		const quoted = read({
			EXECUTIONS_MODE: '"queue"',
			QUEUE_BULL_REDIS_HOST: "'redis.internal' ",
			QUEUE_BULL_REDIS_PASSWORD: '" it\'s "',
			QUEUE_BULL_REDIS_USERNAME: "''",
			QUEUE_BULL_REDIS_CLUSTER_NODES: '""',
			QUEUE_BULL_PREFIX: '"second"',
		});
		expect(quoted).toMatchObject({
			nodes: [{ host: 'redis.internal', port: 6379 }],
			cluster: false,
			username: undefined,
			password: " it's ",
			prefix: 'second:messenger-accounts',
		});
	});

	it.each([
		['QUEUE_BULL_REDIS_PORT', 'six'],
		['QUEUE_BULL_REDIS_DB', '"3"'],
		['QUEUE_BULL_REDIS_TLS', 'yes'],
		['QUEUE_BULL_REDIS_TLS', '"true"'],
		['QUEUE_BULL_REDIS_DUALSTACK', 'perhaps'],
	])('is where n8n’s queue is, also when n8n takes its default for %s=%s', (name, value) => {
		expect(read({ ...QUEUE, [name]: value })).toEqual(read(QUEUE));
	});

	it('checks a certificate unless n8n, too, understands that it may not', () => {
		const verified = (value: string) => {
			const name = 'QUEUE_BULL_REDIS_TLS_VALIDATE_CERTIFICATE';
			return read({ ...QUEUE, QUEUE_BULL_REDIS_TLS: 'TRUE', [name]: value })?.tls?.verify;
		};
		expect(['false', '0', 'off', 'no', ' false'].map(verified)).toEqual([false, false, true, true, true]);
	});

	it('takes each setting of our own before n8n’s', () => {
		const settings = read({
			...QUEUE,
			QUEUE_BULL_REDIS_HOST: 'redis',
			QUEUE_BULL_REDIS_PASSWORD: 'of n8n',
			QUEUE_BULL_REDIS_DB: '3',
			MESSENGER_ACCOUNTS_REDIS_PASSWORD: 'of our own',
			MESSENGER_ACCOUNTS_REDIS_DB: '0',
			MESSENGER_ACCOUNTS_REDIS_PREFIX: 'ours',
		});
		expect(settings).toMatchObject({
			nodes: [{ host: 'redis', port: 6379 }],
			password: 'of our own',
			db: 0,
			prefix: 'ours',
		});
	});

	it('knows a cluster, whose only database is 0, and IPv6 addresses', () => {
		const settings = read({
			...QUEUE,
			QUEUE_BULL_REDIS_CLUSTER_NODES: 'a:7001, b ,[::1]:7003',
			QUEUE_BULL_REDIS_DB: '4',
			QUEUE_BULL_REDIS_DNS_LOOKUP_STRATEGY: 'NONE',
		});
		expect(settings).toMatchObject({
			cluster: true,
			db: 0,
			resolveNames: false,
			nodes: [
				{ host: 'a', port: 7001 },
				{ host: 'b', port: 6379 },
				{ host: '::1', port: 7003 },
			],
		});
	});

	it('prefers a server of our own to n8n’s cluster', () => {
		const settings = read({
			...QUEUE,
			QUEUE_BULL_REDIS_CLUSTER_NODES: 'a:7001',
			MESSENGER_ACCOUNTS_REDIS_HOST: 'own',
		});
		expect(settings).toMatchObject({ cluster: false, nodes: [{ host: 'own', port: 6379 }] });
	});

	it('reads what n8n reads from a file, unless the variable itself is set', () => {
		const dir = mkdtempSync(join(tmpdir(), 'settings-'));
		const file = join(dir, 'password');
		writeFileSync(file, 'from the file\n');
		const environment: Record<string, string> = {
			...QUEUE,
			QUEUE_BULL_REDIS_PASSWORD_FILE: file,
			QUEUE_BULL_REDIS_HOST: 'set',
			QUEUE_BULL_REDIS_HOST_FILE: file,
		};
		const settings = redisSettings(orFromFile((name) => environment[name]));
		rmSync(dir, { recursive: true });
		expect(settings?.password).toBe('from the file');
		expect(settings?.nodes[0]?.host).toBe('set');
	});

	it('takes the braces out of a prefix: they would put every key into one slot', () => {
		expect(read({ ...QUEUE, QUEUE_BULL_PREFIX: '{bull}' })?.prefix).toBe('bull:messenger-accounts');
	});

	it.each([
		['MESSENGER_ACCOUNTS_REDIS_PORT', '6379; rm'],
		['QUEUE_BULL_REDIS_PORT', '70000'],
		['QUEUE_BULL_REDIS_DB', '-1'],
		['MESSENGER_ACCOUNTS_REDIS_TLS', 'perhaps'],
		['QUEUE_BULL_REDIS_CLUSTER_NODES', 'redis://user:hunter2@host:1'],
		['MESSENGER_ACCOUNTS_REDIS', 'maybe'],
	])('refuses %s=%s by its name and without its value', (name, value) => {
		expect(() => read({ ...QUEUE, [name]: value })).toThrow(name);
		try {
			read({ ...QUEUE, [name]: value });
		} catch (error) {
			expect(error).toMatchObject({ code: 'invalid_parameter', field: name });
			expect((error as Error).message).not.toContain(value);
		}
	});
});
