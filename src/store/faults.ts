/**
 * What a failed SQLite call means for the store. `busy`: another connection holds the lock, try again; `damaged`: the
 * file's content cannot be trusted; `unusable`: the place cannot be written or read (full, read-only, I/O error).
 * null: the operation itself was wrong, the store is fine.
 */
export type Fault = 'busy' | 'damaged' | 'unusable';

/** Primary result codes, https://www.sqlite.org/rescode.html */
const FAULTS: Readonly<Record<number, Fault>> = {
	3: 'unusable', // SQLITE_PERM
	5: 'busy', // SQLITE_BUSY
	6: 'busy', // SQLITE_LOCKED
	7: 'unusable', // SQLITE_NOMEM
	8: 'unusable', // SQLITE_READONLY
	10: 'unusable', // SQLITE_IOERR
	11: 'damaged', // SQLITE_CORRUPT
	13: 'unusable', // SQLITE_FULL
	14: 'unusable', // SQLITE_CANTOPEN
	15: 'busy', // SQLITE_PROTOCOL: lost a race for the WAL locks
	22: 'unusable', // SQLITE_NOLFS
	26: 'damaged', // SQLITE_NOTADB
};

/** A newer package has changed the file in a way this one must not write. */
export class NewerSchema extends Error {
	override readonly name = 'NewerSchema';
}

export function faultOf(error: unknown): Fault | null {
	if (error instanceof NewerSchema) return 'unusable';
	if (typeof error !== 'object' || error === null) return null;
	if ('errcode' in error && typeof error.errcode === 'number') return FAULTS[error.errcode & 0xff] ?? null;
	// Before SQLite is asked at all, the folder and the file are made with node:fs.
	return 'syscall' in error ? 'unusable' : null;
}

/** The cause in the words of SQLite or the file system, without paths or data. */
export function faultText(error: unknown): string {
	if (error instanceof NewerSchema) return error.message;
	if (typeof error === 'object' && error !== null) {
		if ('errstr' in error && typeof error.errstr === 'string') return error.errstr;
		if ('code' in error && typeof error.code === 'string') return error.code;
	}
	return 'unknown error';
}
