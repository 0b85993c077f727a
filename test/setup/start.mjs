// What `npm start` and `npm run dev` need before the starter itself: Node 24, dist, n8n.
import { checkNode, ensureBuild, ensureN8nHost } from './index.mjs';

try {
	checkNode();
	await ensureBuild();
	await ensureN8nHost();
} catch (error) {
	process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
	process.exitCode = 1;
}
