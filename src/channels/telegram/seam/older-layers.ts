import { library } from './library';
import { OLDER_CONSTRUCTORS } from './older-constructors';

/** A field as the library's definitions describe it. */
interface Field {
	type: string | null;
	isVector: boolean;
	useVectorId: boolean | null;
	isFlag: boolean;
	flagName: string | null;
	flagIndex: number;
	flagIndicator: boolean;
	skipConstructorId: boolean;
}

interface Constructors {
	createApiFromDefinitions(definitions: unknown[]): Record<string, unknown>;
	tlobjects: Record<number, unknown>;
}

/**
 * Lets the library read what a server of an older layer sends. A server answers in the layer it is asked for, or in the
 * highest it has; to the library an object of another layer is unreadable, though nearly all of its fields are the same.
 * The original package is of an older layer itself and stays as it is.
 */
export function readOlderLayers(): void {
	const { createApiFromDefinitions, tlobjects } = (library.constructors ?? {}) as Partial<Constructors>;
	if (createApiFromDefinitions === undefined || tlobjects === undefined) return;
	for (const line of OLDER_CONSTRUCTORS.split('\n')) {
		const [, space = '', name = '', id = '', fields = '', result = ''] =
			/^(?:(\w+)\.)?(\w+)#([0-9a-f]+) (.*) ?= (\S+);$/.exec(line) ?? [];
		if (name === '') continue;
		const upper = name.charAt(0).toUpperCase() + name.slice(1);
		const made = createApiFromDefinitions([
			{
				name: upper,
				namespace: space || undefined,
				constructorId: Number.parseInt(id, 16),
				subclassOfId: 0,
				argsConfig: Object.fromEntries(fields.split(' ').filter(Boolean).map(fieldOf)),
				isFunction: false,
				result,
			},
		]);
		const scope = (space === '' ? made : made[space]) as Record<string, unknown>;
		tlobjects[Number.parseInt(id, 16)] ??= scope[upper];
	}
}

/** `reply_to:flags.3?MessageReplyHeader`, `ids:Vector<int>`, `flags:#` */
function fieldOf(told: string): [string, Field] {
	const [name = '', type = ''] = told.split(':');
	const [, flagName, flagIndex, plain = type] = /^(\w+)\.(\d+)\?(.+)$/.exec(type) ?? [];
	const item = /^Vector<(.+)>$/.exec(plain)?.[1];
	return [
		name.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase()),
		{
			type: plain === '#' ? null : (item ?? plain),
			isVector: item !== undefined,
			useVectorId: item === undefined ? null : true,
			isFlag: flagName !== undefined,
			flagName: flagName ?? null,
			flagIndex: flagIndex === undefined ? -1 : Number(flagIndex),
			flagIndicator: plain === '#',
			skipConstructorId: /^(int|long|int128|int256|double|string|bytes|true|Bool)$/.test(item ?? plain),
		},
	];
}
