/**
 * What happened on the wire, kept for assertions: every connection that wrote a byte, every login, every
 * request. Bounded, so that a long soak does not grow.
 */
export interface ConnectionRecord {
	readonly id: number;
	readonly front: string;
	readonly remote: string;
	readonly opened: number;
	closed: number | undefined;
	/** Why it ended: `client`, `server`, or the control function that cut it. */
	closedBy: string | undefined;
	/**
	 * Place of the first and last inbound byte in the server's own count of reads over all connections;
	 * 0: no byte yet. Comparable between connections, unlike times.
	 */
	firstRead: number;
	lastRead: number;
	bytesIn: number;
	bytesOut: number;
	framesIn: number;
	framesOut: number;
	deviceType: string | undefined;
	deviceId: string | undefined;
	/** Set by LOGIN. */
	session: number | undefined;
	account: string | undefined;
	logins: number;
}

export interface RequestRecord {
	readonly at: number;
	readonly connection: number;
	readonly account: string | undefined;
	readonly cmd: number;
	readonly opcode: number;
	readonly seq: number;
	/** Integers as decimal strings, floats as `{"$float": x}`. */
	readonly payload: unknown;
	/** `ok`, or the error key of the answer. */
	outcome: string;
}

/** One HTTP request to the media server. */
export interface TransferRecord {
	readonly at: number;
	readonly what: 'upload' | 'download';
	readonly method: string;
	/** Decimal id; absent when the address was wrong. */
	readonly media: string | undefined;
	readonly status: number;
}

/** Two connections of one session of which the older still wrote after the newer had begun. */
export interface Overlap {
	readonly session: number;
	readonly account: string;
	readonly older: number;
	readonly newer: number;
}

const maxRequests = 20_000;
const maxClosedConnections = 20_000;

export class TrafficLog {
	readonly connections: ConnectionRecord[] = [];
	readonly requests: RequestRecord[] = [];
	readonly pushes = new Map<number, number>();
	readonly transfers: TransferRecord[] = [];
	/** Buttons that were pressed. */
	readonly presses: {
		readonly user: bigint;
		readonly callbackId: string | undefined;
		readonly payload: string | undefined;
	}[] = [];
	/** Mistakes of the sandbox itself; a test run should end with none. */
	readonly failures: string[] = [];
	/** Live connections per session now, and at most. */
	readonly #live = new Map<number, { now: number; peak: number }>();
	#reads = 0;
	#connections = 0;

	open(front: string, remote: string, now: number): ConnectionRecord {
		this.#connections += 1;
		const record: ConnectionRecord = {
			id: this.#connections,
			front,
			remote,
			opened: now,
			closed: undefined,
			closedBy: undefined,
			firstRead: 0,
			lastRead: 0,
			bytesIn: 0,
			bytesOut: 0,
			framesIn: 0,
			framesOut: 0,
			deviceType: undefined,
			deviceId: undefined,
			session: undefined,
			account: undefined,
			logins: 0,
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

	/** A connection logged in with a session. */
	entered(session: number): void {
		const live = this.concurrency(session);
		live.now += 1;
		live.peak = Math.max(live.peak, live.now);
	}

	left(session: number): void {
		this.concurrency(session).now -= 1;
	}

	concurrency(session: number): { now: number; peak: number } {
		const live = this.#live.get(session) ?? { now: 0, peak: 0 };
		this.#live.set(session, live);
		return live;
	}

	request(record: RequestRecord): void {
		this.requests.push(record);
		if (this.requests.length > maxRequests) this.requests.splice(0, maxRequests / 10);
	}

	transfer(record: TransferRecord): void {
		this.transfers.push(record);
		if (this.transfers.length > maxRequests) this.transfers.shift();
	}

	push(opcode: number): void {
		this.pushes.set(opcode, (this.pushes.get(opcode) ?? 0) + 1);
	}

	/**
	 * The proof of "one session, one connection": empty when after a new connection's first byte no older
	 * connection of the same session wrote another. A connection belongs to a session once it logged in with
	 * it; its bytes before that count as well.
	 */
	overlaps(): Overlap[] {
		const bySession = new Map<number, ConnectionRecord[]>();
		for (const one of this.connections) {
			if (one.session === undefined) continue;
			bySession.set(one.session, [...(bySession.get(one.session) ?? []), one]);
		}
		const found: Overlap[] = [];
		for (const [session, list] of bySession) {
			const sorted = list.sort((a, b) => a.firstRead - b.firstRead);
			sorted.forEach((older, index) => {
				for (const newer of sorted.slice(index + 1)) {
					if (older.lastRead <= newer.firstRead) continue;
					found.push({ session, account: older.account ?? '', older: older.id, newer: newer.id });
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
		this.presses.length = 0;
		this.transfers.length = 0;
		for (const live of this.#live.values()) live.peak = live.now;
	}
}
