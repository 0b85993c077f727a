import type { IWebhookFunctions } from 'n8n-workflow';
import type { JsonObject } from '../../contract';

/** What n8n adds to Express's request; without a content type it knows, it does not even read the body. */
interface RawRequest {
	rawBody?: Buffer;
	readRawBody?(): Promise<void>;
}

/**
 * The event in a request's body; null = none, as in the provider's self-test (`{}`, sent as a form). It is JSON whatever the
 * content type says: n8n parses it only under one of its names, so what it made no event of is read from the bytes.
 */
export async function readEvent(
	context: Pick<IWebhookFunctions, 'getBodyData' | 'getRequestObject'>,
	field: string,
): Promise<JsonObject | null> {
	const parsed: unknown = context.getBodyData();
	if (isEvent(parsed, field)) return parsed;
	// n8n's type is Express's, whose declarations are not among what a node package gets.
	const request: unknown = context.getRequestObject();
	const bytes = await readBytes(request as RawRequest);
	const read = bytes === undefined ? null : parse(bytes);
	return isEvent(read, field) ? read : null;
}

async function readBytes(request: RawRequest): Promise<Buffer | undefined> {
	if (request.rawBody === undefined) await request.readRawBody?.();
	return request.rawBody;
}

function parse(bytes: Buffer): unknown {
	try {
		return JSON.parse(new TextDecoder().decode(bytes));
	} catch {
		return null;
	}
}

function isEvent(body: unknown, field: string): body is JsonObject {
	return isObject(body) && isObject(body[field]);
}

function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null;
}
