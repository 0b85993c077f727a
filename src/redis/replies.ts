/** Redis' replies in the shapes the scripts promise; anything else is a fault of ours and says so. */

export function list(reply: unknown): unknown[] {
	if (!Array.isArray(reply)) throw new Error(`Redis answered ${typeof reply} where a list was expected`);
	return reply;
}

export function text(reply: unknown): string {
	if (typeof reply === 'string') return reply;
	if (typeof reply === 'number') return String(reply);
	throw new Error(`Redis answered ${typeof reply} where a text was expected`);
}

/** A missing key, field or member is null. */
export function textOrNull(reply: unknown): string | null {
	return reply === null || reply === undefined ? null : text(reply);
}

export function integer(reply: unknown): number {
	const value = typeof reply === 'number' ? reply : Number(text(reply));
	if (!Number.isSafeInteger(value)) throw new Error('Redis answered no whole number where one was expected');
	return value;
}

export function texts(reply: unknown): string[] {
	return list(reply).map(text);
}

/** A flat list `field, value, field, value`, as HGETALL answers. */
export function fields(reply: unknown): Map<string, string> {
	const flat = texts(reply);
	const found = new Map<string, string>();
	for (let index = 0; index + 1 < flat.length; index += 2)
		found.set(flat[index] ?? '', flat[index + 1] ?? '');
	return found;
}
