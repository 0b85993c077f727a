import type { TestProject } from 'vitest/node';
import { ensureBuild, ensureN8nHost } from '../../setup/index.mjs';
import { packAndInstall } from './packed';

/** Once per run: n8n is installed, the package is built, packed and installed as n8n's installer does it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
	await ensureN8nHost();
	await ensureBuild();
	const installed = await packAndInstall();
	project.provide('installedPackage', { name: installed.name, folder: installed.folder });
	return installed.remove;
}
