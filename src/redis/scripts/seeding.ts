import { script } from './script';

/**
 * KEYS 1 account, 2 its reader lease. ARGV 1 state as JSON, 2 token with which its line of states began.
 * Puts the state in, unless there is one whose line began no later: that one leaves nothing out that this one would bring.
 * Whoever reads goes on from another one: what it appends from here on is refused, and its lease ends, so that it begins
 * anew from this state. Answers 1, or 0 when another state stays.
 */
export const putState = script(
	'putState',
	`
local known = redis.call('HMGET', KEYS[1], 'state', 'begun')
if known[1] and tonumber(known[2] or 0) <= tonumber(ARGV[2]) then return 0 end
redis.call('HINCRBY', KEYS[1], 'fence', 1)
redis.call('HSET', KEYS[1], 'state', ARGV[1], 'begun', ARGV[2])
redis.call('HDEL', KEYS[2], 'holder', 'expires')
return 1
`,
);
