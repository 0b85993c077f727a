import { NewerSchema } from './faults';
import type { Sql } from './sql';

/**
 * One step of the schema. Steps only add (tables, columns with a default, indexes), so an older package can usually go
 * on writing; `oldestWriter` names the oldest schema version for which that still holds.
 */
interface Migration {
	sql: string;
	oldestWriter: number;
}

/**
 * `entries` holds what consumers have not passed yet; `seen` remembers event ids for a week, whether or not the entry
 * still exists; `chats` the newest provider time per chat, from which `late` follows. `event` is the last column, so
 * that scanning the columns before it never reads a long text.
 */
const FIRST = `
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE fencing (id INTEGER PRIMARY KEY CHECK (id = 1), last_token INTEGER NOT NULL);
INSERT INTO fencing VALUES (1, 0);
CREATE TABLE leases (
	name TEXT PRIMARY KEY, holder TEXT NOT NULL, token INTEGER NOT NULL, expires_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE sessions (session TEXT PRIMARY KEY, account TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE accounts (
	account TEXT PRIMARY KEY, last_seq INTEGER NOT NULL DEFAULT 0, fence INTEGER NOT NULL DEFAULT 0, state TEXT
);
CREATE TABLE entries (
	account TEXT NOT NULL, seq INTEGER NOT NULL, event_id TEXT NOT NULL, chat_id TEXT NOT NULL, at INTEGER NOT NULL,
	recorded_at INTEGER NOT NULL, recovered INTEGER NOT NULL, late INTEGER NOT NULL, held_by TEXT, held_until INTEGER,
	event TEXT, PRIMARY KEY (account, seq)
);
CREATE TABLE seen (
	account TEXT NOT NULL, event_id TEXT NOT NULL, seq INTEGER NOT NULL, recorded_at INTEGER NOT NULL,
	PRIMARY KEY (account, event_id)
) WITHOUT ROWID;
CREATE INDEX seen_by_age ON seen (recorded_at);
CREATE TABLE chats (
	account TEXT NOT NULL, chat_id TEXT NOT NULL, newest_at INTEGER NOT NULL, PRIMARY KEY (account, chat_id)
) WITHOUT ROWID;
CREATE TABLE consumers (
	id TEXT PRIMARY KEY, account TEXT NOT NULL, published INTEGER NOT NULL, filter TEXT NOT NULL,
	wants_raw INTEGER NOT NULL, not_before INTEGER NOT NULL, catch_up_ms INTEGER NOT NULL,
	catch_up_per_chat INTEGER NOT NULL, last_attached_at INTEGER NOT NULL, watermark INTEGER NOT NULL, extra TEXT NOT NULL
);
CREATE INDEX consumers_by_account ON consumers (account);
CREATE TABLE acknowledged (
	consumer TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (consumer, seq)
) WITHOUT ROWID;
CREATE TABLE emits (
	consumer TEXT NOT NULL, key TEXT NOT NULL, attempt INTEGER NOT NULL, at INTEGER NOT NULL, seqs TEXT NOT NULL,
	PRIMARY KEY (consumer, key)
);
CREATE TABLE intents (
	key TEXT PRIMARY KEY, account TEXT NOT NULL, chat_id TEXT NOT NULL, params_hash TEXT NOT NULL, state TEXT NOT NULL,
	provider_key TEXT NOT NULL, created_at INTEGER NOT NULL, expires_at INTEGER NOT NULL, context TEXT NOT NULL,
	result TEXT NOT NULL
);
CREATE INDEX intents_sent ON intents (account, chat_id) WHERE state = 'sent';
CREATE TABLE waits (
	id TEXT PRIMARY KEY, account TEXT NOT NULL, chat_id TEXT NOT NULL, message_id TEXT, created_at INTEGER NOT NULL,
	expires_at INTEGER NOT NULL, responders TEXT NOT NULL, resume TEXT NOT NULL
);
CREATE INDEX waits_by_account ON waits (account);
CREATE TABLE named_values (
	owner TEXT NOT NULL, name TEXT NOT NULL, expires_at INTEGER, value TEXT NOT NULL, PRIMARY KEY (owner, name)
) WITHOUT ROWID;
CREATE TABLE secrets (
	owner TEXT NOT NULL, name TEXT NOT NULL, sealed TEXT NOT NULL, PRIMARY KEY (owner, name)
) WITHOUT ROWID;
`;

/** What limits took away unread stays written down until it has been told, also across a crash in between. */
const GAPS = `
CREATE TABLE gaps (
	id INTEGER PRIMARY KEY, consumer TEXT NOT NULL, account TEXT NOT NULL, first_seq INTEGER NOT NULL,
	last_seq INTEGER NOT NULL, entries INTEGER NOT NULL
);
`;

/** A second tree over all ids cost a third of every append; the sweep, which alone used it, walks the first one instead. */
const IDS_WITHOUT_AGE_INDEX = 'DROP INDEX seen_by_age;';

const MIGRATIONS: readonly Migration[] = [
	{ sql: FIRST, oldestWriter: 1 },
	{ sql: GAPS, oldestWriter: 1 },
	{ sql: IDS_WITHOUT_AGE_INDEX, oldestWriter: 1 },
];

/** The version this package writes. */
export const SCHEMA_VERSION = MIGRATIONS.length;

/** All tables that hold data of accounts, for copying what is known from one database into another. */
export const DATA_TABLES = [
	'fencing',
	'leases',
	'sessions',
	'accounts',
	'entries',
	'seen',
	'chats',
	'consumers',
	'acknowledged',
	'emits',
	'gaps',
	'intents',
	'waits',
	'named_values',
	'secrets',
] as const;

export function schemaVersion(sql: Sql): number {
	return sql.get<{ user_version: number }>('PRAGMA user_version')?.user_version ?? 0;
}

/** @throws NewerSchema when the file was changed by a package that this one would harm by writing */
export function assertMayWrite(sql: Sql): void {
	if (schemaVersion(sql) <= SCHEMA_VERSION) return;
	const row = sql.get<{ value: string }>(`SELECT value FROM meta WHERE name = 'oldest_writer'`);
	const oldest = Number(row?.value);
	if (oldest <= SCHEMA_VERSION) return;
	throw new NewerSchema(
		`it was written by a newer version of this package (schema ${schemaVersion(sql)}, this one writes ` +
			`${SCHEMA_VERSION}); install that version again`,
	);
}

/** Brings the database to this package's version; a newer one that allows older writers stays as it is. */
export function migrate(sql: Sql, createdAt: string): void {
	const found = schemaVersion(sql);
	assertMayWrite(sql);
	for (const [index, migration] of MIGRATIONS.entries()) {
		if (index < found) continue;
		sql.exec(migration.sql);
		sql.exec(`PRAGMA user_version = ${index + 1}`);
		sql.run(
			`INSERT OR REPLACE INTO meta (name, value) VALUES ('oldest_writer', ?)`,
			String(migration.oldestWriter),
		);
	}
	sql.run(`INSERT OR IGNORE INTO meta (name, value) VALUES ('created_at', ?)`, createdAt);
}

/** The file's data went on in Redis, when; until the file is used anew. */
export const MOVED = 'moved';

export function createdAt(sql: Sql): string {
	return sql.get<{ value: string }>(`SELECT value FROM meta WHERE name = 'created_at'`)?.value ?? '';
}
