/**
 * Milliseconds since 1970 in the variable `now`: the argument, or Redis' own clock when it is empty. One clock for all
 * hosts: with clocks of their own a host whose clock runs ahead would take a lease that is still being used.
 */
export const NOW = `
local now = tonumber(ARGV[1])
if not now then
	local time = redis.call('TIME')
	now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end
`;
