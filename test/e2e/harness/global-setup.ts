import type { TestProject } from 'vitest/node';
import { ensureBuild, ensureN8nHost, findProgram } from '../../setup/index.mjs';
import { PostgresCluster } from '../../support/postgres';
import { packAndInstall } from './packed';
import { reapWithMe } from './reaper';

/**
 * Once per run: n8n is installed, the package is built, packed and installed as n8n's installer does it, and there is a
 * PostgreSQL cluster for the tests that want one.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
	await ensureN8nHost();
	await ensureBuild();
	const installed = await packAndInstall();
	project.provide('installedPackage', { name: installed.name, folder: installed.folder });
	const postgres = findProgram('postgresql') === undefined ? null : await PostgresCluster.start();
	const callOff = postgres === null ? () => undefined : reapWithMe(postgres.pid);
	project.provide('postgres', postgres?.address ?? null);
	return async () => {
		await postgres?.stop();
		callOff();
		await installed.remove();
	};
}
