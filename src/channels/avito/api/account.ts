import type { Json } from '../../../contract';
import { balanceSchema, selfSchema, type AvitoSelf } from '../schemas/account';
import { parseAnswer, type WithRaw } from '../schemas/parse';
import type { Session } from '../session/session';
import type { Caller, RequestContext } from './caller';

/** Whose keys these are: `id` is the user id of every messenger path (scope `user:read`). */
export async function getSelf(session: Session, context: RequestContext): Promise<WithRaw<AvitoSelf>> {
	const raw = await session.requestJson(
		{ method: 'GET', path: '/core/v1/accounts/self', repeatable: true },
		context,
	);
	return { value: parseAnswer(selfSchema, raw, 'own account'), raw };
}

/** Wallet in roubles: `{ real, bonus }`. */
export async function getBalance(
	caller: Caller,
	context: RequestContext,
): Promise<{ real: number; bonus: number }> {
	const path = `/core/v1/accounts/${caller.userId}/balance/`;
	const json: Json = await caller.session.requestJson({ method: 'GET', path, repeatable: true }, context);
	const { real, bonus } = parseAnswer(balanceSchema, json, 'balance');
	return { real, bonus };
}
