import { z } from '#lib/zod';

/** Ids are int64 numbers or opaque texts; inside the house they are texts. */
export const id = z.union([z.string(), z.number()]).transform(String);

/** Unix seconds. */
export const seconds = z.number();

/** Optional text: absent, null, or of a wrong kind all mean "not told". */
export const maybeText = z.string().nullish().catch(null);
export const maybeNumber = z.number().nullish().catch(null);
export const maybeFlag = z.boolean().nullish().catch(null);
