import type { AccountId } from '../contract';
import type { Commands } from './connection';
import type { Keys } from './keys';
import { integer, list, text } from './replies';
import { journal as scripts } from './scripts';

const PAGE = 500;

/** What the journal in Redis holds by now, by event id. */
export async function outlineOf(
	account: AccountId,
	{ commands, keys }: { commands: Commands; keys: Keys },
): Promise<{ seqs: Map<string, number>; first: number | null }> {
	const touched = [keys.journal(account), keys.held(account)];
	const seqs = new Map<string, number>();
	let first: number | null = null;
	for (let after = 0; ;) {
		const [lines] = list(await commands.run(scripts.outline, touched, [after + 1, PAGE]));
		for (const line of list(lines)) {
			const [seq, , , id] = list(line).map(text);
			after = integer(seq);
			first ??= after;
			seqs.set(id ?? '', after);
		}
		if (list(lines).length < PAGE) return { seqs, first };
	}
}
