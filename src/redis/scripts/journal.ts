import { script } from './script';

/**
 * Refuses who believes in another life of this Redis than the account's (EPOCH): in one that came back empty nobody has
 * entered the account yet. Refuses an older token than the account has seen (FENCED), remembers a newer one. Needs
 * `account`, `epoch` and `token`; the account's last number is `known[3]` afterwards, `known[4]` what `BEGIN` wrote.
 */
const PASS_FENCE = `
local known = redis.call('HMGET', account, 'epoch', 'fence', 'seq', 'begun')
if known[1] ~= epoch then return redis.error_reply('EPOCH is another one') end
local fence = known[2] and tonumber(known[2])
if fence and tonumber(token) < fence then return redis.error_reply('FENCED by a newer reader') end
if not fence or tonumber(token) > fence then redis.call('HSET', account, 'fence', token) end
`;

/**
 * Before a state is written: notes with which token the line of states began, if there was none. From then on nothing was left
 * out; 0 = an earlier version began it, nobody knows when. Of two lines the older one covers the younger.
 */
const BEGIN = `
if not known[4] then
	redis.call('HSET', account, 'begun', redis.call('HEXISTS', account, 'state') == 1 and 0 or token)
end
`;

/**
 * KEYS 1 account, 2 journal, 3 held, 4 seen, 5 chats.
 * ARGV 1 token, 2 epoch, 3 ms until the keys may go, 4 state: '' = unchanged, else JSON, 5 the last number that the reader
 * has been given, then what was asked for at one time, once or several times: that time, number of events, then per event:
 * id, chat, provider time, recovered (0/1) with `<held until>|<held by>` behind it if it is held, event as JSON or ''.
 * Answers a number per event: 0 = known already, its seq, or -seq when it is late.
 * Events and state are written together or not at all; numbers follow one another without gaps. The journal's own last
 * id is asked when the account's hash has lost its count, so that a number is never given twice; a journal that is behind
 * its reader is refused (EPOCH). What is the same for all is read and written once.
 */
export const append = script(
	'append',
	`
local account, journal, held, seen, chats = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local token, epoch, keep, state, given = ARGV[1], ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[5])
${PASS_FENCE}
local seq = tonumber(known[3] or -1)
if seq < 0 then
	seq = 0
	if redis.call('EXISTS', journal) == 1 then
		local info = redis.call('XINFO', 'STREAM', journal)
		for field = 1, #info, 2 do
			if info[field] == 'last-generated-id' then seq = tonumber(string.match(info[field + 1], '^%d+')) end
		end
	end
end
if seq < given then return redis.error_reply('EPOCH has lost its last numbers') end
local call, argv = redis.call, ARGV
local before, anyHeld, answer, n = seq, false, {}, 0
local newest, moved, anyMoved = {}, {}, false
local base, last = 5, #argv
while base < last do
	local now, count = argv[base + 1], tonumber(argv[base + 2])
	base = base + 2
	for _ = 1, count do
		n = n + 1
		if call('ZADD', seen, 'NX', now, argv[base + 1]) == 0 then
			answer[n] = 0
		else
			local chat, time, flags = argv[base + 2], argv[base + 3], argv[base + 4]
			local at, late, recovered, hold = tonumber(time), '0', flags, ''
			if #flags > 1 then recovered, hold = string.sub(flags, 1, 1), string.sub(flags, 2) end
			local than = newest[chat]
			if than == nil then
				local score = call('ZSCORE', chats, chat)
				than = score and tonumber(score)
			end
			if not than or at > than then
				than = at
				moved[chat], anyMoved = time, true
			elseif at < than and recovered == '1' then
				late = '1'
			end
			newest[chat] = than
			seq = seq + 1
			call('XADD', journal, string.format('%.0f-0', seq),
				'i', argv[base + 1], 'c', chat, 'a', time, 'r', now, 'f', recovered .. late, 'e', argv[base + 5])
			if hold ~= '' then
				call('HSET', held, seq, hold)
				anyHeld = true
			end
			answer[n] = late == '1' and -seq or seq
		end
		base = base + 5
	end
end
if anyMoved then
	local scores = {}
	for chat, at in pairs(moved) do
		scores[#scores + 1] = at
		scores[#scores + 1] = chat
		if #scores == 1000 then
			call('ZADD', chats, unpack(scores))
			scores = {}
		end
	end
	if #scores > 0 then call('ZADD', chats, unpack(scores)) end
end
if seq ~= before then
	call('PEXPIRE', journal, keep)
	call('PEXPIRE', seen, keep)
	call('PEXPIRE', chats, keep)
	if anyHeld then call('PEXPIRE', held, keep) end
end
if state ~= '' then
	${BEGIN}
	call('HSET', account, 'seq', seq, 'state', state)
elseif seq ~= before then
	call('HSET', account, 'seq', seq)
end
call('PEXPIRE', account, keep)
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
if ARGV[3] == '' then
	redis.call('HDEL', account, 'state', 'begun')
else
	${BEGIN}
	redis.call('HSET', account, 'state', ARGV[3])
end
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
