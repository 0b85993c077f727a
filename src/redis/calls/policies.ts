import { accountPolicySchema, type AccountPolicy } from '../../contract/schemas';

/** Policies that are remembered as they were read; then they are forgotten all at once. */
const MOST = 1_000;

/**
 * A credential's policy is half of a call, and the same from call to call: it travels on a line of its own, is written
 * once for all calls of an execution, and an owner parses each only once.
 */
const written = new WeakMap<AccountPolicy, string>();
const read = new Map<string, AccountPolicy>();

/** One line of JSON. */
export function writePolicy(policy: AccountPolicy): string {
	const known = written.get(policy);
	if (known !== undefined) return known;
	const line = JSON.stringify(policy);
	written.set(policy, line);
	return line;
}

/** @returns shared by all who read the same line. @throws for what is no policy */
export function readPolicy(line: string): AccountPolicy {
	const known = read.get(line);
	if (known !== undefined) return known;
	const policy = accountPolicySchema.parse(JSON.parse(line));
	if (read.size >= MOST) read.clear();
	read.set(line, policy);
	return policy;
}
