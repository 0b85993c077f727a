import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { orFromFile, redisSettings } from '../../src/redis';
import { environmentValue } from '../../src/runtime';
import { seededRandom } from '../support/manual-clock';

/** n8n's own reader of its settings: from the library that n8n itself uses. */
const n8n = createRequire(createRequire(import.meta.url).resolve('n8n-core'));
n8n('reflect-metadata');
const { Container } = n8n('@n8n/di') as { Container: { reset(): void; get(type: unknown): never } };
const { ScalingModeConfig, ExecutionsConfig } = {
	...(n8n('@n8n/config/dist/configs/scaling-mode.config.js') as { ScalingModeConfig: unknown }),
	...(n8n('@n8n/config/dist/configs/executions.config.js') as { ExecutionsConfig: unknown }),
};

interface Bull {
	prefix: string;
	redis: {
		host: string;
		port: number;
		db: number;
		username: string;
		password: string;
		tls: boolean;
		tlsConfig: { serverName: string; rejectUnauthorized: boolean };
		dualStack: boolean;
		dnsResolveStrategy: string;
		slotsRefreshInterval: number;
		clusterNodes: string;
	};
}

const TEXTS = ['', ' ', 'x', '"q"', "'s'", ' sp ', '" in "', "it's", '"', 'a"b', '\t tab\n'];
const NUMBERS = ['', ' ', '6380', ' 6381 ', '"3"', 'x', '0', '1e3', '7'];
const BOOLEANS = ['', 'true', 'TRUE', '1', 'false', '0', 'yes', 'off', '"true"', ' true'];
const REDIS: Readonly<Record<string, readonly string[]>> = {
	...{ HOST: TEXTS, USERNAME: TEXTS, PASSWORD: TEXTS, TLS_SERVERNAME: TEXTS },
	...{ PORT: NUMBERS, DB: NUMBERS, SLOT_REFRESH_INTERVAL: NUMBERS },
	...{ TLS: BOOLEANS, TLS_VALIDATE_CERTIFICATE: BOOLEANS, DUALSTACK: BOOLEANS },
	DNS_LOOKUP_STRATEGY: ['NONE', '"NONE"', 'LOOKUP', 'none'],
	CLUSTER_NODES: ['', ' ', '', 'a:1,b:2', '"a:1,b:2"', 'a:1, ,b:2'],
};
const VARIABLES: Readonly<Record<string, readonly string[]>> = {
	EXECUTIONS_MODE: ['queue', '"queue"', ' queue ', 'QUEUE', 'regular', ''],
	QUEUE_BULL_PREFIX: TEXTS,
	...Object.fromEntries(Object.entries(REDIS).map(([name, values]) => [`QUEUE_BULL_REDIS_${name}`, values])),
};

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'as-n8n-'));
	writeFileSync(join(folder, 'secret'), ' "from a file" \n');
	vi.spyOn(console, 'warn').mockImplementation(() => undefined);
});
afterEach(() => {
	vi.restoreAllMocks();
	vi.unstubAllEnvs();
	Container.reset();
	rmSync(folder, { recursive: true });
});

it('whatever n8n’s settings are, the same Redis is found that n8n finds', () => {
	const random = seededRandom(5);
	const one = (values: readonly string[]) => values[Math.floor(random.next() * values.length)];
	for (let count = 0; count < 300; count += 1) {
		const given = Object.fromEntries(
			Object.entries(VARIABLES)
				.filter(() => random.next() < 0.6)
				.map(([name, values]) =>
					values === TEXTS && random.next() < 0.1
						? [`${name}_FILE`, join(folder, 'secret')]
						: [name, one(values)],
				),
		);
		for (const name of Object.keys(VARIABLES).flatMap((each) => [each, `${each}_FILE`]))
			vi.stubEnv(name, given[name]);
		expect({ given, found: ours() }).toEqual({ given, found: theirs() });
	}
});

function ours() {
	const environment = orFromFile(environmentValue);
	const settings = redisSettings(environment, true);
	if (settings === null) throw new Error('a worker is in queue mode');
	const { cluster, nodes, tls, ...rest } = settings;
	return {
		isQueue: redisSettings(environment) !== null,
		where: cluster ? nodes : [...nodes, rest.db],
		who: [rest.username ?? '', rest.password ?? ''],
		tls: tls === undefined ? null : [tls.serverName ?? '', tls.verify],
		names: [rest.dualStack, rest.resolveNames],
		slots: rest.slots.everyMs,
		prefix: rest.prefix,
	};
}

/** An empty host is this machine, and an empty prefix would be none: ours is n8n's usual one then. */
function theirs() {
	Container.reset();
	const { bull } = Container.get(ScalingModeConfig) as { bull: Bull };
	const { mode } = Container.get(ExecutionsConfig) as { mode: string };
	const { redis } = bull;
	const nodes = redis.clusterNodes
		.split(',')
		.filter((pair) => pair.trim() !== '')
		.map((pair) => pair.split(':'));
	return {
		isQueue: mode === 'queue',
		where:
			nodes.length > 0
				? nodes.map(([host, port]) => ({ host, port: Number(port) }))
				: [{ host: redis.host === '' ? 'localhost' : redis.host, port: redis.port }, redis.db],
		who: [redis.username, redis.password],
		tls: redis.tls ? [redis.tlsConfig.serverName, redis.tlsConfig.rejectUnauthorized] : null,
		names: [redis.dualStack, redis.dnsResolveStrategy !== 'NONE'],
		slots: redis.slotsRefreshInterval,
		prefix: `${bull.prefix === '' ? 'bull' : bull.prefix}:messenger-accounts`,
	};
}
