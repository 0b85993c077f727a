import type { JournalEntry, MovedAccount, StoreMirror } from '../contract';
import { positionedConsumers } from './copying';
import { moveValues } from './moving';
import { list, textOrNull } from './replies';
import { outlineOf } from './outline';
import type { Reading } from './seed-account';
import type { SeedParts } from './seeding';

/** Ids forgotten at once. */
const AT_ONCE = 500;

/**
 * What Redis has of an account: nothing, or what was written in another life than the mirror's ('gone'); what it had in the
 * mirror's life, and less of it than the mirror ('older'); or as much of that as the mirror, and more than anybody here can
 * say ('kept').
 */
export type Age = 'gone' | 'older' | 'kept';

export async function ageOf(
	{ account, lastSeq }: MovedAccount,
	mirror: StoreMirror,
	parts: SeedParts,
): Promise<Age> {
	const asked = await parts.commands.call('HMGET', parts.keys.account(account), 'epoch', 'was', 'seq');
	const [entered, was, seq] = list(asked).map(textOrNull);
	const life = entered === parts.epoch.id ? was : entered;
	// Numbers of two lives say nothing of each other: what the mirror has is told apart by its ids.
	if (life == null || life !== (await mirror.epochOf(account))) return 'gone';
	const behind = lastSeq - Number(seq ?? 0);
	return behind > 0 || (behind === 0 && parts.isOwn(account)) ? 'older' : 'kept';
}

/** A pause somebody asked for, or a token a provider gave once, is in Redis as it was before. */
export async function putNamed(
	mirror: StoreMirror,
	{ account, sessions }: MovedAccount,
	parts: SeedParts,
): Promise<void> {
	const owners = new Set<string>([account, ...sessions]);
	const isOf = ({ owner }: { owner: string }): boolean => owners.has(owner);
	const values = await mirror.read((source) => source.values().filter(isOf));
	const secrets = await mirror.read((source) => source.secrets().filter(isOf));
	await moveValues({ values, secrets }, parts, 'over');
}

/** Triggers of other processes are known by Redis, too: whichever knows more of one is right. */
export async function takeFurther(known: MovedAccount, parts: SeedParts): Promise<void> {
	for (const consumer of await positionedConsumers(known.account, parts)) {
		const at = known.consumers.findIndex(({ id }) => id === consumer.id);
		const copied = known.consumers[at];
		if (copied === undefined) known.consumers.push(consumer);
		else if (!parts.own(consumer.id) && copied.position.watermark < consumer.position.watermark)
			known.consumers[at] = consumer;
	}
}

/**
 * The mirror's copy takes the place of an older one. The journal goes, and the state, if the mirror has one; ids stay, but
 * for those of what is put back, and of what goes though some trigger has it before it: only another mirror, or the
 * messenger, can bring that again. Begun anew when it is broken off: the mark that it is older goes last.
 */
export async function makeWay(
	{ account, state }: MovedAccount,
	pending: AsyncIterable<readonly JournalEntry[]>,
	isBefore: Reading,
	{ commands, keys }: SeedParts,
): Promise<void> {
	const forget = async (ids: readonly string[]): Promise<void> => {
		if (ids.length > 0) await commands.call('ZREM', keys.seen(account), ...ids);
	};
	for await (const page of pending) await forget(page.map(({ eventId }) => eventId));
	const going = [...(await outlineOf(account, { commands, keys })).seqs].filter(([, seq]) => isBefore(seq));
	for (let from = 0; from < going.length; from += AT_ONCE)
		await forget(going.slice(from, from + AT_ONCE).map(([id]) => id));
	await commands.call('DEL', keys.journal(account), keys.held(account));
	const gone = ['seq', 'seeded', 'was', ...(state === null ? [] : ['state', 'begun'])];
	await commands.call('HDEL', keys.account(account), ...gone);
}
