import { script } from './script';

/** KEYS 1 hash. ARGV 1 ms until the key may go, 2… field, value, …. Writes and prolongs. */
export const putFields = script(
	'putFields',
	`
for n = 2, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[n], ARGV[n + 1]) end
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return 1
`,
);

/** KEYS 1 set. ARGV 1 ms until the key may go, 2… members. */
export const addMembers = script(
	'addMembers',
	`
for n = 2, #ARGV do redis.call('SADD', KEYS[1], ARGV[n]) end
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return 1
`,
);

/** KEYS 1 hash. ARGV field, value it must still have, …. Removes those, e.g. expired ones nobody has written anew. */
export const removeUnchanged = script(
	'removeUnchanged',
	`
local removed = 0
for n = 1, #ARGV, 2 do
	if redis.call('HGET', KEYS[1], ARGV[n]) == ARGV[n + 1] then
		removed = removed + redis.call('HDEL', KEYS[1], ARGV[n])
	end
end
return removed
`,
);

/**
 * KEYS 1 values. ARGV 1 name, 2 by, 3 now, 4 when a new counter ends, 5 ms until the key may go.
 * Answers the new value as text. A counter's life begins with its first increment; a value that is no number is refused
 * (NOTACOUNTER) and stays.
 */
export const increment = script(
	'increment',
	`
local known = redis.call('HGET', KEYS[1], ARGV[1])
local expires, value = ARGV[4], 0
if known then
	local at, text = string.match(known, '^(%d*)|(.*)$')
	if at == '' or tonumber(at) > tonumber(ARGV[3]) then
		expires, value = at, tonumber(text)
		if not value then return redis.error_reply('NOTACOUNTER but another value') end
	end
end
local text = string.format('%.17g', value + tonumber(ARGV[2]))
redis.call('HSET', KEYS[1], ARGV[1], expires .. '|' .. text)
redis.call('PEXPIRE', KEYS[1], ARGV[5])
return text
`,
);
