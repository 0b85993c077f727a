import { createHash } from 'node:crypto';

/** A Lua script Redis runs as one indivisible step. Its header names keys, arguments, answer and promise. */
export interface Script {
	/** for people: stands in error messages */
	name: string;
	lua: string;
	sha: string;
}

export function script(name: string, lua: string): Script {
	return { name, lua, sha: createHash('sha1').update(lua).digest('hex') };
}
