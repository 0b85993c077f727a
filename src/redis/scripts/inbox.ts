import { script } from './script';

/**
 * KEYS 1 inbox. ARGV 1 most unread messages, 2 ms until the inbox may go, 3 message.
 * Answers 1, or 0 when the inbox is full: whoever reads it takes each message out.
 */
export const post = script(
	'post',
	`
if redis.call('XLEN', KEYS[1]) >= tonumber(ARGV[1]) then return 0 end
redis.call('XADD', KEYS[1], '*', 'm', ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
`,
);
