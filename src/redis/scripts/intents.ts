import { script } from './script';

/** Empty when the intent's own time is up, though Redis may still have it. */
const LIVE = `
local expires = redis.call('HGET', KEYS[1], 'expires')
local live = expires and tonumber(expires) > tonumber(ARGV[1])
`;

/**
 * KEYS 1 intent. ARGV 1 now, 2 ms until the key may go, 3… field, value, ….
 * Answers the existing intent as a flat list, or nothing when this one was written. Of many, exactly one is the first.
 */
export const reserveIntent = script(
	'reserveIntent',
	`${LIVE}
if live then return redis.call('HGETALL', KEYS[1]) end
redis.call('DEL', KEYS[1])
for n = 3, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[n], ARGV[n + 1]) end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return {}
`,
);

/** KEYS 1 intent. ARGV 1 now, 2… field, value, …. Changes nothing when there is none any more. */
export const updateIntent = script(
	'updateIntent',
	`${LIVE}
if not live then return 0 end
for n = 2, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[n], ARGV[n + 1]) end
return 1
`,
);

/** KEYS 1 intent. Answers the account of what was deleted, or ''. */
export const deleteIntent = script(
	'deleteIntent',
	`
local account = redis.call('HGET', KEYS[1], 'account')
redis.call('DEL', KEYS[1])
return account or ''
`,
);

/** KEYS 1 sorted set by expiry. ARGV 1 now, 2 ms until the key may go, 3 expiry, 4 member. Forgets what has expired. */
export const indexUntil = script(
	'indexUntil',
	`
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[1])
redis.call('ZADD', KEYS[1], ARGV[3], ARGV[4])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
`,
);
