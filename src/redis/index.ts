/**
 * What several processes share: the store over Redis, and calls between processes. Level 1, used through the contract's
 * interfaces and wired by `app`; the only room that knows Redis and its library. Importing it does not load the library
 * and connects to nothing. Knows nothing of messengers or n8n.
 */
export { openRedisCalls, type RedisCallsOptions } from './calls';
export { orFromFile } from './environment';
export { openRedisStore, type RedisStoreOptions } from './open';
export { redisSettings, type Environment, type RedisSettings } from './settings';
