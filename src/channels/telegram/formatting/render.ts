import { sortEntities, type Entity, type Formatted } from './entity';

export interface Marks {
	open: string;
	close: string;
}

/** Text with marks around its entities. Entities that overlap without nesting are cut where the outer one ends. */
export function render(
	{ text, entities }: Formatted,
	escape: (text: string, inside: readonly Entity[]) => string,
	marks: (entity: Entity) => Marks,
	/** what has to stand between what is written already and a mark */
	between: (before: string, mark: string, inside: readonly Entity[]) => string = () => '',
): string {
	const open: Entity[] = [];
	let out = '';
	let at = 0;
	const write = (to: number): void => {
		out += escape(text.slice(at, to), open);
		at = to;
	};
	const mark = (sign: string): void => {
		out += between(out, sign, open) + sign;
	};
	const closeUntil = (position: number): void => {
		for (
			let last = open.at(-1);
			last !== undefined && last.offset + last.length <= position;
			last = open.at(-1)
		) {
			write(last.offset + last.length);
			mark(marks(last).close);
			open.pop();
		}
	};
	const queue = sortEntities(entities);
	for (let entity = queue.shift(); entity !== undefined; entity = queue.shift()) {
		closeUntil(entity.offset);
		write(entity.offset);
		const outer = open.at(-1);
		const end = outer === undefined ? Infinity : outer.offset + outer.length;
		const inner = { ...entity, length: Math.min(entity.length, end - entity.offset) };
		if (inner.length < entity.length) {
			queue.push({ ...entity, offset: end, length: entity.length - inner.length });
			queue.sort((a, b) => a.offset - b.offset || b.length - a.length);
		}
		mark(marks(inner).open);
		open.push(inner);
	}
	closeUntil(Infinity);
	write(text.length);
	return out;
}
