/** Compares a tree of files with the drawing in rooms.ts. Pure: takes sources, returns sentences. */
import { dirname, join } from 'node:path/posix';
import { readImports, type Import } from './imports';
import {
	LAZY_ONLY,
	LEVELS,
	NEIGHBOURS,
	ONE_FILE_ONLY,
	SEES_ONLY_N8N,
	SIDE_DOORS,
	USERS_OF,
	roomOf,
} from './rooms';

/** Path (relative to the root, forward slashes) → source. */
export type Tree = ReadonlyMap<string, string>;

interface Arrow extends Import {
	from: string;
	/** The file imported, for a relative specifier. */
	to?: string;
}

function resolve(tree: Tree, from: string, specifier: string): string | undefined {
	const base = join(dirname(from), specifier);
	return [base, `${base}.ts`, `${base}/index.ts`].find((path) => tree.has(path));
}

function listArrows(tree: Tree): Arrow[] {
	return [...tree].flatMap(([from, source]) =>
		readImports(from, source).map((found): Arrow => {
			const to = found.specifier.startsWith('.') ? resolve(tree, from, found.specifier) : undefined;
			return to === undefined ? { ...found, from } : { ...found, from, to };
		}),
	);
}

/** nodes/Avito and nodes/Max are neighbours that do not know each other. */
function innerRoom(path: string): string {
	return path.split('/').slice(0, 2).join('/');
}

function checkRelative(arrow: Arrow, room: string): string | undefined {
	if (arrow.to === undefined)
		return `imports ${arrow.specifier}, which is not a file of src, nodes or credentials`;
	const target = roomOf(arrow.to);
	if (target === undefined) return `imports ${arrow.to}, which stands in no room`;
	if (target === room) {
		if (room === 'nodes' && innerRoom(arrow.from) !== innerRoom(arrow.to))
			return `imports ${arrow.to}: one node's folder does not know another's`;
		return undefined;
	}
	if (SEES_ONLY_N8N.includes(room) && target !== 'src/n8n')
		return `imports ${arrow.to}: ${room} sees nothing of src but the door of src/n8n`;
	if ((LEVELS[target] ?? 0) >= (LEVELS[room] ?? 0) && !NEIGHBOURS[room]?.includes(target))
		return `imports ${arrow.to}: ${target} (level ${LEVELS[target]}) is not below ${room} (level ${LEVELS[room]})`;
	if (![target, `${target}/index.ts`, ...(SIDE_DOORS[target] ?? [])].includes(arrow.to))
		return `imports ${arrow.to}: the door is ${target}/index.ts`;
	if (arrow.kind === 'static' && LAZY_ONLY[target]?.includes(room))
		return `imports ${arrow.to} at load time: it may only be loaded lazily (await import)`;
	return undefined;
}

function checkModule({ specifier, kind }: Arrow, room: string): string | undefined {
	const users = USERS_OF[specifier];
	if (users)
		return users.includes(room) ? undefined : `uses ${specifier}, which belongs to ${users.join(', ')}`;
	if (specifier.startsWith('node:')) return undefined;
	if (specifier.startsWith('#lib/'))
		return `uses ${specifier}, which test/architecture/rooms.ts gives to no room`;
	return `imports the package ${specifier} (${kind}): it is not shipped; libraries are reached as #lib/…`;
}

function checkSingleUsers(arrows: readonly Arrow[]): string[] {
	return ONE_FILE_ONLY.flatMap((specifier) => {
		const users = [
			...new Set(arrows.filter((arrow) => arrow.specifier === specifier).map((arrow) => arrow.from)),
		];
		return users.length > 1 ? [`${specifier} is imported by ${users.join(' and ')}; one file may`] : [];
	});
}

/** Cycles of files, each reported once, as `a → b → a`. Types are gone at run time and may point back. */
function findCycles(arrows: readonly Arrow[]): string[] {
	const next = new Map<string, string[]>();
	for (const { from, to, kind } of arrows)
		if (to !== undefined && kind !== 'type') next.set(from, [...(next.get(from) ?? []), to]);
	const finished = new Set<string>();
	const cycles: string[] = [];
	const visit = (file: string, path: readonly string[]): void => {
		const start = path.indexOf(file);
		if (start >= 0) cycles.push(`cycle: ${[...path.slice(start), file].join(' → ')}`);
		if (start >= 0 || finished.has(file)) return;
		for (const target of next.get(file) ?? []) visit(target, [...path, file]);
		finished.add(file);
	};
	for (const file of next.keys()) visit(file, []);
	return cycles;
}

/** Everything in the tree that the drawing does not allow, one sentence each; empty when all is well. */
export function findViolations(tree: Tree): string[] {
	const homeless = [...tree.keys()].filter((path) => roomOf(path) === undefined);
	const arrows = listArrows(tree);
	const broken = arrows.flatMap((arrow) => {
		const room = roomOf(arrow.from);
		if (room === undefined) return [];
		const fault = arrow.specifier.startsWith('.') ? checkRelative(arrow, room) : checkModule(arrow, room);
		return fault === undefined ? [] : [`${arrow.from}:${arrow.line} ${fault}`];
	});
	return [
		...homeless.map((path) => `${path} stands in no room of the design`),
		...broken,
		...checkSingleUsers(arrows),
		...findCycles(arrows),
	];
}
