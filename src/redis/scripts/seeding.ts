import { script } from './script';

/**
 * KEYS 1 account, 2 its reader lease. ARGV 1 state as JSON, 2 '1' = also where there is one.
 * Puts the state in. Whoever reads goes on from another one: what it appends from here on is refused, and its lease ends,
 * so that it begins anew from this state. Answers 1, or 0 when another state stays.
 */
export const putState = script(
	'putState',
	`
if ARGV[2] ~= '1' and redis.call('HEXISTS', KEYS[1], 'state') == 1 then return 0 end
redis.call('HINCRBY', KEYS[1], 'fence', 1)
redis.call('HSET', KEYS[1], 'state', ARGV[1])
redis.call('HDEL', KEYS[2], 'holder', 'expires')
return 1
`,
);
