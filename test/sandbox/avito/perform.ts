import { refuse, Refusal, type Answer } from './answer';
import type { AuthorisedExchange, Exchange, OpenRoute, Operation } from './operation';
import { rateHeaders, tooManyRequests, type RateState } from './rates';

/** Checks in the order of the real gateway as far as it is known: token, limit, owner, scope, payment. */
function authorise(
	exchange: Exchange,
	operation: Operation,
): { exchange: AuthorisedExchange; rate?: RateState } {
	const { core, headers, params, record } = exchange;
	const token = core.tokens.check(headers.authorization);
	record.token_id = token.token_id;
	const { settings } = core;
	const messenger = operation.path.startsWith('/messenger/');
	const limit = messenger
		? settings.messenger_per_minute
		: settings.rate_limits
			? operation.perMinute
			: undefined;
	let rate: RateState | undefined;
	if (limit !== undefined && limit !== null) {
		const bucket = `${token.user_id} ${messenger ? 'messenger' : operation.id}`;
		rate = core.rates.count(bucket, limit, core.clock.now());
		if (rate.exceeded) throw new Refusal(tooManyRequests(rate, settings.retry_after));
	}
	const userId = Number(params['user_id'] ?? token.user_id);
	const own = core.world.account(token.user_id);
	if (userId !== token.user_id && userId !== own.employer_id) refuse(403);
	const account = core.world.account(userId);
	record.user_id = account.id;
	if (operation.companyOnly === true && own.employer_id !== null) refuse(403);
	if (operation.scope !== null && token.scopes?.includes(operation.scope) === false) refuse(403);
	if (operation.paid === true && !account.subscription) refuse(402);
	return { exchange: { ...exchange, token, account }, ...(rate === undefined ? {} : { rate }) };
}

/** Runs the operation after its checks; a refusal becomes the answer it carries. */
export async function perform(exchange: Exchange, route: Operation | OpenRoute): Promise<Answer> {
	try {
		if ('open' in route) return await route.run(exchange);
		const { exchange: authorised, rate } = authorise(exchange, route);
		const answer = await route.run(authorised);
		if (rate === undefined || !exchange.core.settings.rate_headers_on_success) return answer;
		return { ...answer, headers: { ...rateHeaders(rate), ...answer.headers } };
	} catch (error) {
		if (error instanceof Refusal) return error.answer;
		throw error;
	}
}
