import type { Notes } from '../../pool';
import type { Problem } from './problem';

/** What one address and one node may ask for, whatever the messengers would bear. All processes count together. */
const LIMITS = {
	/** logins begun */
	start: { perVisitor: 15, perNode: 100, periodMs: 3_600_000 },
	/** access keys tried */
	key: { perVisitor: 10, perNode: 50, periodMs: 900_000 },
	/** codes asked for: each may be an SMS to somebody */
	code: { perVisitor: 10, perNode: 30, periodMs: 3_600_000 },
} as const;

export type Limited = keyof typeof LIMITS;

export class Limits {
	readonly #notes: Notes;
	readonly #node: string;
	readonly #visitor: string;

	/** @param visitor network address of the browser, as n8n sees it */
	constructor(notes: Notes, node: string, visitor: string) {
		this.#notes = notes;
		this.#node = node;
		this.#visitor = visitor;
	}

	/** One more. @returns what to tell when that is one too many */
	async count(what: Limited): Promise<Problem | null> {
		const { perVisitor, perNode, periodMs } = LIMITS[what];
		const visitor = await this.#notes.count(`${what}:${this.#node}:${this.#visitor}`, periodMs);
		if (visitor > perVisitor) return { topic: 'too_many', seconds: null };
		const node = await this.#notes.count(`${what}:${this.#node}`, periodMs);
		return node > perNode ? { topic: 'too_many', seconds: null } : null;
	}
}
