import { z } from '#lib/zod';
import { ChannelError, invalidParameter, type CommandContext, type Json } from '../../../contract';
import type { TelegramAccount } from '../account';
import { makeMask } from '../events/mask';
import { toJson } from '../events/raw';
import type { Peer } from '../peers/peer';
import { completeRequest, knowsMethod, RequestProblem } from '../seam';
import { randomId } from '../send/deliver';
import type { TlObject, TlValue } from '../tl';
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
	effect: 'send',
	timeoutMs: LONG_TIMEOUT_MS,
	classify: ({ method }) =>
		READS.test(method) ? { permission: 'read', effect: 'read' } : { permission: 'account', effect: 'send' },
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
		const key = context.intent?.providerKey ?? account.services.random.hex(8);
		const request = requestOf(account, given, peers, key);
		const result = await sendOnce(account, request, context);
		if (result === DUPLICATE) return { items: [{ duplicate: true }], hints: [ARRIVED] };
		const json = makeMask(account.phone, false).json(toJson(result));
		return {
			items: [typeof json === 'object' && json !== null && !Array.isArray(json) ? json : { result: json }],
		};
	},
});

const DUPLICATE = Symbol('duplicate');
const ARRIVED = 'An earlier try had arrived; Telegram did nothing more, and does not show again what it did.';

/**
 * Under the command's intent: a repeat with a random id is none to Telegram, which says so; any other is not made.
 * @throws ChannelError `outcome_unknown`
 */
async function sendOnce(
	{ connection }: TelegramAccount,
	request: TlObject,
	{ intent, signal }: CommandContext,
): Promise<TlValue | typeof DUPLICATE> {
	const known = 'random_id' in request || 'multi_media' in request;
	if (intent?.state === 'sent' && !known) throw outcomeUnknown();
	await intent?.sent();
	try {
		return await connection.call(request, { signal });
	} catch (error) {
		if (!ChannelError.is(error) || error.providerCode !== 'RANDOM_ID_DUPLICATE') throw error;
		return DUPLICATE;
	}
}

function outcomeUnknown(): ChannelError {
	return new ChannelError(
		'outcome_unknown',
		'An earlier try of this request may have reached Telegram; it is not sent again',
		{ channel: 'telegram', hint: 'Look whether it took effect, then run it with another key.' },
	);
}

/** @throws ChannelError `invalid_parameter`, before anything is sent */
function requestOf(
	account: TelegramAccount,
	given: Json,
	peers: ReadonlyMap<string, Peer>,
	key: string,
): TlObject {
	let made = 0;
	const nextRandomId = (): string => randomId(key, made++).toString();
	try {
		return completeRequest(toTl(account, given, peers) as TlObject, nextRandomId);
	} catch (error) {
		if (!(error instanceof RequestProblem)) throw error;
		throw invalidParameter(
			'parameters',
			error.message,
			'A chat or person is given as {"_": "chat", "id": "@name"}; every other object with its constructor in "_".',
		);
	}
}
