import { z } from '#lib/zod';
import { invalidParameter, type Json } from '../../../contract';
import type { TelegramAccount } from '../account';
import { makeMask } from '../events/mask';
import { toJson } from '../events/raw';
import type { Peer } from '../peers/peer';
import { completeRequest, knowsMethod, RequestProblem } from '../seam';
import type { TlObject } from '../tl';
import { referencesIn, toTl } from './raw-parameters';
import { command, LONG_TIMEOUT_MS, peerOf } from './shared';

/** Ends or endangers the account, or moves money: refused unless the credential allows dangerous calls. */
const DANGEROUS = [
	/^auth\./,
	/^account\.(deleteAccount|updatePasswordSettings|resetAuthorization|resetPassword|changePhone|setA(uthorization|ccount)TTL|resetWebAuthorizations?)$/,
	// The address that login codes go to, and keys that log in without any.
	/^account\.((sendV|v)erifyEmail|confirm|cancel|sendChange|[a-zA-Z]*Passkey)/,
	/^payments\./,
	/^channels\.editCreator$/,
];
/** Starts nothing and changes nothing, by its name; but for the first, which presses a button. */
const READS = /^(?!messages\.getBotCallbackAnswer$).*\.(get|search|check|resolve)[A-Z]/;

/**
 * Any method of the layer by its TL name, with its parameters as JSON: TL's own field names, objects with `_`, 64-bit
 * numbers as decimal strings, bytes as `{ "$base64": "…" }` or `{ "$hex": "…" }`. A chat may be given as
 * `{ "_": "chat", "id": "@name" }`, or by the text alone.
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
		const peers = new Map<string, Peer>();
		const given: Json = { ...parameters, _: method };
		for (const reference of referencesIn(given)) {
			const { peer } = await peerOf(account, reference, context, { field: 'parameters' });
			peers.set(reference, peer);
		}
		const result = await account.connection.call(requestOf(account, given, peers), {
			signal: context.signal,
		});
		const json = makeMask(account.phone, false).json(toJson(result));
		return {
			items: [typeof json === 'object' && json !== null && !Array.isArray(json) ? json : { result: json }],
		};
	},
});

/** @throws ChannelError `invalid_parameter`, before anything is sent */
function requestOf(account: TelegramAccount, given: Json, peers: ReadonlyMap<string, Peer>): TlObject {
	try {
		return completeRequest(toTl(account, given, peers) as TlObject);
	} catch (error) {
		if (!(error instanceof RequestProblem)) throw error;
		throw invalidParameter(
			'parameters',
			error.message,
			'A chat or person is given as {"_": "chat", "id": "@name"}; every other object with its constructor in "_".',
		);
	}
}
