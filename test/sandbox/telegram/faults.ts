/** An RPC error instead of the answer, for the next `count` matching requests. */
export interface ErrorFault {
	/** TL name such as `messages.sendMessage`; absent: any method. */
	readonly method?: string | undefined;
	/** Only requests of this account (user id in decimal). */
	readonly account?: string | undefined;
	readonly code: number;
	readonly message: string;
	/** The request is carried out all the same: only its answer is a lie. */
	readonly after?: boolean | undefined;
	count: number;
}

/** Something that befalls the next `count` matching requests. */
export interface RequestFault {
	readonly method?: string | undefined;
	readonly account?: string | undefined;
	count: number;
}

export interface DelayFault extends RequestFault {
	readonly ms: number;
}

/** What goes wrong, changeable at any moment. Probabilities are 0…1 and drawn from the seeded random. */
export interface Faults {
	/** Only these accounts suffer what concerns connections and pushes (user ids); empty: everybody. */
	accounts: string[];
	/** Requests are carried out and nothing is sent any more; sockets stay open. */
	silent: boolean;
	/** Nothing that arrives is looked at and nothing is sent; sockets stay open, as behind a dead NAT. */
	halfOpen: boolean;
	/** What is to be sent gathers, and leaves as one container per session when this is switched off. */
	hold: boolean;
	/** Everything sent is late by so many milliseconds. */
	delayMs: number;
	/** Bytes per write; 0: whole packets. */
	splitBytes: number;
	/** Every encrypted packet leaves twice, byte for byte, as if somebody on the way played it again. */
	replay: boolean;
	losePush: number;
	duplicatePush: number;
	/** A push waits until the next one has left. */
	reorderPush: number;
	/** Names of updates (`updateNewMessage`) or containers the three above apply to; empty: all. */
	pushKinds: string[];
	errors: ErrorFault[];
	/** Carried out, never answered. */
	dropAnswers: RequestFault[];
	/** Carried out, then the connection is cut before the answer. */
	cutBeforeAnswer: RequestFault[];
	/** Half of the packet with the answer is written, then the connection is reset. */
	cutInAnswer: RequestFault[];
	delays: DelayFault[];
	/** So many of the next encrypted packets are answered by a transport error (-404, -429) instead. */
	transportErrors: { code: number; count: number };
	/** So many of the next messages are answered by bad_server_salt with a fresh, valid salt. */
	badSalts: number;
	/** Each connection is reset after so many packets from the client; 0: never. */
	cutAfterPackets: number;
	/** The server's clock is off by so many milliseconds: message ids, salts and dates follow it. */
	skewMs: number;
}

export function noFaults(): Faults {
	return {
		accounts: [],
		silent: false,
		halfOpen: false,
		hold: false,
		delayMs: 0,
		splitBytes: 0,
		replay: false,
		losePush: 0,
		duplicatePush: 0,
		reorderPush: 0,
		pushKinds: [],
		errors: [],
		dropAnswers: [],
		cutBeforeAnswer: [],
		cutInAnswer: [],
		delays: [],
		transportErrors: { code: -404, count: 0 },
		badSalts: 0,
		cutAfterPackets: 0,
		skewMs: 0,
	};
}

/** Takes one use of the first fault that matches, or nothing. */
export function takeFault<T extends RequestFault>(
	faults: readonly T[],
	method: string,
	account: string | undefined,
): T | undefined {
	const fault = faults.find(
		(one) =>
			one.count > 0 &&
			(one.method === undefined || one.method === method) &&
			(one.account === undefined || one.account === account),
	);
	if (fault !== undefined) fault.count -= 1;
	return fault;
}
