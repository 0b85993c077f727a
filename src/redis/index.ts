/**
 * What several processes share: the store over Redis, and calls between processes. Level 1, used through the contract's
 * interfaces and wired by `app`; the only room that knows Redis and its library. Importing it does not load the library
 * and connects to nothing. Knows nothing of messengers or n8n.
 *
 * A Redis that comes back empty is filled again from the mirrors of the processes that read for accounts, have triggers on
 * them (`openRedisStore` with `mirror`) or connect with their sessions, and from what each process took of budgets. What it
 * cannot guarantee: without any mirror triggers go on from now, and `status` says so; a mirror in memory (a process that
 * only sends) ends with its process. A failover
 * that drops the last writes may drop a lease: whoever held it goes on until its next renewal, new ones wait for one
 * lease. In a cluster only the loss of the server that has the epoch is noticed, and a restart of any of them is not.
 */
export { openRedisCalls, type RedisCallsOptions } from './calls';
export { orFromFile } from './environment';
export { openRedisStore, type RedisStoreOptions } from './open';
export { redisSettings, type Environment, type RedisSettings } from './settings';
