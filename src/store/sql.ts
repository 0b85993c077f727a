import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** `node:sqlite` as loaded at run time: importing this room must not load it (Node 22 warns when it is loaded). */
export type Sqlite = typeof import('node:sqlite');

export type SqlValue = null | number | string;

/**
 * One connection with its prepared statements. Every statement's text is a constant, so the cache stays small.
 * Parameters are plain `?`: Node 22 does not bind values by position to numbered ones (`?1`).
 */
export class Sql {
	readonly database: DatabaseSync;
	/** rows changed since the write-ahead log was emptied */
	changed = 0;
	readonly #statements = new Map<string, StatementSync>();

	constructor(database: DatabaseSync) {
		this.database = database;
	}

	/** The row's shape is the caller's word: the columns stand in the statement beside it. */
	get<Row>(text: string, ...values: SqlValue[]): Row | undefined {
		return this.#prepare(text).get(...values) as Row | undefined;
	}

	all<Row>(text: string, ...values: SqlValue[]): Row[] {
		return this.#prepare(text).all(...values) as Row[];
	}

	/** @returns number of rows changed */
	run(text: string, ...values: SqlValue[]): number {
		const changes = Number(this.#prepare(text).run(...values).changes);
		this.changed += changes;
		return changes;
	}

	exec(text: string): void {
		this.database.exec(text);
	}

	close(): void {
		this.#statements.clear();
		if (this.database.isOpen) this.database.close();
	}

	#prepare(text: string): StatementSync {
		let statement = this.#statements.get(text);
		if (statement === undefined) {
			statement = this.database.prepare(text);
			this.#statements.set(text, statement);
		}
		return statement;
	}
}

/**
 * Statements name their columns, because a newer package may have added some; an upsert keeps what stands in those,
 * which `INSERT OR REPLACE` would not.
 */
export function upsertInto(table: string, key: readonly string[], rest: readonly string[]): string {
	const sets = rest.map((column) => `${column} = excluded.${column}`).join(', ');
	return `${insertInto(table, [...key, ...rest])} ON CONFLICT (${key.join(', ')}) DO UPDATE SET ${sets}`;
}

export function insertInto(table: string, columns: readonly string[]): string {
	return `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`;
}
