// The door of the set-up: what a fresh clone needs before anything else can run. Tests, the starter and the CI
// import this file; each function is quick when there is nothing to do.
export { ensureBuild } from './build.mjs';
export { REQUIRED_NODE_MAJOR, checkNode, ensureDependencies } from './dependencies.mjs';
export { ensureN8nHost } from './n8n-host.mjs';
export { SetupError, projectEnv, root, say } from './process.mjs';
export { ensureRegistryHost, ensureTelegramPeers } from './side-install.mjs';
export { ensureSystemPackages, findProgram } from './system-packages.mjs';
