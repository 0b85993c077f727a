import { NOW } from './now';
import { script } from './script';

/**
 * KEYS 1 epoch. ARGV 1 id for a new epoch, 2 its creation time for people (ms), 3 the server's run id or '' = unknown,
 * 4 ms until the key may go, 5 number of a new life, 6 id of the life that somebody knows to have lost writes, or ''.
 * Answers {id, created, ms since the data or the server changed, by Redis' own clock, number of this life, 1 = its data is
 * older than it was}.
 * A Redis without an epoch is new or has lost its data: it gets one. So does one whose data is older than it was; the data
 * stays. A server that is not the one of the last time has restarted or failed over, and may have lost its last writes,
 * leases among them: the time counts anew. So it does when the clock was set back behind its beginning.
 */
export const enter = script(
	'enter',
	`
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
if redis.call('EXISTS', KEYS[1]) == 0 then
	redis.call('HSET', KEYS[1], 'id', ARGV[1], 'created', ARGV[2], 'run', ARGV[3], 'since', now, 'life', ARGV[5])
elseif redis.call('HGET', KEYS[1], 'id') == ARGV[6] then
	local life = math.max(tonumber(redis.call('HGET', KEYS[1], 'life') or 0) + 1, tonumber(ARGV[5]))
	redis.call('HSET', KEYS[1], 'id', ARGV[1], 'run', ARGV[3], 'since', now, 'life', life, 'older', 1)
	redis.call('HDEL', KEYS[1], 'restored')
elseif redis.call('HGET', KEYS[1], 'run') ~= ARGV[3] or tonumber(redis.call('HGET', KEYS[1], 'since')) > now then
	redis.call('HSET', KEYS[1], 'run', ARGV[3], 'since', now)
end
redis.call('PEXPIRE', KEYS[1], ARGV[4])
local known = redis.call('HMGET', KEYS[1], 'id', 'created', 'since', 'life', 'older')
return {known[1], known[2], now - tonumber(known[3]), known[4] or '0', known[5] or '0'}
`,
);

/** KEYS 1 epoch. ARGV 1 now or ''. Whoever enters from here on waits as after a restart: leases have ended too early. */
export const again = script(
	'again',
	`${NOW}
if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('HSET', KEYS[1], 'since', now) end
return 1
`,
);

/** KEYS 1 epoch. ARGV 1 id of a life. Notes that what was lost before it is back, unless it is over, too. */
export const restored = script(
	'restored',
	`
if redis.call('HGET', KEYS[1], 'id') == ARGV[1] then redis.call('HSET', KEYS[1], 'restored', 1) end
return 1
`,
);

/**
 * KEYS 1 moving. ARGV 1 token of a turn, 2 its life in ms.
 * Prolongs the turn if it is still that one's. Answers 1, or 0 when it is over or somebody else's.
 */
export const holdTurn = script(
	'holdTurn',
	`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
`,
);

/** KEYS 1 moving. ARGV 1 token of a turn. Ends the turn if it is still that one's. */
export const endTurn = script(
	'endTurn',
	`
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 1
`,
);

/**
 * KEYS 1 account, 2 (single server only) epoch. ARGV 1 now or '', 2 epoch believed in, 3 number of this life if data was
 * lost, else '', 4 ms until the key may go.
 * The account belongs to this epoch from here on; refused (EPOCH) when Redis has another one by now. After a loss the
 * tokens of all readers before are refused, whether or not anybody knows them any more: tokens are hardly ahead of the time.
 * And its numbers go on above those of every life before, which others may still have in hand.
 * What is there of another epoch is marked as such (\`was\`) until somebody reads in this one.
 */
export const enterAccount = script(
	'enterAccount',
	`${NOW}
if KEYS[2] and redis.call('HGET', KEYS[2], 'id') ~= ARGV[2] then return redis.error_reply('EPOCH is another one') end
local before = redis.call('HGET', KEYS[1], 'epoch')
redis.call('HSET', KEYS[1], 'epoch', ARGV[2])
if before and before ~= ARGV[2] then
	redis.call('HSET', KEYS[1], 'was', before)
	redis.call('HSET', KEYS[1], 'fence', math.max(tonumber(redis.call('HGET', KEYS[1], 'fence') or 0), now) + 1000)
elseif ARGV[3] ~= '' then
	redis.call('HSETNX', KEYS[1], 'fence', now + 1000)
	if not before and tonumber(redis.call('HGET', KEYS[1], 'seq') or 0) < tonumber(ARGV[3]) then
		redis.call('HSET', KEYS[1], 'seq', ARGV[3])
	end
end
if redis.call('PTTL', KEYS[1]) < 0 then redis.call('PEXPIRE', KEYS[1], ARGV[4]) end
return 1
`,
);
