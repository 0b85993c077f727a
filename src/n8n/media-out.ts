import { Readable } from 'node:stream';
import type { IBinaryKeyData, IExecuteFunctions } from 'n8n-workflow';
import { ChannelError, type MediaOutput } from '../contract';

/**
 * Streams each file into n8n's binary store, in order. When one fails, the others are destroyed: nothing stays open.
 * @param maxBytes @throws ChannelError `file_too_large` before the first byte where the size is told, else at the byte too many
 */
export async function storeMedia(
	context: IExecuteFunctions,
	files: readonly MediaOutput[],
	field: string,
	maxBytes = Infinity,
): Promise<IBinaryKeyData[]> {
	const stored: IBinaryKeyData[] = [];
	try {
		for (const file of files) {
			if ((file.size ?? 0) > maxBytes) throw tooLarge(file.fileName, maxBytes);
			const stream = maxBytes === Infinity ? file.stream : Readable.from(upTo(maxBytes, file));
			stored.push({ [field]: await context.helpers.prepareBinaryData(stream, file.fileName, file.mimeType) });
		}
		return stored;
	} finally {
		for (const file of files) file.stream.destroy();
	}
}

async function* upTo(maxBytes: number, { stream, fileName }: MediaOutput): AsyncGenerator<Buffer> {
	let size = 0;
	for await (const chunk of stream) {
		const bytes = Buffer.from(chunk as Uint8Array);
		size += bytes.length;
		if (size > maxBytes) throw tooLarge(fileName, maxBytes);
		yield bytes;
	}
}

function tooLarge(fileName: string, maxBytes: number): ChannelError {
	return new ChannelError(
		'file_too_large',
		`"${fileName}" has more than ${String(maxBytes / 1_000_000)} MB`,
		{
			hint: 'Raise Largest Size, or leave such files out before this node.',
		},
	);
}
