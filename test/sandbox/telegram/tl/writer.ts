import { vectorId } from './reader';
import type { Definition, FieldType, Schema } from './schema';
import { isObject } from './value';
import type { TlObject, TlValue } from './value';

/** An answer of ours that the client's layer cannot express, or that misses a field. */
export class EncodeError extends Error {}

export interface WriterOptions {
	/** Rewrites an object for an older layer before it is written. */
	readonly adapt?: (object: TlObject) => TlObject;
	/** An older layer may demand fields that were dropped since: they become zero, empty or false. */
	readonly fillMissing?: boolean;
}

/** Writes TL objects by name, in one schema. */
export class Writer {
	private readonly parts: Buffer[] = [];

	constructor(
		private readonly schema: Schema,
		private readonly options: WriterOptions = {},
	) {}

	finish(): Buffer {
		return Buffer.concat(this.parts);
	}

	raw(data: Buffer): this {
		this.parts.push(data);
		return this;
	}

	int(value: number): this {
		const data = Buffer.allocUnsafe(4);
		data.writeInt32LE(value | 0);
		return this.raw(data);
	}

	long(value: bigint): this {
		const data = Buffer.allocUnsafe(8);
		data.writeBigInt64LE(BigInt.asIntN(64, value));
		return this.raw(data);
	}

	bytes(data: Buffer): this {
		const head =
			data.length < 254
				? Buffer.from([data.length])
				: Buffer.from([254, data.length & 255, (data.length >> 8) & 255, data.length >> 16]);
		const padding = (4 - ((head.length + data.length) % 4)) % 4;
		return this.raw(head).raw(data).raw(Buffer.alloc(padding));
	}

	object(given: TlObject, expected?: string): this {
		const object = this.options.adapt?.(given) ?? given;
		const definition = this.schema.constructors.get(object._) ?? this.schema.methods.get(object._);
		if (definition === undefined) throw new EncodeError(`${object._} is not in this layer`);
		const { result } = definition;
		if (
			expected !== undefined &&
			!definition.method &&
			result.kind === 'object' &&
			result.type !== expected
		) {
			throw new EncodeError(`${object._} is a ${result.type}, not a ${expected}`);
		}
		return this.int(definition.id).fields(definition, object);
	}

	private bare(object: TlObject): this {
		const definition = this.schema.constructors.get(object._);
		if (definition === undefined) throw new EncodeError(`${object._} is not in this layer`);
		return this.fields(definition, object);
	}

	private fields(definition: Definition, object: TlObject): this {
		const words = new Map<string, number>();
		for (const { name, flag } of definition.fields) {
			const value = object[name];
			if (flag === undefined || value === undefined || value === false) continue;
			words.set(flag.word, (words.get(flag.word) ?? 0) | (1 << flag.bit));
		}
		for (const { name, type, flag } of definition.fields) {
			if (type.kind === 'flags') {
				this.int(words.get(name) ?? 0);
				continue;
			}
			if (flag !== undefined && ((words.get(flag.word) ?? 0) & (1 << flag.bit)) === 0) continue;
			if (type.kind === 'true') continue;
			const value = object[name] ?? this.missing(type, definition, name, flag !== undefined);
			try {
				this.value(type, value);
			} catch (error) {
				if (error instanceof EncodeError && !error.message.includes('<')) {
					throw new EncodeError(`${error.message} <- ${definition.name}.${name}`);
				}
				throw error;
			}
		}
		return this;
	}

	private missing(type: FieldType, definition: Definition, name: string, shared: boolean): TlValue {
		// Two fields may share one bit (`views`, `forwards`): the absent one travels as its zero.
		if (this.options.fillMissing !== true && !shared) {
			throw new EncodeError(`${definition.name}.${name} is missing`);
		}
		switch (type.kind) {
			case 'int':
			case 'double':
				return 0;
			case 'long':
				return 0n;
			case 'string':
				return '';
			case 'bytes':
				return Buffer.alloc(0);
			case 'Bool':
				return false;
			case 'vector':
				return [];
			default:
				throw new EncodeError(`${definition.name}.${name} is missing`);
		}
	}

	value(type: FieldType, value: TlValue): this {
		switch (type.kind) {
			case 'int':
				if (typeof value === 'number') return this.int(value);
				break;
			case 'long':
				if (typeof value === 'bigint') return this.long(value);
				break;
			case 'double':
				if (typeof value === 'number') return this.double(value);
				break;
			case 'string':
				if (typeof value === 'string') return this.bytes(Buffer.from(value, 'utf8'));
				break;
			case 'bytes':
				if (Buffer.isBuffer(value)) return this.bytes(value);
				break;
			case 'int128':
			case 'int256':
				if (Buffer.isBuffer(value) && value.length === (type.kind === 'int128' ? 16 : 32))
					return this.raw(value);
				break;
			case 'Bool':
				if (typeof value === 'boolean') return this.bool(value);
				break;
			case 'vector':
				if (Array.isArray(value)) return this.vector(type.item, value as readonly TlValue[], type.bare);
				break;
			case 'query':
				if (isObject(value)) return this.object(value);
				break;
			case 'object':
				if (isObject(value)) return this.object(value, type.type);
				break;
			case 'bare':
				if (isObject(value)) return this.bare(value);
				break;
			case 'true':
			case 'flags':
				return this;
		}
		throw new EncodeError(`not a ${type.kind}: ${typeof value}`);
	}

	bool(value: boolean): this {
		return this.int(value ? 0x997275b5 : 0xbc799737);
	}

	private double(value: number): this {
		const data = Buffer.allocUnsafe(8);
		data.writeDoubleLE(value);
		return this.raw(data);
	}

	private vector(item: FieldType, list: readonly TlValue[], bare: boolean): this {
		if (!bare) this.int(vectorId);
		this.int(list.length);
		for (const one of list) this.value(item, one);
		return this;
	}
}
