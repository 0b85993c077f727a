import { NOW } from './now';
import { script } from './script';

/**
 * KEYS 1 lease, 2 (reader leases only) account.
 * ARGV 1 now or '', 2 holder, 3 life in ms, 4 ms until Redis may forget a lease nobody holds.
 * Answers {1, token, now} or {0, ms left, now, holder}.
 * A live lease is refused to everybody, also to a holder of the same name. One that has more left than its whole life was
 * written before Redis' clock was set back: it lives once more, unless its holder renews it. The token is greater than every token this
 * lease and this account ever had, even if Redis has forgotten them: it is at least the time. Acquiring a reader lease
 * fences the appends of the reader before, at once.
 */
export const acquire = script(
	'acquire',
	`${NOW}
local held = redis.call('HMGET', KEYS[1], 'holder', 'expires', 'token', 'life')
if held[1] and tonumber(held[2]) > now then
	local left, life = tonumber(held[2]) - now, tonumber(held[4] or ARGV[3])
	if left > life then
		left = life
		redis.call('HSET', KEYS[1], 'expires', now + left)
	end
	return {0, left, now, held[1]}
end
local token = math.max(now, tonumber(held[3] or 0) + 1)
if KEYS[2] then
	token = math.max(token, tonumber(redis.call('HGET', KEYS[2], 'fence') or 0) + 1)
	redis.call('HSET', KEYS[2], 'fence', token)
	redis.call('HDEL', KEYS[2], 'was')
	if redis.call('PTTL', KEYS[2]) < 0 then redis.call('PEXPIRE', KEYS[2], ARGV[4]) end
end
redis.call('HSET', KEYS[1], 'holder', ARGV[2], 'expires', now + tonumber(ARGV[3]), 'token', token, 'life', ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return {1, token, now}
`,
);

/**
 * KEYS the leases. ARGV 1 now or '', 2 life in ms, 3 as \`acquire\` 4, 4… their tokens.
 * Answers now, then the positions (from 1) of those that are no longer held with this token. A lease that has expired is
 * lost, even if nobody has taken it: its holder has stopped using it by then.
 */
export const renew = script(
	'renew',
	`${NOW}
local reply = {now}
for position, key in ipairs(KEYS) do
	local held = redis.call('HMGET', key, 'holder', 'expires', 'token', 'life')
	if held[1] and held[3] == ARGV[3 + position] and tonumber(held[2]) > now then
		redis.call('HSET', key, 'expires', now + tonumber(ARGV[2]))
		if held[4] ~= ARGV[2] then redis.call('HSET', key, 'life', ARGV[2]) end
		redis.call('PEXPIRE', key, ARGV[3])
	else
		reply[#reply + 1] = position
	end
end
return reply
`,
);

/**
 * KEYS 1 lease. ARGV 1 field to compare (token or holder), 2 its value.
 * Ends the lease if it is that one's; the token stays, so that the next one is greater.
 */
export const release = script(
	'release',
	`
if redis.call('HGET', KEYS[1], ARGV[1]) == ARGV[2] then redis.call('HDEL', KEYS[1], 'holder', 'expires') end
return 1
`,
);

/**
 * KEYS 1 lease. ARGV 1 now or '', 2 a token or ''.
 * Answers 1 when the lease is live with another token: somebody else has it.
 */
export const heldElsewhere = script(
	'heldElsewhere',
	`${NOW}
local held = redis.call('HMGET', KEYS[1], 'holder', 'expires', 'token')
if held[1] and tonumber(held[2]) > now and held[3] ~= ARGV[2] then return 1 end
return 0
`,
);

/** KEYS 1 lease. ARGV 1 now or ''. Answers who holds it now, or ''. */
export const holderOf = script(
	'holderOf',
	`${NOW}
local held = redis.call('HMGET', KEYS[1], 'holder', 'expires')
if held[1] and tonumber(held[2]) > now then return held[1] end
return ''
`,
);
