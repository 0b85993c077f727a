import type { Readable } from 'node:stream';
import type { JsonObject } from './channel';

/** Where a file to be sent comes from. `open` may be called again when an upload is repeated. */
export type MediaSource =
	| {
			kind: 'stream';
			open: () => Promise<Readable>;
			fileName: string;
			mimeType: string;
			/** bytes, when known beforehand */
			size?: number;
	  }
	| { kind: 'url'; url: string; fileName?: string }
	/** a reference received earlier (`media.images[].ref`): sent again without a download where the provider can */
	| { kind: 'ref'; ref: string };

/** A file that comes out of a command, as a stream the caller must consume or destroy. */
export interface MediaOutput {
	stream: Readable;
	fileName: string;
	mimeType: string;
	/** bytes, when the provider tells */
	size?: number;
}

/**
 * What a caller asks of an account. `name` is `resource.operation` in lower camel case (`message.sendText`), the same
 * word in every messenger where the operation is the same; `input` is plain JSON (it may cross processes) and is
 * parsed by the channel's schema for that name, so a bad value is refused with the field's name before anything is sent.
 */
export interface Command {
	name: string;
	input: JsonObject;
	media?: MediaSource[];
}

/** Identifies one send within one execution, or across executions when the user gave a key of his own. */
export interface IdempotencyKey {
	key: string;
	/** ms the result is remembered: 24 h within an execution, 7 days with the user's own key */
	rememberMs: number;
}

export interface CallOptions {
	signal?: AbortSignal;
	/** whole call including waiting for a budget; default by the channel */
	timeoutMs?: number;
	idempotency?: IdempotencyKey;
	/** wait at most this long for our own budget, then fail with `rate_limited`; 0 = never wait; undefined = as long as the time-out allows */
	budgetWaitMs?: number;
	/** the incoming event that caused this call, for the loop breaker and *mark read on reply* */
	causedBy?: { chatId: string; eventId: string };
	/** one id from event or call through pool and provider request into the logs */
	correlationId?: string;
	/** long work tells how far it is (pages, bytes, items); at most a few times a second */
	onProgress?: (progress: { done: number; total?: number; what: string }) => void;
}

/** Every result is a list of items (n8n's shape): a get returns one, a list many, a delete `{ deleted: true }`. */
export interface CallResult {
	items: JsonObject[];
	/** files, in the order of the items that mention them */
	media?: MediaOutput[];
	/** token for the next page, where the command was asked for one page (pickers) */
	nextPage?: string;
	/** sentences for the person, shown as execution hints */
	hints?: string[];
}
