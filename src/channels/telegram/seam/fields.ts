import { library } from './library';
import { snakeCase, tagOf } from './plain';

/** What a field holds: a TL type by its name (`InputPeer`, `long`, `bytes`, `true`), or a vector of it. */
export interface FieldType {
	type: string;
	vector: boolean;
}

/** As the library holds its layer; its own types do not tell. */
interface Definition {
	name: string;
	namespace?: string;
	argsConfig: Readonly<Record<string, { type: string | null; isVector: boolean; flagIndicator: boolean }>>;
}

let known: Map<string, Definition> | null = null;

/** The fields of a method or constructor of this layer in their order, by TL's own names; null = there is none. */
export function fieldsOf(tag: string): ReadonlyMap<string, FieldType> | null {
	known ??= new Map(
		(library.definitions as readonly Definition[]).map((one) => [
			tagOf(one.namespace === undefined ? one.name : `${one.namespace}.${one.name}`),
			one,
		]),
	);
	const definition = known.get(tag);
	if (definition === undefined) return null;
	return new Map(
		Object.entries(definition.argsConfig)
			.filter(([, { flagIndicator }]) => !flagIndicator)
			.map(([name, { type, isVector }]) => [snakeCase(name), { type: type ?? '', vector: isVector }]),
	);
}
