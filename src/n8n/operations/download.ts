import { invalidParameter } from '../../contract';
import { largestSizeField, maxBytesOf, outputFieldField } from '../fields/media';
import { refsOf } from '../media-in';
import type { Operation, OperationCall } from '../operation';
import type { Parameters } from '../parameters';

/** *Download*, the same in every messenger: every file of a received message, one item each. */
export const downloadOperation: Operation = {
	value: 'download',
	name: 'Download',
	action: 'Download file',
	description: 'Download the files of a received message into binary fields, one item per file',
	effect: 'read',
	properties: [
		{
			displayName: 'Media',
			name: 'mediaRef',
			type: 'string',
			required: true,
			default: '={{ $json.media }}',
			description: 'The field media of a message, one reference out of it, or the URL of a file',
		},
		outputFieldField,
	],
	options: [largestSizeField],
	toCommand: (parameters) => downloadCalls(parameters, parameters.raw('mediaRef')),
};

/**
 * A call per file. @param media the field media of a message, a reference, or a list of them
 * @throws ChannelError `invalid_parameter` when there is no file in it
 */
export function downloadCalls(parameters: Parameters, media: unknown): OperationCall[] {
	const refs = refsOf(media, parameters);
	if (refs.length === 0)
		throw invalidParameter(parameters.label('mediaRef'), 'the message has no file', 'Filter on media first.');
	const outputField = parameters.id('outputField');
	return refs.map((ref) => ({
		name: 'media.download',
		input: /^https?:\/\//i.test(ref) ? { url: ref } : { ref },
		outputField,
		...maxBytesOf(parameters.options),
	}));
}
