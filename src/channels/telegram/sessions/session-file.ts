import { DC_ADDRESSES, DC_PORT, KEY_BYTES, SessionFormatError, type SessionData } from './session';
import { isSqlite, readSqliteTable, SqliteFormatError, type SqliteRow } from './sqlite-file';

/**
 * The session in a `.session` file: a SQLite database with a table `sessions`, by Telethon (server_address, port) or by
 * Pyrogram and Kurigram (test_mode, user_id; newer ones with server_address).
 * @throws SessionFormatError in words that name nothing of its content
 */
export function parseSessionFile(bytes: Buffer): SessionData {
	const row = rowsOf(bytes).find(({ auth_key: key }) => Buffer.isBuffer(key) && key.length === KEY_BYTES);
	if (row === undefined) throw new SessionFormatError('the file holds no session that is logged in');
	if (row['test_mode'] === 1) throw new SessionFormatError("it belongs to Telegram's test servers");
	const { dc_id: dc, server_address: address, port, user_id: user, auth_key: key } = row;
	if (typeof dc !== 'number' || dc < 1 || dc > 5)
		throw new SessionFormatError('it names no data centre of Telegram');
	return {
		dc,
		address: typeof address === 'string' && address !== '' ? address : (DC_ADDRESSES[dc] ?? ''),
		port: typeof port === 'number' && port > 0 ? port : DC_PORT,
		authKey: Buffer.isBuffer(key) ? key : null,
		userId: typeof user === 'number' || typeof user === 'bigint' ? String(user) : null,
	};
}

function rowsOf(bytes: Buffer): SqliteRow[] {
	try {
		return readSqliteTable(bytes, 'sessions');
	} catch (error) {
		if (error instanceof SqliteFormatError)
			throw new SessionFormatError(`it is no session file: ${error.message}`);
		throw error;
	}
}

/** The file as text, as a credential's field can hold it: base64 of a database. */
export function sessionFileIn(text: string): Buffer | null {
	if (!text.startsWith('U1FMaXRl')) return null;
	const bytes = Buffer.from(text, 'base64');
	return isSqlite(bytes) ? bytes : null;
}
