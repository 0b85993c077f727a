import { z } from '#lib/zod';
import { ChannelError, CHANNELS, ERROR_CODES, type JsonObject } from '../../contract';
import type { AccountPolicy } from '../../contract/schemas';
import { readPolicy, writePolicy } from './policies';

/**
 * Messages between processes, as JSON. A door: what arrives is parsed, and what cannot be is dropped. A call has a second
 * line, see `policies.ts`.
 */

/** What is in it is JSON, because it was just read as JSON: looking again would cost more than the rest of a call. */
const jsonObject = z.custom<JsonObject>(
	(value) => typeof value === 'object' && value !== null && !Array.isArray(value),
);

/** Where a file comes from. `pipe`: its bytes are asked for piece by piece from the process that sent this. */
const mediaSchema = z.discriminatedUnion('kind', [
	z.object({ kind: z.literal('url'), url: z.string(), fileName: z.string().optional() }),
	z.object({ kind: z.literal('ref'), ref: z.string() }),
	z.object({
		kind: z.literal('pipe'),
		pipe: z.string(),
		fileName: z.string(),
		mimeType: z.string(),
		size: z.number().optional(),
	}),
]);

const errorSchema = z.object({
	code: z.enum(ERROR_CODES),
	message: z.string(),
	retry: z.union([z.enum(['never', 'now']), z.object({ afterMs: z.number() })]),
	hint: z.string().optional(),
	channel: z.enum(CHANNELS).optional(),
	account: z.string().optional(),
	providerCode: z.string().optional(),
	field: z.string().optional(),
});

const progressSchema = z.object({ done: z.number(), total: z.number().optional(), what: z.string() });

const messageSchema = z.discriminatedUnion('type', [
	z.object({
		type: z.literal('call'),
		id: z.string(),
		from: z.string(),
		session: z.string(),
		/** after this long nobody waits for the answer any more, ms */
		timeoutMs: z.number(),
		name: z.string(),
		input: jsonObject,
		media: z.array(mediaSchema),
		idempotency: z.object({ key: z.string(), rememberMs: z.number() }).optional(),
		budgetWaitMs: z.number().optional(),
		causedBy: z.object({ chatId: z.string(), eventId: z.string() }).optional(),
		correlationId: z.string().optional(),
		wantsProgress: z.boolean(),
	}),
	z.object({ type: z.literal('yield'), id: z.string(), from: z.string(), session: z.string() }),
	z.object({
		type: z.literal('hint'),
		id: z.string(),
		from: z.string(),
		session: z.string(),
		hint: jsonObject,
	}),
	z.object({
		type: z.literal('ask'),
		id: z.string(),
		from: z.string(),
		timeoutMs: z.number(),
		question: jsonObject,
	}),
	z.object({ type: z.literal('told'), id: z.string(), answer: jsonObject.nullable() }),
	z.object({ type: z.literal('news'), from: z.string(), news: jsonObject }),
	z.object({ type: z.literal('cancel'), id: z.string() }),
	z.object({
		type: z.literal('result'),
		id: z.string(),
		items: z.array(jsonObject),
		media: z.array(mediaSchema).optional(),
		nextPage: z.string().optional(),
		hints: z.array(z.string()).optional(),
	}),
	z.object({ type: z.literal('error'), id: z.string(), error: errorSchema }),
	z.object({ type: z.literal('notOwner'), id: z.string() }),
	z.object({ type: z.literal('did'), id: z.string(), did: z.boolean() }),
	z.object({ type: z.literal('progress'), id: z.string(), progress: progressSchema }),
	z.object({ type: z.literal('pull'), pipe: z.string(), from: z.string(), reading: z.string() }),
	z.object({ type: z.literal('drop'), pipe: z.string(), reading: z.string() }),
	z.object({ type: z.literal('piece'), reading: z.string(), bytes: z.string() }),
	z.object({ type: z.literal('end'), reading: z.string(), error: errorSchema.optional() }),
]);
type FirstLine = z.infer<typeof messageSchema>;
type Call = Extract<FirstLine, { type: 'call' }> & { policy: AccountPolicy };
export type Message = Exclude<FirstLine, { type: 'call' }> | Call;

export interface Envelope {
	message: Message;
	/** the id of the event or call it belongs to, in the question and in its answer */
	correlation: string | undefined;
	/** of a call: the span it was made in (W3C Trace Context), where tracing is on */
	traceparent?: string | undefined;
}

export type MessageOf<Type extends Message['type']> = Extract<Message, { type: Type }>;
export type WireMedia = z.infer<typeof mediaSchema>;
export type WireError = z.infer<typeof errorSchema>;

/** Leaves out what is undefined: optional on the wire means absent in the contract. */
export function present<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
	const kept: Partial<T> = {};
	for (const name in value) if (value[name] !== undefined) kept[name] = value[name];
	// The loop is what the type says.
	return kept as { [K in keyof T]: Exclude<T[K], undefined> };
}

/** Anything that is no ChannelError stays where it happened, and so does every cause: it may hold anything. */
export function toWireError(error: unknown): WireError {
	const known = ChannelError.is(error)
		? error
		: new ChannelError('upstream_error', 'Unexpected failure in the process that holds this account');
	return {
		code: known.code,
		message: known.message,
		retry: known.retry,
		...present({
			hint: known.hint,
			channel: known.channel,
			account: known.account,
			providerCode: known.providerCode,
			field: known.field,
		}),
	};
}

export function fromWireError(wire: WireError): ChannelError {
	const { code, message, ...options } = wire;
	return new ChannelError(code, message, present(options));
}

export function writeEnvelope({ message, correlation, traceparent }: Envelope): string {
	if (message.type !== 'call') return JSON.stringify({ ...message, correlation, traceparent });
	const { policy, ...first } = message;
	return `${JSON.stringify({ ...first, correlation, traceparent })}\n${writePolicy(policy)}`;
}

/** @returns null for what this version does not understand */
export function readEnvelope(text: string): Envelope | null {
	try {
		const end = text.indexOf('\n');
		const json = JSON.parse(end < 0 ? text : text.slice(0, end)) as JsonObject;
		const { correlation, traceparent } = json;
		const first = messageSchema.parse(json);
		return {
			message: first.type === 'call' ? { ...first, policy: readPolicy(text.slice(end + 1)) } : first,
			correlation: typeof correlation === 'string' ? correlation : undefined,
			traceparent: typeof traceparent === 'string' ? traceparent : undefined,
		};
	} catch {
		return null;
	}
}
