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

/** Layers told by their difference from another one, and that one. */
const differences: Readonly<Record<number, number>> = { 158: 144, 227: 229 };

/** The schemas kept here, oldest first. */
export const layers: readonly number[] = [144, 158, 198, 227, 229];
export const newestLayer = 229;

function textsOf(layer: number): string[] {
	const base = differences[layer];
	return [...(base === undefined ? [] : textsOf(base)), read(`api-${layer}.tl`)];
}

const schemas = new Map(layers.map((layer) => [layer, new Schema(mtproto, ...textsOf(layer))]));

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
	const schema = schemaOf(layer);
	const older = schemaLayer(layer) < newestLayer;
	return new Writer(schema, older ? { adapt: (object) => adaptTo(schema, object), fillMissing: true } : {});
}

/** An object, boxed, as a client of `layer` knows it. */
export function encodeObject(layer: number, object: TlObject): Buffer {
	return writerFor(layer).object(object).finish();
}

/** A method's result as a client of `layer` expects it. */
export function encodeResult(layer: number, method: Definition, value: TlValue): Buffer {
	const schema = schemaOf(layer);
	const type = schema.methods.get(method.name)?.result ?? method.result;
	return writerFor(layer)
		.value(type, adaptResult(schema, method.name, value))
		.finish();
}

/** Protocol objects (key exchange, acknowledgements) are the same in every layer. */
export function encodeProtocol(object: TlObject): Buffer {
	return encodeObject(newestLayer, object);
}
