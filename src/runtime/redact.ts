import type { Json, JsonObject } from '../contract';

const SECRET_KEY =
	/secret|token|password|passwd|session|authorization|cookie|api_?hash|auth_?key|^code$|_code$|^pin$/i;
/** bearer values, `key=`-style queries, long hex or base64 runs, E.164 numbers */
const SECRET_TEXT: readonly [RegExp, string][] = [
	[/\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]+/gi, '$1 [hidden]'],
	[/([?&](?:key|secret|token|signature|code|client_secret|access_token)=)[^&\s"']+/gi, '$1[hidden]'],
	[/\/\/[^/\s:@]+:[^/\s:@]+@/g, '//[hidden]@'],
	[/\b[A-Fa-f0-9]{40,}\b/g, '[hidden]'],
	[/\b[A-Za-z0-9+/_-]{80,}={0,2}/g, '[hidden]'],
	[/\+\d{10,15}\b/g, '[phone]'],
];

/** Takes what looks like a secret out of a sentence. A second net: the first is not to put it there. */
export function redactText(text: string): string {
	return SECRET_TEXT.reduce((clean, [pattern, replacement]) => clean.replace(pattern, replacement), text);
}

/** The same for structured log fields: values under secret names vanish, strings are cleaned. */
export function redact(value: JsonObject): JsonObject {
	return redactValue(value) as JsonObject;
}

function redactValue(value: Json): Json {
	if (typeof value === 'string') return redactText(value);
	if (Array.isArray(value)) return value.map(redactValue);
	if (value === null || typeof value !== 'object') return value;
	return Object.fromEntries(
		Object.entries(value).map(([key, inner]) => [
			key,
			SECRET_KEY.test(key) && typeof inner !== 'boolean' && inner !== null ? '[hidden]' : redactValue(inner),
		]),
	);
}
