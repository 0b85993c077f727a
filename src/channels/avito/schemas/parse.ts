import type { z } from '#lib/zod';
import type { Json } from '../../../contract';
import { unexpectedAnswer } from '../errors';

/** A provider answer through its schema; the parsed value is what the rest works with. @throws `unexpected_answer` */
export function parseAnswer<Schema extends z.ZodType>(
	schema: Schema,
	json: unknown,
	what: string,
): z.output<Schema> {
	const parsed = schema.safeParse(json);
	if (parsed.success) return parsed.data;
	const issue = parsed.error.issues[0];
	throw unexpectedAnswer(
		`${what}, ${issue?.path.map(String).join('.') || 'body'}: ${issue?.message ?? 'wrong shape'}`,
		parsed.error,
	);
}

/** A member of a list with the object it came from, which `raw` shows. */
export interface WithRaw<T> {
	value: T;
	raw: Json;
}

/** Members that cannot be understood are left out, told to `odd`: one odd chat must not hide the other ninety-nine. */
export function parseMembers<Schema extends z.ZodType>(
	schema: Schema,
	members: readonly unknown[],
	odd: (problem: string) => void = () => undefined,
): WithRaw<z.output<Schema>>[] {
	return members.flatMap((raw) => {
		const parsed = schema.safeParse(raw);
		if (parsed.success) return [{ value: parsed.data, raw: raw as Json }];
		odd(parsed.error.issues[0]?.message ?? 'wrong shape');
		return [];
	});
}
