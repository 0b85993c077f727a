import { z } from '#lib/zod';
import { invalidParameter, type Json } from '../../../contract';
import { makeMask } from '../events/mask';
import { toJson } from '../events/raw';
import { knowsMethod } from '../seam';
import type { TlObject, TlValue } from '../tl';
import { command, LONG_TIMEOUT_MS } from './shared';

/** Ends or endangers the account, or moves money: refused unless the credential allows dangerous calls. */
const DANGEROUS = [
	/^auth\./,
	/^account\.(deleteAccount|updatePasswordSettings|resetAuthorization|resetPassword|changePhone|setAuthorizationTTL|resetWebAuthorizations?)$/,
	/^account\.(confirm|cancel|sendChange)/,
	/^payments\./,
];
/** Starts nothing and changes nothing, by its name. */
const READS = /\.(get|search|check|resolve)[A-Z]/;

/**
 * Any method of the layer by its TL name, with its parameters as JSON: TL's own field names (snake_case), objects with
 * `_`, 64-bit numbers as decimal strings, bytes as `{ "$base64": "…" }`. A chat may be given as `{ "_": "chat", "id": "@name" }`.
 */
export const rawRequest = command({
	permission: 'account',
	effect: 'change',
	timeoutMs: LONG_TIMEOUT_MS,
	classify: ({ method }) =>
		READS.test(method) ? { permission: 'read', effect: 'read' } : { permission: 'account', effect: 'change' },
	input: z.strictObject({
		method: z
			.string()
			.trim()
			.regex(/^[a-z]+\.[a-zA-Z]+$/, 'must be a method such as messages.getHistory'),
		parameters: z.record(z.string(), z.json()).default({}),
	}),
	dangerous: ({ method }) => DANGEROUS.some((pattern) => pattern.test(method)),
	async run(account, { method, parameters }, context) {
		if (!knowsMethod(method)) throw invalidParameter('method', `Telegram's layer has no ${method}`);
		const peers = new Map<string, TlObject>();
		for (const reference of referencesIn(parameters)) {
			const { peer } = await account.resolver.resolve(reference, {
				signal: context.signal,
				field: 'parameters',
			});
			peers.set(reference, account.resolver.inputOf(peer.id));
		}
		const fields = Object.fromEntries(
			Object.entries(parameters).map(([name, value]) => [name, toTl(value, peers)]),
		);
		const result = await account.connection.call({ ...fields, _: method }, { signal: context.signal });
		const json = makeMask(account.phone, false).json(toJson(result));
		return {
			items: [typeof json === 'object' && json !== null && !Array.isArray(json) ? json : { result: json }],
		};
	},
});

function referencesIn(value: Json): string[] {
	if (Array.isArray(value)) return value.flatMap(referencesIn);
	if (typeof value !== 'object' || value === null) return [];
	if (value['_'] === 'chat' && typeof value['id'] === 'string') return [value['id']];
	return Object.values(value).flatMap(referencesIn);
}

function toTl(value: Json, peers: ReadonlyMap<string, TlObject>): TlValue {
	if (Array.isArray(value)) return value.map((entry) => toTl(entry, peers));
	if (typeof value !== 'object' || value === null) return value;
	const { $base64: base64, _: name, id } = value;
	if (typeof base64 === 'string') return Buffer.from(base64, 'base64');
	const peer = name === 'chat' && typeof id === 'string' ? peers.get(id) : undefined;
	if (peer !== undefined) return peer;
	if (typeof name !== 'string')
		throw invalidParameter('parameters', 'every object needs its constructor in "_"');
	return {
		...Object.fromEntries(Object.entries(value).map(([field, inner]) => [field, toTl(inner, peers)])),
		_: name,
	};
}
