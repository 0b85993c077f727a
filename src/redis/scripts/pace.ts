import { NOW } from './now';
import { script } from './script';

/**
 * KEYS 1 pauses, 2 chats, 3… one per window.
 * ARGV 1 now or '', 2 points, 3 a name nobody else uses, 4 chat or '', 5 gap in ms, 6 happened (0/1), 7 number of windows,
 * then per window its points and its ms, then the names of the pauses to keep.
 * Answers ms to wait, or 0: taken. What has happened is counted whether it fits or not. Points of the future were taken
 * before Redis' clock was set back: they count from now on, else nothing would be sent for as long as it was set back.
 */
export const take = script(
	'take',
	`${NOW}
local points, name, chat, gap, happened, count =
	tonumber(ARGV[2]), ARGV[3], ARGV[4], tonumber(ARGV[5]), ARGV[6] == '1', tonumber(ARGV[7])
local wait = 0
for n = 1, count do
	local key, most, ms = KEYS[2 + n], tonumber(ARGV[6 + n * 2]), tonumber(ARGV[7 + n * 2])
	redis.call('ZREMRANGEBYSCORE', key, '-inf', now - ms)
	local over = redis.call('ZCARD', key) + math.min(points, most) - most
	if over > 0 then
		for _, point in ipairs(redis.call('ZRANGEBYSCORE', key, string.format('(%.0f', now), '+inf')) do
			redis.call('ZADD', key, now, point)
		end
		local leaves = redis.call('ZRANGE', key, over - 1, over - 1, 'WITHSCORES')
		if leaves[2] then wait = math.max(wait, tonumber(leaves[2]) + ms - now) end
	end
end
if chat ~= '' then wait = math.max(wait, tonumber(redis.call('ZSCORE', KEYS[2], chat) or 0) - now) end
for n = 8 + count * 2, #ARGV do
	wait = math.max(wait, tonumber(redis.call('HGET', KEYS[1], ARGV[n]) or 0) - now)
end
if wait > 0 and not happened then return math.ceil(wait) end
for n = 1, count do
	local key, ms = KEYS[2 + n], ARGV[7 + n * 2]
	for point = 1, points do redis.call('ZADD', key, now, name .. point) end
	redis.call('PEXPIRE', key, ms)
end
if chat ~= '' and gap > 0 then
	redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
	redis.call('ZADD', KEYS[2], now + gap, chat)
	if redis.call('PTTL', KEYS[2]) < gap then redis.call('PEXPIRE', KEYS[2], ARGV[5]) end
end
return 0
`,
);

/** KEYS 1 pauses. ARGV 1 now or '', 2 name, 3 ms. A shorter pause changes nothing. */
export const pause = script(
	'pause',
	`${NOW}
local until_ = now + tonumber(ARGV[3])
if until_ <= tonumber(redis.call('HGET', KEYS[1], ARGV[2]) or 0) then return 0 end
redis.call('HSET', KEYS[1], ARGV[2], string.format('%.0f', until_))
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[3]) then redis.call('PEXPIRE', KEYS[1], ARGV[3]) end
return 1
`,
);

/**
 * KEYS 1 pauses, 2… one per window. ARGV 1 now or '', 2… the windows' ms.
 * Answers {now, pauses, for each window its points: name, time, name, time…}.
 */
export const recall = script(
	'recall',
	`${NOW}
local windows = {}
for n = 2, #KEYS do
	windows[n - 1] = redis.call('ZRANGEBYSCORE', KEYS[n], now - tonumber(ARGV[n]), '+inf', 'WITHSCORES')
end
return {string.format('%.0f', now), redis.call('HGETALL', KEYS[1]), windows}
`,
);

/**
 * What somebody remembers of a window that Redis has forgotten; a point that is there stays as it is.
 * KEYS 1 window. ARGV 1 now or '', 2 its ms, then of each point: how long ago (ms), name.
 */
export const putPoints = script(
	'putPoints',
	`${NOW}
for n = 3, #ARGV, 2 do redis.call('ZADD', KEYS[1], 'NX', now - tonumber(ARGV[n]), ARGV[n + 1]) end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
`,
);

/** The same of chats. KEYS 1 chats. ARGV 1 now or '', then of each: for how much longer it is left alone (ms), chat. */
export const putChats = script(
	'putChats',
	`${NOW}
for n = 2, #ARGV, 2 do
	local left = tonumber(ARGV[n])
	if now + left > tonumber(redis.call('ZSCORE', KEYS[1], ARGV[n + 1]) or 0) then
		redis.call('ZADD', KEYS[1], now + left, ARGV[n + 1])
	end
	if redis.call('PTTL', KEYS[1]) < left then redis.call('PEXPIRE', KEYS[1], math.ceil(left)) end
end
return 1
`,
);
