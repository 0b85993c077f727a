import { Float, isWireMap, Wrapped } from './codec/wire';
import type { Wire, WireMap } from './codec/wire';
import { badPayload } from './refusal';

/** Binary transports carry message ids as integers, JSON carries them as strings. */
export type Dialect = 'binary' | 'json';

/**
 * A request's payload, read member by member with the types the service insists on. A missing required
 * member or a wrong type ends in `proto.payload`; `null` counts as absent.
 */
export class Fields {
	constructor(
		readonly map: WireMap,
		readonly dialect: Dialect,
		/** Either form of a message id is taken. */
		readonly lenient = false,
		private readonly path = '',
	) {}

	has(name: string): boolean {
		return this.map[name] !== undefined && this.map[name] !== null;
	}

	/** Refuses a payload that lacks one of these. */
	require(...names: string[]): void {
		for (const name of names) if (!this.has(name)) throw badPayload(`Missing field '${this.path}${name}'`);
	}

	#wrong(name: string, expected: string): never {
		throw badPayload(`Expected ${expected} at '${this.path}${name}'`, true);
	}

	#maybe<T>(name: string, read: (value: Wire) => T): T | undefined {
		const value = this.map[name];
		return value === undefined || value === null ? undefined : read(value);
	}

	#integer(value: Wire, name: string): bigint {
		if (value instanceof Wrapped) return value.value;
		if (typeof value === 'bigint') return value;
		// A float, even one without fraction, is refused (captured from the live service for `from`).
		return this.#wrong(name, value instanceof Float ? 'number, got float' : 'number');
	}

	#messageId(value: Wire, name: string): bigint {
		if (this.lenient && typeof value === 'string' && /^\d{1,20}$/.test(value)) return BigInt(value);
		if (this.dialect === 'binary' || this.lenient) return this.#integer(value, name);
		if (typeof value !== 'string' || !/^\d{1,20}$/.test(value)) return this.#wrong(name, 'string');
		return BigInt(value);
	}

	#items(name: string): Wire[] {
		const value = this.map[name];
		if (value === undefined || value === null) throw badPayload(`Missing field '${this.path}${name}'`);
		return Array.isArray(value) ? value : this.#wrong(name, 'array');
	}

	/** Integer, exact to 64 bits; extension 1 accepted. */
	maybeInt(name: string): bigint | undefined {
		return this.#maybe(name, (value) => this.#integer(value, name));
	}

	int(name: string): bigint {
		this.require(name);
		return this.maybeInt(name) as bigint;
	}

	/** Integer small enough for a `number`: times in milliseconds, counts. */
	maybeNumber(name: string): number | undefined {
		const value = this.maybeInt(name);
		if (value === undefined) return undefined;
		const number = Number(value);
		return Number.isSafeInteger(number) ? number : this.#wrong(name, 'number in range');
	}

	number(name: string): number {
		this.require(name);
		return this.maybeNumber(name) as number;
	}

	/** A number that may have a fraction (coordinates). */
	decimal(name: string): number {
		this.require(name);
		const value = this.map[name];
		if (value instanceof Float) return value.value;
		return Number(this.#integer(value as Wire, name));
	}

	ints(name: string): bigint[] {
		return this.#items(name).map((item) => this.#integer(item, name));
	}

	/** Integers that must be plain: extension 1 gets `proto.payload` here (seen live for poll answers). */
	plainInts(name: string): bigint[] {
		return this.#items(name).map((item) =>
			typeof item === 'bigint' ? item : this.#wrong(name, 'plain number'),
		);
	}

	maybeMessageId(name: string): bigint | undefined {
		return this.#maybe(name, (value) => this.#messageId(value, name));
	}

	messageId(name: string): bigint {
		this.require(name);
		return this.maybeMessageId(name) as bigint;
	}

	/** A message id where the integer 0 means "none", on either transport. */
	messageIdOrZero(name: string): bigint {
		this.require(name);
		return this.map[name] === 0n ? 0n : this.messageId(name);
	}

	messageIds(name: string): bigint[] {
		return this.#items(name).map((item) => this.#messageId(item, name));
	}

	/** `messageIds`, or the one `messageId` that single clients send where the others send a list. */
	someMessageIds(): bigint[] {
		return this.has('messageIds') || !this.has('messageId')
			? this.messageIds('messageIds')
			: [this.messageId('messageId')];
	}

	maybeString(name: string): string | undefined {
		return this.#maybe(name, (value) => (typeof value === 'string' ? value : this.#wrong(name, 'string')));
	}

	string(name: string): string {
		this.require(name);
		return this.maybeString(name) as string;
	}

	strings(name: string): string[] {
		return this.#items(name).map((item) => (typeof item === 'string' ? item : this.#wrong(name, 'string')));
	}

	maybeBoolean(name: string): boolean | undefined {
		return this.#maybe(name, (value) => (typeof value === 'boolean' ? value : this.#wrong(name, 'boolean')));
	}

	boolean(name: string): boolean {
		this.require(name);
		return this.maybeBoolean(name) as boolean;
	}

	/** Bytes: `bin` in msgpack, base64 in JSON. */
	maybeBytes(name: string): Uint8Array | undefined {
		return this.#maybe(name, (value) => {
			if (value instanceof Uint8Array) return value;
			if (this.dialect === 'json' && typeof value === 'string') return Buffer.from(value, 'base64');
			return this.#wrong(name, 'binary');
		});
	}

	maybeMap(name: string): Fields | undefined {
		return this.#maybe(name, (value) =>
			isWireMap(value)
				? new Fields(value, this.dialect, this.lenient, `${this.path}${name}.`)
				: this.#wrong(name, 'object'),
		);
	}

	object(name: string): Fields {
		this.require(name);
		return this.maybeMap(name) as Fields;
	}

	objects(name: string): Fields[] {
		return this.#items(name).map((item, index) =>
			isWireMap(item)
				? new Fields(item, this.dialect, this.lenient, `${this.path}${name}[${index}].`)
				: this.#wrong(`${name}[${index}]`, 'object'),
		);
	}
}
