import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import { openRedisStore, type RedisSettings } from '../../src/redis';
import { mirrorPlace } from '../../src/store';
import { storeConformance, type ConformanceServices, type Place } from '../store/conformance';
import { RedisCluster, RedisServer } from './support/redis-server';

let places = 0;

/** Every test has a prefix of its own, so that one server serves them all. */
async function placeOn(
	server: { settings(prefix: string): RedisSettings },
	services: ConformanceServices,
): Promise<Place> {
	const settings = server.settings(`place-${places++}`);
	// These tests own the time: leases end by their clock, and a new place is no accident to wait after.
	const open = () => openRedisStore({ ...services, settings, leaseTime: 'clock', guardMs: 0 });
	return { store: await open(), another: open, dispose: () => Promise.resolve() };
}

describe('one Redis server', () => {
	let server: RedisServer;
	beforeAll(async () => {
		server = await RedisServer.start();
	});
	afterAll(() => server.stop());

	storeConformance('Redis', (services) => placeOn(server, services), { shared: true });
});

/** Every store is a process of its own, with a copy in a folder of its own. */
async function mirroredPlaceOn(server: RedisServer, services: ConformanceServices): Promise<Place> {
	const settings = server.settings(`place-${places++}`);
	const dir = mkdtempSync(join(tmpdir(), 'mirror-'));
	let stores = 0;
	const open = () => {
		const mirror = mirrorPlace({ ...services, dir: join(dir, String(stores++)) });
		return openRedisStore({ ...services, settings, leaseTime: 'clock', guardMs: 0, mirror });
	};
	const dispose = () => {
		rmSync(dir, { recursive: true, force: true });
		return Promise.resolve();
	};
	return { store: await open(), another: open, dispose };
}

describe('one Redis server, with a second copy in a file', () => {
	let server: RedisServer;
	beforeAll(async () => {
		server = await RedisServer.start();
	});
	afterAll(() => server.stop());

	storeConformance('Redis and mirror', (services) => mirroredPlaceOn(server, services), { shared: true });
});

describe('a Redis cluster of three servers', () => {
	let cluster: RedisCluster;
	beforeAll(async () => {
		cluster = await RedisCluster.start();
	});
	afterAll(() => cluster.stop());

	storeConformance('Redis Cluster', (services) => placeOn(cluster, services), { shared: true });
});
