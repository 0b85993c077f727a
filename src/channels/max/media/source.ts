import type { Readable } from 'node:stream';
import type { MediaSource } from '../../../contract';
import type { MaxAccount } from '../account';

/** A file to be sent, opened once. */
export interface OpenSource {
	stream: Readable;
	fileName: string;
	mimeType: string;
	/** bytes, when known beforehand */
	size: number | null;
}

/** Opens what the caller named: bytes of the workflow, or an address on the web. References are not opened here. */
export async function openSource(
	account: MaxAccount,
	source: Exclude<MediaSource, { kind: 'ref' }>,
	signal: AbortSignal,
): Promise<OpenSource> {
	if (source.kind === 'stream') {
		return {
			stream: await source.open(),
			fileName: source.fileName,
			mimeType: source.mimeType,
			size: source.size ?? null,
		};
	}
	const file = await account.files.download(source.url, signal, 'user');
	return {
		stream: file.stream,
		fileName: source.fileName ?? file.fileName,
		mimeType: file.mimeType,
		size: file.size ?? null,
	};
}
