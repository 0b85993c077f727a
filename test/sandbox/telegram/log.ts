/**
 * What happened on the wire, kept for assertions: every connection that wrote a byte, every handshake and login,
 * every request. Bounded, so that a long soak does not grow.
 */
export interface ConnectionRecord {
	readonly id: number;
	readonly dc: number;
	readonly kind: string;
	readonly remote: string;
	readonly opened: number;
	closed: number | undefined;
	/** `client`, `server`, or the control function that cut it. */
	closedBy: string | undefined;
	transport: string | undefined;
	/** Place of the first and last inbound bytes in the server's own count of reads over all connections; 0: none. */
	firstRead: number;
	lastRead: number;
	bytesIn: number;
	bytesOut: number;
	packetsIn: number;
	packetsOut: number;
	/** Permanent auth keys (hexadecimal id) that wrote here. */
	readonly authKeys: string[];
	account: string | undefined;
	handshakes: number;
	requests: number;
	pings: number;
}

export interface RequestRecord {
	readonly at: number;
	readonly dc: number;
	readonly connection: number;
	readonly authKey: string;
	readonly session: string;
	readonly account: string | undefined;
	readonly layer: number;
	readonly msgId: string;
	readonly method: string;
	/** 64-bit as decimal strings, bytes as base64 or their length. */
	readonly args: unknown;
	/** `pending`, `ok`, or the error's text. */
	outcome: string;
}

/** Two connections of one auth key of which the older still wrote after the newer had begun. */
export interface Overlap {
	readonly authKey: string;
	readonly older: number;
	readonly newer: number;
}

const maxRequests = 50_000;
const maxClosedConnections = 20_000;

export class TrafficLog {
	readonly connections: ConnectionRecord[] = [];
	readonly requests: RequestRecord[] = [];
	readonly pushes = new Map<string, number>();
	/** Methods nobody implemented here, with how often they were asked for. */
	readonly unknownMethods = new Map<string, number>();
	/** Mistakes of the sandbox itself; a test run should end with none. */
	readonly failures: string[] = [];
	/** Bad-message answers that were given: code → count. */
	readonly badMessages = new Map<number, number>();
	codesSent = 0;
	handshakes = 0;
	#reads = 0;
	#connections = 0;

	open(dc: number, kind: string, remote: string, now: number): ConnectionRecord {
		this.#connections += 1;
		const record: ConnectionRecord = {
			id: this.#connections,
			dc,
			kind,
			remote,
			opened: now,
			closed: undefined,
			closedBy: undefined,
			transport: undefined,
			firstRead: 0,
			lastRead: 0,
			bytesIn: 0,
			bytesOut: 0,
			packetsIn: 0,
			packetsOut: 0,
			authKeys: [],
			account: undefined,
			handshakes: 0,
			requests: 0,
			pings: 0,
		};
		this.connections.push(record);
		if (this.connections.length > maxClosedConnections) {
			const oldest = this.connections.findIndex((one) => one.closed !== undefined);
			if (oldest >= 0) this.connections.splice(oldest, 1);
		}
		return record;
	}

	read(record: ConnectionRecord, bytes: number): void {
		this.#reads += 1;
		if (record.firstRead === 0) record.firstRead = this.#reads;
		record.lastRead = this.#reads;
		record.bytesIn += bytes;
	}

	request(record: RequestRecord): void {
		this.requests.push(record);
		if (this.requests.length > maxRequests) this.requests.splice(0, maxRequests / 10);
	}

	push(kind: string): void {
		this.pushes.set(kind, (this.pushes.get(kind) ?? 0) + 1);
	}

	fail(where: string, error: unknown): void {
		this.failures.push(
			`${where}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
		);
	}

	/**
	 * The proof of "one session, one connection": empty when after a new connection's first byte no older
	 * connection of the same auth key wrote another. A connection belongs to a key once it used it; its bytes
	 * before that count as well.
	 */
	overlaps(): Overlap[] {
		const byKey = new Map<string, ConnectionRecord[]>();
		for (const one of this.connections) {
			for (const key of one.authKeys) byKey.set(key, [...(byKey.get(key) ?? []), one]);
		}
		const found: Overlap[] = [];
		for (const [authKey, list] of byKey) {
			const sorted = list.sort((a, b) => a.firstRead - b.firstRead);
			sorted.forEach((older, index) => {
				for (const newer of sorted.slice(index + 1)) {
					if (older.lastRead > newer.firstRead) found.push({ authKey, older: older.id, newer: newer.id });
				}
			});
		}
		return found;
	}

	clear(): void {
		const open = this.connections.filter((one) => one.closed === undefined);
		this.connections.splice(0, this.connections.length, ...open);
		this.requests.length = 0;
		this.pushes.clear();
		this.badMessages.clear();
		this.codesSent = 0;
		this.handshakes = 0;
	}
}
