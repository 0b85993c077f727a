import { script } from './script';

/** All four stand in the consumer's slot: KEYS 1 consumer, 2 acknowledged, 3 emits, 4 gaps. */

/**
 * ARGV 1 account, 2 record as JSON, 3 the seq a new consumer starts after, 4 ms until the keys may go, 5 its `notBefore`.
 * Answers the account it belonged to before, or ''. One that is new, or moved to another account, starts anew. Of several
 * beginnings the first one counts: whoever takes it for new, where it was forgotten, knows less than whoever remembers it.
 */
export const saveConsumer = script(
	'saveConsumer',
	`
local before = redis.call('HGET', KEYS[1], 'account')
if before ~= ARGV[1] then
	redis.call('DEL', KEYS[2], KEYS[3], KEYS[4])
	redis.call('HSET', KEYS[1], 'watermark', ARGV[3], 'begun', ARGV[3], 'from', ARGV[5])
else
	local from = redis.call('HGET', KEYS[1], 'from')
	if not from or tonumber(ARGV[5]) < tonumber(from) then redis.call('HSET', KEYS[1], 'from', ARGV[5]) end
end
redis.call('HSET', KEYS[1], 'account', ARGV[1], 'record', ARGV[2])
for _, key in ipairs(KEYS) do redis.call('PEXPIRE', key, ARGV[4]) end
return before or ''
`,
);

/** Answers {{account, record, watermark, from}, acknowledged, emits as a flat list, gaps as a flat list}. */
export const loadConsumer = script(
	'loadConsumer',
	`
return {
	redis.call('HMGET', KEYS[1], 'account', 'record', 'watermark', 'from'),
	redis.call('ZRANGE', KEYS[2], 0, -1),
	redis.call('HGETALL', KEYS[3]),
	redis.call('HGETALL', KEYS[4]),
}
`,
);

/**
 * ARGV 1 seq, 2 \`notBefore\`. It was taken for a new one and is not: it has begun after this entry, and with this time. What
 * was journalled before somebody took it for new is before it again; what it has done since stays done.
 */
export const giveBackBeginning = script(
	'giveBackBeginning',
	`
local known = redis.call('HMGET', KEYS[1], 'watermark', 'begun')
redis.call('HSET', KEYS[1], 'from', ARGV[2])
local start, watermark, begun = tonumber(ARGV[1]), tonumber(known[1] or -1), tonumber(known[2] or -1)
if begun <= start then return 0 end
for seq = begun + 1, watermark do redis.call('ZADD', KEYS[2], seq, seq) end
redis.call('HSET', KEYS[1], 'watermark', start, 'begun', start)
redis.call('PEXPIRE', KEYS[2], redis.call('PTTL', KEYS[1]))
return 1
`,
);

/**
 * ARGV 1 emit key, 2 record as JSON, 3 ms until the keys may go.
 * Refuses (NOCONSUMER) when the consumer is not remembered: nothing could be replayed. A key written again keeps its
 * place among those of the same time.
 */
export const recordEmit = script(
	'recordEmit',
	`
if redis.call('HEXISTS', KEYS[1], 'watermark') == 0 then return redis.error_reply('NOCONSUMER is remembered') end
local known = redis.call('HGET', KEYS[3], ARGV[1])
local place = known and string.match(known, '^%d+') or redis.call('HINCRBY', KEYS[1], 'emits', 1)
redis.call('HSET', KEYS[3], ARGV[1], place .. '|' .. ARGV[2])
redis.call('PEXPIRE', KEYS[3], ARGV[3])
return 1
`,
);

/**
 * ARGV 1 settled emit: '' or '=' and its key, 2 gap to be told: '' or JSON, 3 ms until the keys may go, 4… seqs.
 * Adds to the done numbers and moves the watermark over what is contiguous now. Nothing for a forgotten consumer.
 */
export const acknowledge = script(
	'acknowledge',
	`
local watermark = tonumber(redis.call('HGET', KEYS[1], 'watermark') or -1)
if watermark < 0 then return 0 end
if ARGV[1] ~= '' then redis.call('HDEL', KEYS[3], string.sub(ARGV[1], 2)) end
local seqs = {}
for n = 4, #ARGV do seqs[n - 3] = tonumber(ARGV[n]) end
table.sort(seqs)
local reached = watermark
for _, seq in ipairs(seqs) do
	if seq == reached + 1 then reached = seq
	elseif seq > reached then redis.call('ZADD', KEYS[2], seq, seq) end
end
while redis.call('ZSCORE', KEYS[2], reached + 1) do reached = reached + 1 end
if reached ~= watermark then
	redis.call('HSET', KEYS[1], 'watermark', reached)
	redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', reached)
end
if ARGV[2] ~= '' then redis.call('HSET', KEYS[4], redis.call('HINCRBY', KEYS[1], 'gaps', 1), ARGV[2]) end
for _, key in ipairs(KEYS) do redis.call('PEXPIRE', key, ARGV[3]) end
return 1
`,
);

/** ARGV 1 seq. Everything up to it is done, everything above is not, nothing is on its way. */
export const resetPosition = script(
	'resetPosition',
	`
redis.call('DEL', KEYS[2], KEYS[3], KEYS[4])
if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('HSET', KEYS[1], 'watermark', ARGV[1]) end
return 1
`,
);
