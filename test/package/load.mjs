// Runs in a bare process: `node --expose-gc load.mjs <package folder>` with NODE_PATH at a folder that holds
// n8n-workflow and nothing else. Loads every node and credential the way n8n does and prints one JSON object:
// what was loaded, what it cost, what the classes say of themselves.

import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { Script, createContext } from 'node:vm';

const require = createRequire(import.meta.url);
const [folder = '.'] = process.argv.slice(2);

/** @type {{ name: string, n8n: { nodes: string[], credentials: string[] } }} */
const { n8n, name } = require(join(folder, 'package.json'));

// n8n has loaded this long before it looks at a package; what it costs is not ours.
require('n8n-workflow');
const hostModules = new Set(Object.keys(require.cache));

const context = createContext({ require });

/**
 * n8n-core's loadClassInIsolation: a context of its own that has only `require`.
 * @param {string} file
 * @returns {any} whatever the package made of a node or a credential; what it says is checked by the test
 */
function load(file) {
	const [className] = basename(file).split('.');
	return new Script(`new (require(${JSON.stringify(join(folder, file))}).${className})()`).runInContext(
		context,
	);
}

function measure() {
	globalThis.gc?.();
	const { heapUsed, rss } = process.memoryUsage();
	return { heapUsed, rss, at: performance.now() };
}

const MB = 1024 * 1024;
const before = measure();
const nodes = n8n.nodes.map((file) => ({ file, node: load(file) }));
const credentials = n8n.credentials.map((file) => ({ file, credential: load(file) }));
const loadedAt = performance.now();
const after = measure();

const described = nodes.map(({ file, node }) => {
	const description = node.description ?? node.getNodeType().description;
	return {
		file,
		type: `${name}.${description.name}`,
		displayName: description.displayName,
		icon: description.icon,
		credentials: (description.credentials ?? []).map(
			(/** @type {{ name: string, testedBy?: string }} */ entry) => ({
				name: entry.name,
				tested:
					entry.testedBy === undefined ||
					typeof node.methods?.credentialTest?.[entry.testedBy] === 'function',
			}),
		),
		hasBody: ['execute', 'trigger', 'webhook', 'poll'].some((method) => typeof node[method] === 'function'),
	};
});

process.stdout.write(
	JSON.stringify({
		nodes: described,
		credentials: credentials.map(({ file, credential }) => ({
			file,
			name: credential.name,
			icon: credential.icon,
		})),
		loaded: Object.keys(require.cache).filter((file) => !hostModules.has(file)),
		ms: loadedAt - before.at,
		heapMb: (after.heapUsed - before.heapUsed) / MB,
		rssMb: (after.rss - before.rss) / MB,
	}),
);
