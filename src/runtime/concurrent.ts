/** Runs `work` over the list, at most `limit` at once; the first failure ends it after those under way have settled. */
export async function mapConcurrently<T, R>(
	list: readonly T[],
	limit: number,
	work: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
	const results: R[] = new Array<R>(list.length);
	let next = 0;
	const failures: unknown[] = [];
	const worker = async (): Promise<void> => {
		while (next < list.length && failures.length === 0) {
			const index = next;
			next += 1;
			try {
				results[index] = await work(list[index] as T, index);
			} catch (error) {
				failures.push(error);
			}
		}
	};
	await Promise.all(Array.from({ length: Math.min(limit, list.length) }, worker));
	if (failures.length > 0) throw failures[0];
	return results;
}
