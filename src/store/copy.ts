import { DATA_TABLES } from './schema';
import type { Sql, SqlValue } from './sql';

/**
 * Copies what is known from one database into another that is empty, table by table and row by row, as far as it can
 * be read: a damaged page costs the rows behind it, not the rest. Columns the other does not have take their default.
 */
export function copyKnown(from: Sql, to: Sql): void {
	to.exec('BEGIN');
	try {
		for (const table of DATA_TABLES) copyTable(from, to, table);
		mend(to);
		to.exec('COMMIT');
	} catch (error) {
		to.exec('ROLLBACK');
		throw error;
	}
}

function copyTable(from: Sql, to: Sql, table: string): void {
	const columns = sharedColumns(from, to, table);
	if (columns.length === 0) return;
	const names = columns.join(', ');
	const insert = `INSERT OR REPLACE INTO ${table} (${names}) VALUES (${columns.map(() => '?').join(', ')})`;
	try {
		for (const row of from.database.prepare(`SELECT ${names} FROM ${table}`).iterate()) {
			to.run(insert, ...columns.map((column) => row[column] as SqlValue));
		}
	} catch {
		// The rest of this table cannot be read (or does not fit); `mend` makes what was copied consistent.
	}
}

function sharedColumns(from: Sql, to: Sql, table: string): string[] {
	const columnsOf = (sql: Sql): string[] => {
		try {
			return sql.all<{ name: string }>(`PRAGMA table_info(${table})`).map(({ name }) => name);
		} catch {
			return [];
		}
	};
	const known = new Set(columnsOf(from));
	return columnsOf(to).filter((name) => known.has(name));
}

const JSON_COLUMNS = [
	['entries', 'event'],
	['consumers', 'filter'],
	['consumers', 'extra'],
	['emits', 'seqs'],
	['intents', 'context'],
	['intents', 'result'],
	['waits', 'responders'],
	['waits', 'resume'],
	['named_values', 'value'],
] as const;

/**
 * A position above the last number of its account would pass messages that have not come yet: the numbers go on above
 * everything that is known. Text that is no longer JSON goes.
 */
function mend(sql: Sql): void {
	for (const [table, column] of JSON_COLUMNS) {
		sql.exec(`DELETE FROM ${table} WHERE ${column} IS NOT NULL AND NOT json_valid(${column})`);
	}
	sql.exec(`
		UPDATE accounts SET state = NULL WHERE NOT json_valid(state);
		INSERT OR IGNORE INTO fencing (id, last_token) VALUES (1, 0);
		INSERT OR IGNORE INTO accounts (account) SELECT account FROM consumers UNION SELECT account FROM entries;
		UPDATE accounts SET last_seq = max(
			last_seq,
			coalesce((SELECT max(seq) FROM entries WHERE entries.account = accounts.account), 0),
			coalesce((SELECT max(seq) FROM seen WHERE seen.account = accounts.account), 0),
			coalesce((SELECT max(watermark) FROM consumers WHERE consumers.account = accounts.account), 0),
			coalesce((
				SELECT max(seq) FROM acknowledged JOIN consumers ON id = consumer WHERE consumers.account = accounts.account
			), 0)
		);
		UPDATE fencing SET last_token = max(
			last_token,
			coalesce((SELECT max(fence) FROM accounts), 0),
			coalesce((SELECT max(token) FROM leases), 0)
		);
	`);
}
