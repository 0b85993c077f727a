/**
 * Rows of one table out of the bytes of a SQLite database (sqlite.org/fileformat2.html). Session files of other programs
 * are such databases; they are read in memory, because SQLite itself would want the key written to a file first.
 * Reads what a closed program leaves: pages of the file itself, no write-ahead log, no tables without row ids.
 */
export type SqliteValue = null | number | bigint | string | Buffer;
export type SqliteRow = Readonly<Record<string, SqliteValue>>;

const MAGIC = 'SQLite format 3\0';
const FIRST_PAGE_HEADER = 100;
const LEAF = 0x0d;
const INTERIOR = 0x05;

export class SqliteFormatError extends Error {}

export function isSqlite(bytes: Buffer): boolean {
	return bytes.toString('latin1', 0, MAGIC.length) === MAGIC;
}

/** @throws SqliteFormatError when it is no database, or is cut off; no such table = no rows */
export function readSqliteTable(bytes: Buffer, table: string): SqliteRow[] {
	if (!isSqlite(bytes)) throw new SqliteFormatError('it is no SQLite database');
	try {
		const pages = new Pages(bytes);
		const schema = [...pages.rows(1)].map(({ values }) => values);
		const found = schema.find(([type, name]) => type === 'table' && name === table);
		const [, , , root, sql] = found ?? [];
		if (typeof root !== 'number' || typeof sql !== 'string') return [];
		const columns = columnsOf(sql);
		return [...pages.rows(root)].map(({ id, values }) =>
			Object.fromEntries(
				columns.map(({ name, isRowId }, index) => [name, isRowId ? Number(id) : (values[index] ?? null)]),
			),
		);
	} catch (error) {
		if (error instanceof RangeError) throw new SqliteFormatError('it is cut off');
		throw error;
	}
}

interface Row {
	id: bigint;
	values: SqliteValue[];
}

class Pages {
	readonly #bytes: Buffer;
	readonly #pageSize: number;
	/** what of a page is content */
	readonly #usable: number;

	constructor(bytes: Buffer) {
		this.#bytes = bytes;
		const size = bytes.readUInt16BE(16);
		this.#pageSize = size === 1 ? 65_536 : size;
		this.#usable = this.#pageSize - bytes.readUInt8(20);
		if (this.#pageSize < 512 || bytes.readUInt32BE(56) > 1) {
			throw new SqliteFormatError('its text is not UTF-8');
		}
	}

	/** The rows of a table's tree, in the order of their ids. */
	*rows(root: number, seen = new Set<number>()): Generator<Row> {
		if (seen.has(root)) throw new SqliteFormatError('its pages go round in a circle');
		seen.add(root);
		const page = this.#page(root);
		const head = root === 1 ? FIRST_PAGE_HEADER : 0;
		const type = page.readUInt8(head);
		if (type !== LEAF && type !== INTERIOR) throw new SqliteFormatError('a page is of an unknown kind');
		const pointers = head + (type === LEAF ? 8 : 12);
		for (let index = 0; index < page.readUInt16BE(head + 3); index += 1) {
			const at = page.readUInt16BE(pointers + index * 2);
			if (type === INTERIOR) yield* this.rows(page.readUInt32BE(at), seen);
			else yield this.#row(page, at);
		}
		if (type === INTERIOR) yield* this.rows(page.readUInt32BE(head + 8), seen);
	}

	#page(number: number): Buffer {
		const page = this.#bytes.subarray((number - 1) * this.#pageSize, number * this.#pageSize);
		if (number < 1 || page.length < this.#pageSize) throw new RangeError('no such page');
		return page;
	}

	#row(page: Buffer, at: number): Row {
		const size = varint(page, at);
		const id = varint(page, size.next);
		return { id: id.value, values: readRecord(this.#payload(page, id.next, Number(size.value))) };
	}

	/** What does not fit goes on in a chain of overflow pages. */
	#payload(page: Buffer, at: number, size: number): Buffer {
		const usable = this.#usable;
		const most = usable - 35;
		if (size <= most) return page.subarray(at, at + size);
		const least = Math.floor(((usable - 12) * 32) / 255) - 23;
		const wanted = least + ((size - least) % (usable - 4));
		const local = wanted <= most ? wanted : least;
		const parts = [page.subarray(at, at + local)];
		let rest = size - local;
		for (let next = page.readUInt32BE(at + local); rest > 0 && next !== 0;) {
			const more = this.#page(next);
			const part = more.subarray(4, 4 + Math.min(rest, usable - 4));
			parts.push(part);
			rest -= part.length;
			next = more.readUInt32BE(0);
		}
		return Buffer.concat(parts);
	}
}

/** Serial types, then values (section 2.1 of the file format). */
function readRecord(record: Buffer): SqliteValue[] {
	const head = varint(record, 0);
	const types: number[] = [];
	for (let at = head.next; at < Number(head.value);) {
		const { value, next } = varint(record, at);
		types.push(Number(value));
		at = next;
	}
	let at = Number(head.value);
	return types.map((type) => {
		const start = at;
		at += lengthOf(type);
		if (at > record.length) throw new RangeError('a value is cut off');
		return readValue(record.subarray(start, at), type);
	});
}

const INTEGERS: Readonly<Record<number, number>> = { 1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8, 7: 8 };

function lengthOf(type: number): number {
	return type >= 12 ? Math.floor((type - 12) / 2) : (INTEGERS[type] ?? 0);
}

function readValue(bytes: Buffer, type: number): SqliteValue {
	if (type === 0) return null;
	if (type === 8 || type === 9) return type - 8;
	if (type >= 12) return type % 2 === 0 ? Buffer.from(bytes) : bytes.toString('utf8');
	if (type === 7) return bytes.readDoubleBE(0);
	return type === 6 ? bytes.readBigInt64BE(0) : bytes.readIntBE(0, bytes.length);
}

/** Seven bits a byte, the ninth byte all eight. */
function varint(bytes: Buffer, start: number): { value: bigint; next: number } {
	let value = 0n;
	for (let at = start; ; at += 1) {
		const byte = bytes.readUInt8(at);
		if (at === start + 8) return { value: (value << 8n) | BigInt(byte), next: at + 1 };
		value = (value << 7n) | BigInt(byte & 0x7f);
		if (byte < 0x80) return { value, next: at + 1 };
	}
}

/** An `integer primary key` is the row's id and is not stored beside it. */
function columnsOf(sql: string): { name: string; isRowId: boolean }[] {
	const inner = sql.slice(sql.indexOf('(') + 1, sql.lastIndexOf(')'));
	return inner
		.split(/,(?![^(]*\))/)
		.map((column) => column.trim())
		.filter((column) => !/^(primary|unique|check|foreign|constraint)\b/i.test(column))
		.map((column) => ({
			name: (/^["'`[]?(\w+)/.exec(column)?.[1] ?? '').toLowerCase(),
			isRowId: /\binteger\s+primary\s+key\b/i.test(column),
		}));
}
