import { z } from '#lib/zod';
import { ChannelError, invalidParameter, type Json } from '../../../contract';
import { CodecError, messageId, wireId, type Outgoing, type WireId } from '../codec';
import { object } from '../json';
import { OP } from '../opcodes';
import { command, requestOptions } from './shared';
import { masked } from './shapes';

/** What only reads: it may be repeated, and needs no more than the permission to read. */
const READS: ReadonlySet<number> = new Set([
	1, 26, 28, 32, 35, 36, 37, 39, 46, 48, 49, 51, 53, 56, 59, 60, 62, 68, 71, 73, 74, 79, 83, 88, 89, 91, 127,
	144, 145, 162, 163, 180, 181, 195, 197, 198, 208, 209, 210, 211, 212, 220, 256, 258, 272, 273, 301, 302,
	305, 306,
]);

/**
 * Ends the session, the account or its protection: log out, close sessions, change the number or the 2FA password,
 * delete the profile, let another device in. SESSION_INIT and LOGIN would break the connection's own order.
 */
const DANGEROUS: ReadonlySet<number> = new Set([
	OP.sessionInit,
	OP.login,
	OP.login2,
	OP.logout,
	OP.authRequest,
	OP.auth,
	OP.authConfirm,
	OP.sessionsClose,
	OP.authQrApprove,
	98,
	99,
	100,
	101,
	104,
	107,
	108,
	109,
	110,
	111,
	112,
	113,
	115,
	116,
	199,
	200,
	OP.getQr,
	OP.getQrStatus,
	OP.loginByQr,
]);

/** Numbers the service pushes and never answers: it may close the connection that sends one (two clients). */
const PUSH_ONLY: ReadonlySet<number> = new Set([
	3, 128, 129, 130, 131, 132, 134, 135, 136, 137, 138, 139, 140, 142, 143, 146, 147, 148, 150, 152, 153, 154,
	155, 156, 159, 165, 216, 277, 292, 293,
]);

/**
 * Any opcode with a JSON payload over the open connection. Digits in a text under a name that holds an id leave as
 * the integers the service wants; numbers must be whole. Anything that does more than read happens at most once.
 */
export const rawRequest = command({
	permission: 'account',
	effect: 'send',
	classify: ({ opcode }) =>
		READS.has(opcode) ? { permission: 'read', effect: 'read' } : { permission: 'account', effect: 'send' },
	dangerous: ({ opcode }) => DANGEROUS.has(opcode),
	input: z.strictObject({
		opcode: z.number().int().min(1).max(65_535),
		payload: z.record(z.string(), z.json()).default({}),
	}),
	async run(account, { opcode, payload }, context) {
		const { intent } = context;
		if (PUSH_ONLY.has(opcode))
			throw invalidParameter('opcode', 'is one that MAX only pushes', 'Use the number of a request.');
		if (intent?.state === 'sent') throw outcomeUnknown();
		try {
			const reply = await account.session.request(opcode, toOutgoing(payload, ''), {
				...requestOptions(context),
				repeat: READS.has(opcode),
				beforeFirstByte: async () => intent?.sent(),
			});
			const shown = masked(account, reply);
			return { items: [object(shown) ?? { result: shown }] };
		} catch (error) {
			throw error instanceof CodecError ? invalidParameter('payload', error.message) : error;
		}
	},
});

function outcomeUnknown(): ChannelError {
	return new ChannelError(
		'outcome_unknown',
		'An earlier try of this request may have reached MAX; it is not sent again',
		{
			channel: 'max',
			hint: 'Look whether it took effect, then run it with another key.',
		},
	);
}

/** `messageId`, `messageIds`, `pinMessageId` … are ids of messages; other names that end in id or ids are ids of something else. */
function toOutgoing(value: Json, name: string): Outgoing {
	if (typeof value === 'string' && /^-?\d{1,20}$/.test(value)) return idOf(value, name) ?? value;
	if (Array.isArray(value)) return value.map((item) => toOutgoing(item, name));
	if (typeof value === 'object' && value !== null) {
		return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toOutgoing(item, key)]));
	}
	if (typeof value === 'number' && /messageids?$/i.test(name) && Number.isSafeInteger(value))
		return messageId(String(value));
	return value;
}

/** Ids that are texts on every transport (tracks, folders, callbacks, conversations) never look like a bare number of this length. */
function idOf(digits: string, name: string): WireId | null {
	if (/messageids?$/i.test(name)) return messageId(digits);
	return /(ids?|^cid)$/i.test(name) && !/^(trackId|callbackId|conversationId|deviceId)$/.test(name)
		? wireId(digits)
		: null;
}
