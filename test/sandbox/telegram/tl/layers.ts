import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { adaptResult, adaptTo } from './adapt';
import { Reader } from './reader';
import { Schema } from './schema';
import type { Definition } from './schema';
import type { TlObject, TlValue } from './value';
import { Writer } from './writer';

const folder = join(import.meta.dirname, '..', 'schema');

function read(name: string): string {
	return readFileSync(join(folder, name), 'utf8');
}

const mtproto = read('mtproto.tl');

/** The schemas kept here, oldest first. */
export const layers: readonly number[] = [144, 198, 229];
export const newestLayer = 229;

const schemas = new Map(layers.map((layer) => [layer, new Schema(mtproto, read(`api-${layer}.tl`))]));

/** A number names its fields, so one table of all layers understands every client. */
const everyId = new Map<number, Definition>();
for (const schema of schemas.values())
	for (const [id, definition] of schema.byId) everyId.set(id, definition);

export function definitionOf(id: number): Definition | undefined {
	return everyId.get(id);
}

export function readerOf(buffer: Buffer): Reader {
	return new Reader(buffer, definitionOf);
}

/** The schema in which a client of `layer` is answered: the nearest one kept here. */
export function schemaLayer(layer: number): number {
	return layers.reduce((best, one) => (Math.abs(one - layer) < Math.abs(best - layer) ? one : best));
}

export function schemaOf(layer: number): Schema {
	const schema = schemas.get(schemaLayer(layer));
	if (schema === undefined) throw new Error(`no schema of layer ${layer}`);
	return schema;
}

function writerFor(layer: number): Writer {
	const near = schemaLayer(layer);
	const older = near < newestLayer;
	const schema = schemaOf(near);
	const knows = (name: string): boolean => schema.constructors.has(name);
	return new Writer(
		schema,
		older ? { adapt: (object) => adaptTo(near, object, knows), fillMissing: true } : {},
	);
}

/** An object, boxed, as a client of `layer` knows it. */
export function encodeObject(layer: number, object: TlObject): Buffer {
	return writerFor(layer).object(object).finish();
}

/** A method's result as a client of `layer` expects it. */
export function encodeResult(layer: number, method: Definition, value: TlValue): Buffer {
	const type = schemaOf(layer).methods.get(method.name)?.result ?? method.result;
	return writerFor(layer)
		.value(type, adaptResult(schemaLayer(layer), method.name, value))
		.finish();
}

/** Protocol objects (key exchange, acknowledgements) are the same in every layer. */
export function encodeProtocol(object: TlObject): Buffer {
	return encodeObject(newestLayer, object);
}
