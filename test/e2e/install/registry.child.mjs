// `node registry.child.mjs <folder with verdaccio> <storage folder>`, forked: a registry on 127.0.0.1 that knows no
// other one. Tells its port, and ends with its parent.
import { createRequire } from 'node:module';
import { join } from 'node:path';

const [installed = '.', storage = '.'] = process.argv.slice(2);
const { runServer } = createRequire(join(installed, 'package.json'))('verdaccio');

const server = await runServer({
	storage: join(storage, 'packages'),
	configPath: join(storage, 'config.yaml'),
	auth: { htpasswd: { file: join(storage, 'htpasswd') } },
	web: { enable: false },
	uplinks: {},
	packages: { '**': { access: '$all', publish: '$authenticated' } },
	log: { type: 'stdout', format: 'pretty', level: 'warn' },
	max_body_size: '50mb',
});
server.listen(0, '127.0.0.1', () => process.send?.(server.address().port));
process.once('disconnect', () => process.exit());
