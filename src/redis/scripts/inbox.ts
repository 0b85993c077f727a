import { script } from './script';

/**
 * KEYS 1 inbox. ARGV 1 most unread messages, 2 ms until the inbox may go, 3… messages.
 * Answers how many of them, from the first on, have found room: whoever reads the inbox takes each message out.
 */
export const post = script(
	'post',
	`
local inbox = KEYS[1]
local taken = math.max(0, math.min(#ARGV - 2, tonumber(ARGV[1]) - redis.call('XLEN', inbox)))
for n = 1, taken do redis.call('XADD', inbox, '*', 'm', ARGV[n + 2]) end
if taken > 0 then redis.call('PEXPIRE', inbox, ARGV[2]) end
return taken
`,
);

/**
 * KEYS 1 inbox. ARGV 1 id of the last message that arrived, 2 ms until the inbox may go, 3 name of the group that reads.
 * Whatever came after that message is handed out from now on, whether it has been before or not. Makes what is missing.
 */
export const begin = script(
	'begin',
	`
local inbox, after = KEYS[1], ARGV[1]
local made = redis.pcall('XGROUP', 'CREATE', inbox, ARGV[3], after, 'MKSTREAM')
if made.err then redis.call('XGROUP', 'SETID', inbox, ARGV[3], after) end
redis.call('PEXPIRE', inbox, ARGV[2])
return 1
`,
);

/**
 * KEYS 1 processes. ARGV 1 address, 2 ms after which a process that was not seen is forgotten.
 * Notes that this process is there, by Redis' own clock. Answers all that are, this one included. Who was seen in the
 * future was seen before that clock was set back: from now on it counts as anybody.
 */
export const appear = script(
	'appear',
	`
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
redis.call('ZADD', KEYS[1], now, ARGV[1])
for _, other in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], string.format('(%.0f', now), '+inf')) do
	redis.call('ZADD', KEYS[1], now, other)
end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - tonumber(ARGV[2]))
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return redis.call('ZRANGE', KEYS[1], 0, -1)
`,
);
