import { z } from '#lib/zod';

/** Ids are int64 numbers or opaque texts; inside the house they are texts. */
export const id = z.union([z.string().min(1), z.number()]).transform(String);

/** A number, or one that a gateway in between wrote as text. */
export const number = z.union([
	z.number(),
	z
		.string()
		.regex(/^-?\d+(\.\d+)?$/)
		.transform(Number),
]);

/** Of the year 5138: beyond it a time is in milliseconds, or none at all. */
const LATEST_S = 1e11;

/** Unix seconds. */
export const seconds = number
	.transform((value) => (value > LATEST_S ? value / 1000 : value))
	.pipe(z.number().nonnegative().max(LATEST_S));

/** Optional: absent, null, or of a wrong kind all mean "not told". */
export const maybeText = z.string().nullish().catch(null);
export const maybeNumber = number.nullish().catch(null);
export const maybeSeconds = seconds.nullish().catch(null);
export const maybeFlag = z.boolean().nullish().catch(null);

/** An array that has to be there; null is how several languages write an empty one. */
export function list<Schema extends z.ZodType>(member: Schema) {
	return z
		.array(member)
		.nullable()
		.transform((value) => value ?? []);
}

/** Name → text. What else is among the members is left out; an empty list is how PHP writes an empty map. */
export const textMap = z
	.union([z.record(z.string(), z.unknown()), z.array(z.never()), z.null()])
	.transform((value): Record<string, string> =>
		Object.fromEntries(Object.entries(value ?? {}).filter(isText)),
	);

function isText(entry: [string, unknown]): entry is [string, string] {
	return typeof entry[1] === 'string';
}
