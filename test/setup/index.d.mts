// Types of the set-up's door, for the TypeScript tests that import it. Each function is described in index.mjs.
export const root: string;
export const REQUIRED_NODE_MAJOR: number;
export class SetupError extends Error {}
export function say(line: string): void;
export function projectEnv(extra?: NodeJS.ProcessEnv): NodeJS.ProcessEnv;
export function checkNode(): void;
export function ensureDependencies(): Promise<void>;
export function ensureBuild(): Promise<void>;
/** The folder with `node_modules/n8n`. */
export function ensureN8nHost(): Promise<string>;
