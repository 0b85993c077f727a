import { script } from './script';

/**
 * Refuses who believes in another life of this Redis than the account's (EPOCH): in one that came back empty nobody has
 * entered the account yet. Refuses an older token than the account has seen (FENCED), remembers a newer one. Needs
 * `account`, `epoch` and `token`.
 */
const PASS_FENCE = `
if redis.call('HGET', account, 'epoch') ~= epoch then return redis.error_reply('EPOCH is another one') end
local fence = redis.call('HGET', account, 'fence')
if fence and tonumber(token) < tonumber(fence) then return redis.error_reply('FENCED by a newer reader') end
if not fence or tonumber(token) > tonumber(fence) then redis.call('HSET', account, 'fence', token) end
`;

/**
 * KEYS 1 account, 2 journal, 3 held, 4 seen, 5 chats.
 * ARGV 1 token, 2 now, 3 ms until the keys may go, 4 state: '' = unchanged, else JSON, 5 number of events, 6 epoch, then
 * per event: id, chat, provider time, recovered (0/1), held by or '', held until, event as JSON or ''.
 * Answers a number per event: 0 = known already, its seq, or -seq when it is late.
 * Events and state are written together or not at all; numbers follow one another without gaps. The journal's own last
 * id is asked when the account's hash has lost its count, so that a number is never given twice.
 */
export const append = script(
	'append',
	`
local account, journal, held, seen, chats = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local token, now, keep, state, count = ARGV[1], ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[5])
local epoch = ARGV[6]
${PASS_FENCE}
local seq = tonumber(redis.call('HGET', account, 'seq') or -1)
if seq < 0 then
	seq = 0
	if redis.call('EXISTS', journal) == 1 then
		local info = redis.call('XINFO', 'STREAM', journal)
		for field = 1, #info, 2 do
			if info[field] == 'last-generated-id' then seq = tonumber(string.match(info[field + 1], '^%d+')) end
		end
	end
end
local before, anyHeld, answer = seq, false, {}
for n = 1, count do
	local base = 6 + (n - 1) * 7
	local id, chat, at, recovered = ARGV[base + 1], ARGV[base + 2], ARGV[base + 3], ARGV[base + 4]
	if redis.call('ZADD', seen, 'NX', now, id) == 0 then
		answer[n] = 0
	else
		seq = seq + 1
		local late = '0'
		local newest = redis.call('ZSCORE', chats, chat)
		if not newest or tonumber(at) > tonumber(newest) then
			redis.call('ZADD', chats, at, chat)
		elseif recovered == '1' and tonumber(at) < tonumber(newest) then
			late = '1'
		end
		redis.call('XADD', journal, string.format('%.0f-0', seq),
			'i', id, 'c', chat, 'a', at, 'r', now, 'f', recovered .. late, 'e', ARGV[base + 7])
		if ARGV[base + 5] ~= '' then
			redis.call('HSET', held, seq, ARGV[base + 6] .. '|' .. ARGV[base + 5])
			anyHeld = true
		end
		answer[n] = late == '1' and -seq or seq
	end
end
if seq ~= before then
	redis.call('HSET', account, 'seq', seq)
	redis.call('PEXPIRE', journal, keep)
	redis.call('PEXPIRE', seen, keep)
	redis.call('PEXPIRE', chats, keep)
	if anyHeld then redis.call('PEXPIRE', held, keep) end
end
if state ~= '' then redis.call('HSET', account, 'state', state) end
redis.call('PEXPIRE', account, keep)
return answer
`,
);

/**
 * KEYS 1 account. ARGV 1 token, 2 ms until the key may go, 3 state as JSON or '' = none, 4 epoch.
 */
export const saveState = script(
	'saveState',
	`
local account, token, epoch = KEYS[1], ARGV[1], ARGV[4]
${PASS_FENCE}
if ARGV[3] == '' then redis.call('HDEL', account, 'state') else redis.call('HSET', account, 'state', ARGV[3]) end
redis.call('PEXPIRE', account, ARGV[2])
return 1
`,
);

/**
 * KEYS 1 journal, 2 held. ARGV 1 first seq, 2 how many.
 * Answers {stream entries, held as a flat list}: both as of one moment.
 */
export const read = script(
	'read',
	`
return {
	redis.call('XRANGE', KEYS[1], ARGV[1] .. '-0', '+', 'COUNT', ARGV[2]),
	redis.call('HGETALL', KEYS[2]),
}
`,
);

/** KEYS 1 journal, 2 held. ARGV the seqs. Answers like \`read\`. */
export const readSome = script(
	'readSome',
	`
local entries = {}
for _, seq in ipairs(ARGV) do
	local found = redis.call('XRANGE', KEYS[1], seq .. '-0', seq .. '-0')
	if found[1] then entries[#entries + 1] = found[1] end
end
return {entries, redis.call('HGETALL', KEYS[2])}
`,
);

/**
 * KEYS 1 journal, 2 held. ARGV 1 seq, 2 'release' or 'consume', 3 ms until the keys may go.
 * A stream's entry cannot be changed: a consumed one leaves it, text and all, and what remains (its number and id)
 * stands under \`x<seq>\` beside it.
 */
export const settleHeld = script(
	'settleHeld',
	`
redis.call('HDEL', KEYS[2], ARGV[1])
if ARGV[2] == 'release' then return 1 end
local id = ARGV[1] .. '-0'
local found = redis.call('XRANGE', KEYS[1], id, id)
if not found[1] then return 0 end
local f = found[1][2]
redis.call('XDEL', KEYS[1], id)
redis.call('HSET', KEYS[2], 'x' .. ARGV[1], cjson.encode({f[2], f[4], f[6], f[8], f[10]}))
redis.call('PEXPIRE', KEYS[2], ARGV[3])
return 1
`,
);

/**
 * KEYS 1 journal, 2 held. ARGV 1 first seq, 2 how many.
 * Answers {per entry {seq, recorded at, has an event 0/1, event id}, held as a flat list}: without the texts.
 */
export const outline = script(
	'outline',
	`
local lines = {}
for n, entry in ipairs(redis.call('XRANGE', KEYS[1], ARGV[1] .. '-0', '+', 'COUNT', ARGV[2])) do
	local f = entry[2]
	lines[n] = {string.match(entry[1], '^%d+'), f[8], f[12] == '' and 0 or 1, f[2]}
end
return {lines, redis.call('HGETALL', KEYS[2])}
`,
);

/** KEYS 1 journal, 2 held. ARGV the seqs that go. */
export const remove = script(
	'remove',
	`
for _, seq in ipairs(ARGV) do
	redis.call('XDEL', KEYS[1], seq .. '-0')
	redis.call('HDEL', KEYS[2], seq, 'x' .. seq)
end
return #ARGV
`,
);

/** KEYS any of one slot. ARGV 1 ms until they may go. Prolongs what exists. */
export const prolong = script(
	'prolong',
	`
for _, key in ipairs(KEYS) do redis.call('PEXPIRE', key, ARGV[1]) end
return 1
`,
);
