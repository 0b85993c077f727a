import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// Before n8n-core is loaded: it reads its folder once and writes a settings file into it.
process.env['N8N_USER_FOLDER'] ??= mkdtempSync(join(tmpdir(), 'messenger-accounts-n8n-'));

// Every failed node is logged otherwise; the tests look at the errors themselves.
process.env['N8N_LOG_LEVEL'] ??= 'silent';

const core = await import('n8n-core');
const workflow = await import('n8n-workflow');

// The other engine needs an isolate service of a running n8n.
workflow.Expression.setExpressionEngine('legacy');

export { core, workflow };
