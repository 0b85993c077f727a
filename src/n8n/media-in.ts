import { Readable } from 'node:stream';
import type { IBinaryData, IExecuteFunctions } from 'n8n-workflow';
import { invalidParameter, type MediaSource } from '../contract';
import type { Values } from './parameters';

/**
 * The media fields of an item → sources a channel can open, and open again when an upload is repeated. Files stay
 * where n8n keeps them: nothing is read before the upload asks for it.
 */
export async function mediaSources(
	context: IExecuteFunctions,
	values: Values,
	itemIndex: number,
): Promise<MediaSource[]> {
	const source = values.text('mediaSource');
	switch (source) {
		case 'url':
			return values.list('mediaUrl').map((url) => ({ kind: 'url', url: checkedUrl(url, values) }));
		case 'ref':
			return refsOf(values.raw('mediaRef'), values).map((ref) => ({ kind: 'ref', ref }));
		case 'all':
			return allOfItem(context, itemIndex);
		case 'binary':
		case '':
			return filesOf(context, requiredNames(values), itemIndex);
		default:
			return [];
	}
}

/** Binary fields of an item as sources. @throws n8n's error when the item has no such field */
export function filesOf(
	context: IExecuteFunctions,
	names: readonly string[],
	itemIndex: number,
): Promise<MediaSource[]> {
	return Promise.all(names.map((name) => fromBinary(context, binaryOf(context, itemIndex, name), name)));
}

function requiredNames(values: Values): string[] {
	const names = values.list('binaryPropertyName');
	if (names.length === 0) throw invalidParameter(values.label('binaryPropertyName'), 'is empty');
	return names;
}

function binaryOf(context: IExecuteFunctions, itemIndex: number, name: string): IBinaryData {
	return context.helpers.assertBinaryData(itemIndex, name);
}

async function allOfItem(context: IExecuteFunctions, itemIndex: number): Promise<MediaSource[]> {
	const binary = context.getInputData()[itemIndex]?.binary ?? {};
	const names = Object.keys(binary);
	if (names.length === 0)
		throw invalidParameter(
			'Input',
			'the item has no files',
			'Check that the node before outputs binary data.',
		);
	return filesOf(context, names, itemIndex);
}

async function fromBinary(
	context: IExecuteFunctions,
	binary: IBinaryData,
	name: string,
): Promise<MediaSource> {
	const { id, data } = binary;
	const size = id === undefined ? Buffer.byteLength(data, 'base64') : await storedSize(context, binary, id);
	return {
		kind: 'stream',
		fileName:
			binary.fileName ?? `${name}${binary.fileExtension === undefined ? '' : `.${binary.fileExtension}`}`,
		mimeType: binary.mimeType,
		...(size === undefined ? {} : { size }),
		open: async () =>
			id === undefined
				? Readable.from([Buffer.from(data, 'base64')])
				: await context.helpers.getBinaryStream(id),
	};
}

async function storedSize(
	context: IExecuteFunctions,
	binary: IBinaryData,
	id: string,
): Promise<number | undefined> {
	if (typeof binary.bytes === 'number') return binary.bytes;
	try {
		return (await context.helpers.getBinaryMetadata(id)).fileSize;
	} catch {
		// Some stores keep no metadata; the size is a convenience, the upload itself will tell.
		return undefined;
	}
}

function checkedUrl(url: string, values: Values): string {
	if (!/^https?:\/\/[^/\s]/i.test(url))
		throw invalidParameter(values.label('mediaUrl'), `"${url}" is not an http(s) address`);
	return url;
}

/** One reference, a list of them, or the unified `media` object of an event with all its references. */
export function refsOf(value: unknown, values: Values): string[] {
	if (typeof value === 'string') return values.list('mediaRef');
	if (Array.isArray(value)) return value.flatMap((entry) => refsOf(entry, values));
	if (typeof value !== 'object' || value === null) return [];
	const media = value as Record<string, unknown>;
	if (typeof media['ref'] === 'string') return [media['ref']];
	return [
		...(typeof media['voice_ref'] === 'string' ? [media['voice_ref']] : []),
		...['images', 'videos', 'documents'].flatMap((key) =>
			Array.isArray(media[key]) ? refsOf(media[key], values) : [],
		),
	];
}
