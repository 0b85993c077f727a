/** An OGG page with these packets, as long as they fit into one segment table. */
function page(sizes: readonly number[]): Buffer {
	const table = sizes.flatMap((size) => [
		...Array.from({ length: Math.floor(size / 255) }, () => 255),
		size % 255,
	]);
	const head = Buffer.alloc(27);
	head.write('OggS', 0);
	head[26] = table.length;
	const content = Buffer.alloc(sizes.reduce((sum, size) => sum + size, 0));
	return Buffer.concat([head, Buffer.from(table), content]);
}

/** OGG with Opus: head, tags, and pages of fifty packets of these sizes, in bytes. There is no sound in them. */
export function recording(sizes: readonly number[]): Buffer {
	const opus = page([19]);
	opus.write('OpusHead', 28);
	const pages = Array.from({ length: Math.ceil(sizes.length / 50) }, (_, at) =>
		page(sizes.slice(at * 50, at * 50 + 50)),
	);
	return Buffer.concat([opus, page([600]), ...pages]);
}
