import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openMemoryStore, openSqliteStore, openStore } from '../../src/store';
import { storeConformance, type ConformanceServices, type Place } from './conformance';

storeConformance(
	'memory',
	async (services) => ({
		store: await openMemoryStore(services),
		another: null,
		dispose: () => Promise.resolve(),
	}),
	{ shared: false },
);

async function fileIn(services: ConformanceServices, network: boolean): Promise<Place> {
	const dir = mkdtempSync(join(tmpdir(), 'store-'));
	const open = () => openSqliteStore({ ...services, dir, network });
	return {
		store: await open(),
		another: network ? null : open,
		dispose: async () => rmSync(dir, { recursive: true }),
	};
}

storeConformance('SQLite file', (services) => fileIn(services, false), { shared: true });
storeConformance('SQLite file on a network file system', (services) => fileIn(services, true), {
	shared: false,
});

/** A folder that cannot be made, because a file stands in its place. */
async function memoryInsteadOfFile(services: ConformanceServices): Promise<Place> {
	const place = mkdtempSync(join(tmpdir(), 'store-'));
	writeFileSync(join(place, 'file'), '');
	const store = await openStore({ ...services, dir: join(place, 'file', 'folder') });
	return { store, another: null, dispose: async () => rmSync(place, { recursive: true }) };
}

storeConformance('memory instead of a file', memoryInsteadOfFile, { shared: false });
