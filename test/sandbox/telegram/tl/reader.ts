import type { Definition, FieldType } from './schema';
import type { TlObject, TlValue } from './value';

/** Bytes that are no TL of any schema known here: a client's mistake, answered as Telegram does. */
export class DecodeError extends Error {}

const trueId = 0x997275b5;
const falseId = 0xbc799737;
export const vectorId = 0x1cb5c415;

/** Reads TL objects from a buffer. `find` knows every constructor and method by number. */
export class Reader {
	position = 0;

	constructor(
		readonly buffer: Buffer,
		private readonly find: (id: number) => Definition | undefined,
	) {}

	get left(): number {
		return this.buffer.length - this.position;
	}

	raw(length: number): Buffer {
		if (length < 0 || length > this.left) throw new DecodeError('the message ends early');
		this.position += length;
		return this.buffer.subarray(this.position - length, this.position);
	}

	int(): number {
		return this.raw(4).readInt32LE();
	}

	uint(): number {
		return this.raw(4).readUInt32LE();
	}

	long(): bigint {
		return this.raw(8).readBigInt64LE();
	}

	bytes(): Buffer {
		const first = this.raw(1).readUInt8();
		const length = first === 254 ? this.raw(3).readUIntLE(0, 3) : first;
		const data = this.raw(length);
		const used = (first === 254 ? 4 : 1) + length;
		this.raw((4 - (used % 4)) % 4);
		return data;
	}

	/** @param wanted its type; absent: any, as on the outside of a message */
	object(wanted?: string): TlObject {
		const id = this.uint();
		const definition = this.find(id);
		if (definition === undefined) throw new DecodeError(`unknown constructor ${id.toString(16)}`);
		const { result } = definition;
		// What stands where something else is due is refused, however well it reads.
		if (wanted !== undefined && (definition.method || result.kind !== 'object' || result.type !== wanted))
			throw new DecodeError(`${definition.name} is no ${wanted}`);
		return this.fields(definition);
	}

	fields(definition: Definition): TlObject {
		const words = new Map<string, number>();
		const object: Record<string, TlValue> = { _: definition.name };
		for (const { name, type, flag } of definition.fields) {
			if (type.kind === 'flags') {
				words.set(name, this.uint());
				continue;
			}
			if (flag !== undefined && ((words.get(flag.word) ?? 0) & (1 << flag.bit)) === 0) continue;
			object[name] = type.kind === 'true' ? true : this.value(type);
		}
		// `_` was set above; the index signature forgets it.
		return object as unknown as TlObject;
	}

	value(type: FieldType): TlValue {
		switch (type.kind) {
			case 'int':
				return this.int();
			case 'long':
				return this.long();
			case 'double':
				return this.raw(8).readDoubleLE();
			case 'string':
				return this.bytes().toString('utf8');
			case 'bytes':
				return Buffer.from(this.bytes());
			case 'int128':
				return Buffer.from(this.raw(16));
			case 'int256':
				return Buffer.from(this.raw(32));
			case 'true':
				return true;
			case 'Bool':
				return this.bool();
			case 'flags':
				return this.uint();
			case 'query':
				// The rest of the message: whoever unwraps it reads on.
				return Buffer.from(this.raw(this.left));
			case 'vector':
				return this.vector(type.item, type.bare);
			case 'object':
				return this.object(type.type);
			case 'bare':
				throw new DecodeError(`a bare ${type.type} from a client`);
		}
	}

	private bool(): boolean {
		const id = this.uint();
		if (id !== trueId && id !== falseId) throw new DecodeError('neither true nor false');
		return id === trueId;
	}

	private vector(item: FieldType, bare: boolean): TlValue[] {
		if (!bare && this.uint() !== vectorId) throw new DecodeError('not a vector');
		const count = this.uint();
		if (count > this.left) throw new DecodeError('a vector longer than its message');
		return Array.from({ length: count }, () => this.value(item));
	}
}
