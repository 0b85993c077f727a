// dist, built only when something it depends on has changed.
import { join } from 'node:path';
import { isBuilt } from './build-inputs.mjs';
import { exclusively, projectEnv, root, run, say } from './process.mjs';

/** Builds the package unless dist is up to date. */
export async function ensureBuild() {
	if (isBuilt(root)) return;
	await exclusively(join(root, '.setup.lock'), async () => {
		if (isBuilt(root)) return;
		say('building the package');
		await run(join(root, 'node_modules', '.bin', 'gulp'), ['build', '--silent'], {
			env: projectEnv(),
			what: 'The build',
		});
	});
}
