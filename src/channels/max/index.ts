/**
 * MAX as its own applications speak it: frames, transports, session, engine, commands, errors. Level 1: knows the
 * contract and the runtime; may be imported by `app` alone. Must not know n8n, the store or another messenger. This
 * door loads ws, msgpack, undici and zod: it is opened with the channel's first account.
 */
export { maxDriver } from './driver';
export type { MaxAccount } from './account';
