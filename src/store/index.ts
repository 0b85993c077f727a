/**
 * What must survive a restart: journal, engine states, consumers, intents, waits, values, sealed secrets, leases. One
 * set of SQL operations on two beds, a file or memory. Level 1, used by the pool and wired by `app`; knows the
 * contract and the runtime, nothing of messengers or n8n. Importing it loads no SQLite.
 */
export { openForMove, type LeaveOptions } from './leave';
export { mirrorPlace } from './mirror';
export { openMemoryStore, openSqliteStore, openStore } from './open';
export type { FileStoreOptions, OpenStoreOptions, StoreServices } from './open';
export { seal, unseal, type SealContext } from './seal';
