import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { onTestFinished } from 'vitest';
import { silentLogger } from '../../../src/runtime';
import { openSqliteStore, openStore, type FileStoreOptions } from '../../../src/store';
import { ManualClock, seededRandom } from '../../support/manual-clock';

/** A folder of its own for one test, with stores that are closed and a folder that is removed at its end. */
export function newPlace() {
	const dir = mkdtempSync(join(tmpdir(), 'store-'));
	const path = join(dir, 'messenger-accounts.sqlite');
	const clock = new ManualClock();
	const services = { clock, random: seededRandom(1), logger: silentLogger };
	onTestFinished(() => rmSync(dir, { recursive: true, force: true }));

	async function open(opener: typeof openStore, change: Partial<FileStoreOptions>) {
		const store = await opener({ ...services, dir, ...change });
		onTestFinished(() => store.close());
		return store;
	}

	/** The file as SQLite alone sees it, for a look inside or a disturbance from outside. */
	function raw(): DatabaseSync {
		const database = new DatabaseSync(path, { timeout: 0 });
		onTestFinished(() => {
			if (database.isOpen) database.close();
		});
		return database;
	}

	return {
		dir,
		path,
		clock,
		services,
		raw,
		openStore: (change: Partial<FileStoreOptions> = {}) => open(openStore, change),
		openSqliteStore: (change: Partial<FileStoreOptions> = {}) => open(openSqliteStore, change),
	};
}
