import { afterAll, beforeAll, describe } from 'vitest';
import { openRedisStore, type RedisSettings } from '../../src/redis';
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

describe('a Redis cluster of three servers', () => {
	let cluster: RedisCluster;
	beforeAll(async () => {
		cluster = await RedisCluster.start();
	});
	afterAll(() => cluster.stop());

	storeConformance('Redis Cluster', (services) => placeOn(cluster, services), { shared: true });
});
