import { ok, oauthErrorAnswer, type Answer } from '../answer';
import type { AuthorisedExchange, Exchange, OpenRoute, Operation } from '../operation';

function basicOf(header: string | undefined): readonly [string, string] | undefined {
	const encoded = /^Basic (\S+)$/i.exec(header ?? '')?.[1];
	if (encoded === undefined) return undefined;
	const [id, ...secret] = Buffer.from(encoded, 'base64').toString().split(':');
	return [id ?? '', secret.join(':')];
}

function token({ core, headers, body, record }: Exchange): Answer {
	if (!/^application\/x-www-form-urlencoded\b/i.test(headers['content-type'] ?? '')) {
		const status = core.settings.token_error_status;
		return oauthErrorAnswer(status, 'invalid_request', 'the body must be form-encoded');
	}
	const form = new URLSearchParams(body.toString());
	const { answer, token_id } = core.tokens.grant(form, basicOf(headers.authorization));
	record.token_id = token_id ?? null;
	return answer;
}

function getUserInfoSelf({ account }: AuthorisedExchange): Answer {
	return ok({
		id: account.id,
		name: account.name,
		email: account.email,
		phone: account.phone,
		phones: [account.phone],
		profile_url: `https://avito.ru/user/${account.id.toString(16).padStart(32, '0')}/profile`,
	});
}

function getUserBalance({ account }: AuthorisedExchange): Answer {
	return ok(account.balance);
}

export const tokenRoute: OpenRoute = {
	open: true,
	id: 'getAccessToken',
	method: 'POST',
	path: '/token',
	// The OpenAPI writes no closing slash, Avito's own curl samples do.
	eitherSlash: true,
	run: token,
};

export const accountOperations: readonly Operation[] = [
	{
		id: 'getUserInfoSelf',
		method: 'GET',
		path: '/core/v1/accounts/self',
		scope: 'user:read',
		run: getUserInfoSelf,
	},
	{
		id: 'getUserBalance',
		method: 'GET',
		path: '/core/v1/accounts/{user_id}/balance/',
		scope: 'user_balance:read',
		run: getUserBalance,
	},
];
