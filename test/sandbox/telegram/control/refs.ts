import { z } from '#lib/zod';
import { bareId, kindOf, marked } from '../state/model';
import type { Copy, Marked, Person } from '../state/model';
import { boxOf, byPhone, byUsername } from '../state/people';
import type { World } from '../state/world';

/** A user: id, `@username` or `+phone`. */
export const userRef = z.union([z.string(), z.number()]).transform(String);

/** Any peer: marked id, `@username` or `+phone`. */
export const peerRef = userRef;

/** 64-bit numbers travel as decimal text. */
export const idText = z.union([z.string(), z.number()]).transform((value) => BigInt(value));

export function peerFor(world: World, ref: string): Marked {
	if (ref.startsWith('@')) {
		const found = byUsername(world, ref.slice(1));
		if (found !== undefined) return found;
	} else if (ref.startsWith('+')) {
		const found = byPhone(world, ref);
		if (found !== undefined) return marked.user(found.id);
	} else if (/^-?\d+$/.test(ref)) {
		const peer = BigInt(ref);
		if (world.chats.has(peer) || world.people.has(peer)) return peer;
	}
	throw new Error(`no peer ${ref}`);
}

export function personFor(world: World, ref: string): Person {
	const peer = peerFor(world, ref);
	if (kindOf(peer) !== 'user') throw new Error(`${ref} is no user`);
	return world.person(bareId(peer));
}

/** A message by its number in the box of `owner` (a channel's own box for channels). */
export function copyFor(world: World, owner: Person, peer: Marked, id: number): Copy {
	const copy = boxOf(world, owner, peer).messages.get(id);
	if (copy === undefined) throw new Error(`no message ${id} in ${peer}`);
	return copy;
}
