/** A Telegram session in our own form: which data centre, and the key that is the account. Never logged, never shown. */
export interface SessionData {
	dc: number;
	address: string;
	port: number;
	/** 256 bytes; null = none made yet */
	authKey: Buffer | null;
	/** where the format tells it */
	userId: string | null;
}

export const KEY_BYTES = 256;

/** Production data centres (core.telegram.org/api/datacenter; the same in every client's source). */
export const DC_ADDRESSES: Readonly<Record<number, string>> = {
	1: '149.154.175.53',
	2: '149.154.167.51',
	3: '149.154.175.100',
	4: '149.154.167.91',
	5: '91.108.56.130',
};
export const DC_PORT = 443;

export class SessionFormatError extends Error {}

/**
 * Reads a session string of GramJS/teleproto, Telethon, Pyrogram/Kurigram; tells them apart by length and layout.
 * @throws SessionFormatError in words that name no part of the string
 */
export function parseSession(text: string): SessionData {
	const session = text.trim();
	const pyrogram = parsePyrogram(session);
	const parsed = pyrogram ?? parseVersionOne(session);
	if (parsed.authKey?.length !== KEY_BYTES) throw new SessionFormatError('the key in it is cut off');
	if (parsed.dc < 1 || parsed.dc > 5) throw new SessionFormatError('it names no data centre of Telegram');
	return parsed;
}

/** As GramJS and teleproto write it: `1` and base64 of dc, length of the address, address, port, key. */
export function formatSession({ dc, address, port, authKey }: SessionData): string {
	const name = Buffer.from(address);
	const head = Buffer.alloc(3);
	head.writeUInt8(dc, 0);
	head.writeUInt16BE(name.length, 1);
	const tail = Buffer.alloc(2);
	tail.writeUInt16BE(port, 0);
	return `1${Buffer.concat([head, name, tail, authKey ?? Buffer.alloc(0)]).toString('base64')}`;
}

/** Telethon's own form: `1` and URL-safe base64 of dc, IPv4, port, key. */
export function formatTelethon({ dc, address, port, authKey }: SessionData): string {
	const parts = address.split('.').map(Number);
	if (parts.length !== 4) throw new SessionFormatError('Telethon strings hold an IPv4 address');
	const head = Buffer.from([dc, ...parts, port >> 8, port & 255]);
	return `1${base64Url(Buffer.concat([head, authKey ?? Buffer.alloc(0)]))}`;
}

function base64Url(bytes: Buffer): string {
	return bytes.toString('base64').replaceAll('+', '-').replaceAll('/', '_');
}

function parseVersionOne(session: string): SessionData {
	if (!session.startsWith('1')) throw new SessionFormatError('it is no session string of a known program');
	const body = session.slice(1);
	if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(body))
		throw new SessionFormatError('it holds characters no session string has');
	const bytes = Buffer.from(body, 'base64');
	// Telethon's layout is fixed: 4 or 16 bytes of address. GramJS writes its length before it.
	if (bytes.length === 1 + 4 + 2 + KEY_BYTES) return telethon(bytes, 4);
	const length = bytes.length < 3 ? 0 : bytes.readUInt16BE(1);
	const fits = bytes.length === 3 + length + 2 + KEY_BYTES;
	if (!fits && bytes.length === 1 + 16 + 2 + KEY_BYTES) return telethon(bytes, 16);
	if (!fits) throw new SessionFormatError('it is cut off or not a session string');
	return {
		dc: bytes.readUInt8(0),
		address: bytes.toString('latin1', 3, 3 + length),
		port: bytes.readUInt16BE(3 + length),
		authKey: bytes.subarray(5 + length),
		userId: null,
	};
}

function telethon(bytes: Buffer, addressLength: 4 | 16): SessionData {
	const raw = bytes.subarray(1, 1 + addressLength);
	const address =
		addressLength === 4
			? [...raw].join('.')
			: Array.from({ length: 8 }, (_, index) => raw.readUInt16BE(index * 2).toString(16)).join(':');
	return {
		dc: bytes.readUInt8(0),
		address,
		port: bytes.readUInt16BE(1 + addressLength),
		authKey: bytes.subarray(3 + addressLength),
		userId: null,
	};
}

/** dc · [api id] · test · key · user id · bot; 351, 356 or 362 characters without padding. */
function parsePyrogram(session: string): SessionData | null {
	const plain = session.replace(/=+$/, '');
	const layout = { 351: { apiId: 0, user: 4 }, 356: { apiId: 0, user: 8 }, 362: { apiId: 4, user: 8 } }[
		plain.length
	];
	if (layout === undefined || !/^[A-Za-z0-9_-]+$/.test(plain)) return null;
	const bytes = Buffer.from(plain, 'base64url');
	const keyAt = 2 + layout.apiId;
	if (bytes.length !== keyAt + KEY_BYTES + layout.user + 1) return null;
	const dc = bytes.readUInt8(0);
	if (bytes.readUInt8(1 + layout.apiId) === 1)
		throw new SessionFormatError("it belongs to Telegram's test servers");
	const userAt = keyAt + KEY_BYTES;
	const userId =
		layout.user === 4 ? String(bytes.readUInt32BE(userAt)) : String(bytes.readBigUInt64BE(userAt));
	return {
		dc,
		address: DC_ADDRESSES[dc] ?? '',
		port: DC_PORT,
		authKey: bytes.subarray(keyAt, userAt),
		userId,
	};
}
