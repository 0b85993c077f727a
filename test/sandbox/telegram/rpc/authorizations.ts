import type { World } from '../state/world';
import { int, long } from '../tl/value';
import type { TlObject } from '../tl/value';
import type { AuthKey, Authorization } from '../wire/auth-key';
import { endLogin } from './auth';
import type { Call, HandlerTable } from './call';
import { RpcError } from './errors';

/** A row of the account's list of sessions. */
export function viewAuthorization(
	_world: World,
	key: AuthKey,
	{ hash, created, active }: Authorization,
	current: boolean,
): TlObject {
	return {
		_: 'authorization',
		current,
		hash: current ? 0n : hash,
		device_model: key.client?.deviceModel ?? 'Unknown',
		platform: '',
		system_version: key.client?.systemVersion ?? '',
		api_id: key.client?.apiId ?? 0,
		app_name: 'Sandbox app',
		app_version: key.client?.appVersion ?? '',
		date_created: created,
		date_active: active,
		ip: '127.0.0.1',
		country: 'Sandbox',
		region: '',
	};
}

/** Logins of the account, one per key of its home data centre. */
function logins({ world, me }: Call): { readonly key: AuthKey; readonly authorization: Authorization }[] {
	return [...world.keysOf(me.id)]
		.filter((key) => key.dcId === me.homeDc)
		.flatMap((key) => (key.authorization === undefined ? [] : [{ key, authorization: key.authorization }]));
}

function demandSeasoned({ world, key }: Call): void {
	const age = world.serverSeconds() - (key.authorization?.created ?? 0);
	if (age * 1000 < world.policy.freshSessionMs)
		throw new RpcError(406, 'FRESH_RESET_AUTHORISATION_FORBIDDEN');
}

export const authorizationHandlers: HandlerTable = {
	'account.getAuthorizations': (call) => ({
		_: 'account.authorizations',
		authorization_ttl_days: call.me.authorizationTtlDays,
		authorizations: logins(call).map(({ key, authorization }) =>
			viewAuthorization(call.world, key, authorization, authorization === call.key.authorization),
		),
	}),
	'account.resetAuthorization': (call) => {
		const hash = long(call.args, 'hash');
		const found = logins(call).find(({ authorization }) => authorization.hash === hash);
		if (found === undefined) throw new RpcError(400, 'HASH_INVALID');
		demandSeasoned(call);
		endLogin(call.world, found.authorization, 'SESSION_REVOKED');
		return true;
	},
	'auth.resetAuthorizations': (call) => {
		const list = logins(call);
		demandSeasoned(call);
		for (const { authorization } of list) {
			if (authorization !== call.key.authorization) endLogin(call.world, authorization, 'SESSION_REVOKED');
		}
		return true;
	},
	'account.setAuthorizationTTL': ({ me, args }) => {
		me.authorizationTtlDays = int(args, 'authorization_ttl_days');
		return true;
	},
};
