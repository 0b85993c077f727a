#!/usr/bin/env node
/**
 * `npx n8n-nodes-messenger-accounts`: logs in and checks the way to the messengers, without n8n. Level 4, beside the
 * bridge to n8n, of which it knows nothing: it runs where n8n-workflow is not installed.
 */
import { processTerminal } from '../runtime';
import { run } from './run';

const terminal = processTerminal();
void run(terminal).then((code) => {
	terminal.end(code);
});
