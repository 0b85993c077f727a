import { createHash } from 'node:crypto';
import type { Random } from '../../contract';
import type { Notes } from '../../pool';
import { seal, unseal, type SealContext } from '../../store';
import type { PageState } from './page-state';

/**
 * The states of logins under way, in the pool's store: any process may serve the next click. An entry's name is a hash
 * of the token in the visitor's address and its key is made of that token, so the store alone opens nothing.
 */
export class StateStore {
	readonly #notes: Notes;
	readonly #random: Random;

	constructor(notes: Notes, random: Random) {
		this.#notes = notes;
		this.#random = random;
	}

	async load(token: string, now: number): Promise<PageState | null> {
		const sealed = await this.#notes.get(nameOf(token));
		const plain = typeof sealed === 'string' ? unseal(sealed, contextOf(token)) : null;
		if (plain === null) return null;
		const state = JSON.parse(plain) as PageState;
		return state.expiresAt > now ? state : null;
	}

	async save(token: string, state: PageState, now: number): Promise<void> {
		const left = Math.max(1, state.expiresAt - now);
		await this.#notes.put(nameOf(token), seal(JSON.stringify(state), contextOf(token), this.#random), left);
	}

	async forget(token: string): Promise<void> {
		await this.#notes.delete(nameOf(token));
	}
}

function contextOf(token: string): SealContext {
	return { secret: token, owner: 'login', name: nameOf(token) };
}

function nameOf(token: string): string {
	return `state:${createHash('sha256').update(`login state\n${token}`).digest('hex')}`;
}
