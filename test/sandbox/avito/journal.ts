/** One request as the sandbox saw it. Tokens appear by number, secrets not at all. */
export interface RequestRecord {
	readonly n: number;
	/** Milliseconds of the sandbox clock. */
	readonly at: number;
	readonly method: string;
	readonly path: string;
	readonly query: Readonly<Record<string, string | string[]>>;
	/** Number of the TCP connection, to see whether connections are reused. */
	readonly connection: number;
	readonly user_agent: string | null;
	/** Whether an Authorization header came along; pictures and voices need none and should get none. */
	readonly authorization: 'bearer' | 'basic' | 'other' | null;
	operation_id: string | null;
	/** `token-1`, `token-2` …: which token was used, or issued by a token request. */
	token_id: string | null;
	user_id: number | null;
	/** The JSON body, if there was one; null for token requests and uploads. */
	body: unknown;
	/** Null while unanswered, and for ever when the answer was withheld. */
	status: number | null;
	/** Real milliseconds until the answer was handed to the socket. */
	duration_ms: number | null;
	/** The fault that was applied. */
	fault: string | null;
}

/** A message the account sent through the API. */
export interface SentRecord {
	readonly at: number;
	readonly user_id: number;
	readonly chat_id: string;
	readonly message_id: string;
	readonly type: string;
	readonly text: string | null;
	readonly image_id: string | null;
}

const kept = 50_000;

/** What happened, for assertions: the requests and the messages sent. Keeps the last 50,000 of each. */
export class Journal {
	readonly requests: RequestRecord[] = [];
	readonly sent: SentRecord[] = [];
	private count = 0;

	begin(record: Omit<RequestRecord, 'n'>): RequestRecord {
		const numbered = { ...record, n: ++this.count };
		this.requests.push(numbered);
		if (this.requests.length > kept * 1.1) this.requests.splice(0, this.requests.length - kept);
		return numbered;
	}

	addSent(record: SentRecord): void {
		this.sent.push(record);
		if (this.sent.length > kept * 1.1) this.sent.splice(0, this.sent.length - kept);
	}

	clear(): void {
		this.requests.length = 0;
		this.sent.length = 0;
	}
}
