/** An error instead of the answer, for the next `count` matching requests. Nothing is carried out. */
export interface ErrorFault {
	/** Absent: any request. */
	readonly opcode?: number;
	readonly error: string;
	readonly message?: string;
	readonly title?: string;
	count: number;
}

/** A reply that is carried out and never sent (or cut in the middle), for the next `count` matching requests. */
export interface ReplyFault {
	readonly opcode?: number;
	count: number;
}

/**
 * The reply's `cmd` is another one, for the next `count` matching requests. 2: nothing but the header (no capture shows what
 * it means); beyond 3: a frame nobody knows goes in front of the real reply.
 */
export interface CmdFault {
	readonly opcode?: number;
	readonly cmd: number;
	count: number;
}

/** Replaces one member of matching replies and pushes, e.g. path `message.time`, value `"soon"`. */
export interface MutationFault {
	readonly opcode?: number;
	/** Member names separated by points; a number selects an array element, `*` all. */
	readonly path: string;
	/** Any JSON value; `{"$float": 1.5}` sends a float, absent removes the member. */
	readonly value?: unknown;
	count: number;
}

/** An up- or download that fails, for the next `count` of them. */
export interface MediaFault {
	readonly what: 'upload' | 'download';
	/** HTTP status; 0: the connection is cut after the first bytes. */
	readonly status: number;
	count: number;
}

/** What goes wrong, changeable at any moment. Probabilities are 0…1 and drawn from the seeded random. */
export interface Faults {
	/** Only these accounts suffer (user ids in decimal); empty: all connections. */
	accounts: string[];
	/** TCP: bytes per write, each its own segment as far as the kernel lets us. WebSocket: fragments of one message. */
	splitBytes: number;
	/** TCP: so many frames leave in one write (an incomplete batch leaves on the next turn). */
	joinFrames: number;
	/** TCP: of the frames that one read brings, only the first is looked at, as a reimplemented server does. */
	oneFramePerRead: boolean;
	/** A push takes the seq of the newest request of its connection, so that it equals a pending one. */
	collideSeq: boolean;
	losePush: number;
	duplicatePush: number;
	/** A push waits until the next one has left. */
	reorderPush: number;
	/** Opcodes the three above apply to; empty: all pushes. */
	pushOpcodes: number[];
	/** A reply waits until the next one has left (at most one turn of the clock, 50 ms). */
	reorderReplies: boolean;
	/** Requests are carried out and nothing is sent any more; sockets stay open. */
	silent: boolean;
	/** Nothing that arrives is looked at and nothing is sent; sockets stay open, as behind a dead NAT. */
	halfOpen: boolean;
	/** Everything sent is late by so many milliseconds. */
	delayMs: number;
	errors: ErrorFault[];
	dropReplies: ReplyFault[];
	/** Half of the reply is written, then the connection is cut. */
	cutInReply: ReplyFault[];
	cmds: CmdFault[];
	mutations: MutationFault[];
	media: MediaFault[];
	/** So many uploads end in push 136 with an error instead of becoming usable. */
	processingFailures: number;
	/** Each connection is cut after so many frames sent; 0: never. */
	cutAfterFrames: number;
	/** MSG_SEND with media answers `attachment.not.ready` so many times, then goes through. */
	attachmentNotReady: number;
}

export function noFaults(): Faults {
	return {
		accounts: [],
		splitBytes: 0,
		joinFrames: 0,
		oneFramePerRead: false,
		collideSeq: false,
		losePush: 0,
		duplicatePush: 0,
		reorderPush: 0,
		pushOpcodes: [],
		reorderReplies: false,
		silent: false,
		halfOpen: false,
		delayMs: 0,
		errors: [],
		dropReplies: [],
		cutInReply: [],
		cmds: [],
		mutations: [],
		media: [],
		processingFailures: 0,
		cutAfterFrames: 0,
		attachmentNotReady: 0,
	};
}

/** Takes one use of a failing up- or download: its HTTP status, or nothing. */
export function takeMediaFault(faults: readonly MediaFault[], what: MediaFault['what']): number | undefined {
	const fault = faults.find((one) => one.count > 0 && one.what === what);
	if (fault !== undefined) fault.count -= 1;
	return fault?.status;
}

/** Takes one use of the first fault that matches, or nothing. */
export function takeFault<T extends { readonly opcode?: number; count: number }>(
	faults: readonly T[],
	opcode: number,
): T | undefined {
	const fault = faults.find((one) => one.count > 0 && (one.opcode === undefined || one.opcode === opcode));
	if (fault !== undefined) fault.count -= 1;
	return fault;
}
