import type { IBinaryKeyData, IExecuteFunctions } from 'n8n-workflow';
import type { MediaOutput } from '../contract';

/** Streams each file into n8n's binary store, in order. When one fails, the others are destroyed: nothing stays open. */
export async function storeMedia(
	context: IExecuteFunctions,
	files: readonly MediaOutput[],
	field: string,
): Promise<IBinaryKeyData[]> {
	const stored: IBinaryKeyData[] = [];
	try {
		for (const file of files)
			stored.push({
				[field]: await context.helpers.prepareBinaryData(file.stream, file.fileName, file.mimeType),
			});
		return stored;
	} finally {
		for (const file of files) file.stream.destroy();
	}
}
