import { ChannelError } from '../../../contract';

/** Codes after which the message may still be out; every other error is a clear refusal. */
const AMBIGUOUS = [
	'timeout',
	'unreachable',
	'cancelled',
	'outcome_unknown',
	'upstream_error',
	'unexpected_answer',
	'account_in_use',
];

/** Did Avito (or we ourselves) clearly refuse, so that a repeat may send without looking first? */
export function isDefiniteRefusal(error: unknown): boolean {
	return ChannelError.is(error) && !AMBIGUOUS.includes(error.code);
}
