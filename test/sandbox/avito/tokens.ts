import { errorAnswer, gatewayAnswer, oauthErrorAnswer, ok, Refusal, type Answer } from './answer';
import type { Settings } from './settings';
import type { Key, World } from './world';

/** A personal token (`scopes` null: everything) or one of the authorization-code grant. */
export interface Token {
	/** What logs and `requests` show instead of the token. */
	readonly token_id: string;
	readonly user_id: number;
	readonly client_id: string;
	readonly scopes: readonly string[] | null;
	expiresAt: number;
}

/** Issues and checks tokens. Avito: POST /token (official auth guide), Authorization: Bearer. */
export class Tokens {
	private readonly issued = new Map<string, Token>();
	private readonly codes = new Map<string, { user_id: number; scope: string }>();
	private readonly refreshable = new Map<
		string,
		{ user_id: number; client_id: string; scope: string; used: boolean }
	>();
	private count = 0;

	constructor(
		private readonly world: World,
		private readonly settings: () => Settings,
	) {}

	/** Answers a token request; `basic` holds the credentials of an Authorization header, if any. */
	grant(
		form: URLSearchParams,
		basic: readonly [string, string] | undefined,
	): { answer: Answer; token_id?: string } {
		try {
			return this.grantOrRefuse(form, basic);
		} catch (error) {
			if (error instanceof Refusal) return { answer: error.answer };
			throw error;
		}
	}

	private grantOrRefuse(form: URLSearchParams, basic: readonly [string, string] | undefined) {
		const grant = form.get('grant_type');
		if (grant === null) this.refuse('invalid_request', 'grant_type is missing');
		const [id, secret] = (this.settings().token_basic_auth ? basic : undefined) ?? [
			form.get('client_id'),
			form.get('client_secret'),
		];
		const key = this.world.keys.get(id ?? '');
		if (key === undefined || key.client_secret !== secret) {
			this.refuse('invalid_client', 'Client authentication failed');
		}
		if (grant === 'client_credentials') return this.issue(key, key.user_id, null);
		if (grant === 'authorization_code') {
			const code = this.codes.get(form.get('code') ?? '');
			if (code === undefined) this.refuse('invalid_grant', 'The authorization code is invalid');
			this.codes.delete(form.get('code') ?? '');
			return this.issue(key, code.user_id, code.scope);
		}
		if (grant === 'refresh_token') {
			const old = this.refreshable.get(form.get('refresh_token') ?? '');
			const spent = old?.used === true && this.settings().refresh_token_single_use;
			if (old === undefined || spent || old.client_id !== key.client_id) {
				this.refuse('invalid_grant', 'The refresh token is invalid');
			}
			old.used = true;
			return this.issue(key, old.user_id, old.scope);
		}
		this.refuse('unsupported_grant_type', `grant_type ${grant} is not supported`);
	}

	private issue(key: Key, userId: number, scope: string | null): { answer: Answer; token_id: string } {
		const settings = this.settings();
		if (settings.new_token_revokes_old) this.revoke(userId);
		const access = this.world.random.text(22);
		const token_id = `token-${++this.count}`;
		const expiresAt = this.world.clock.now() + settings.token_ttl_seconds * 1000;
		const scopes = scope === null ? null : scope.split(',');
		this.issued.set(access, { token_id, user_id: userId, client_id: key.client_id, scopes, expiresAt });
		const answer = { access_token: access, expires_in: settings.token_ttl_seconds, token_type: 'Bearer' };
		if (scope === null) return { answer: ok(answer), token_id };
		const refresh_token = this.world.random.text(32);
		this.refreshable.set(refresh_token, { user_id: userId, client_id: key.client_id, scope, used: false });
		return { answer: ok({ ...answer, refresh_token, scope }), token_id };
	}

	private refuse(error: string, description: string): never {
		throw new Refusal(oauthErrorAnswer(this.settings().token_error_status, error, description));
	}

	/** The token behind an Authorization header; refuses what is missing, unknown or expired. */
	check(header: string | undefined): Token {
		const value = /^Bearer (\S+)$/i.exec(header ?? '')?.[1];
		const token = value === undefined ? undefined : this.issued.get(value);
		if (token === undefined) throw new Refusal(errorAnswer(401));
		if (token.expiresAt > this.world.clock.now()) return token;
		throw new Refusal(
			this.settings().expired_token === 'gateway_403'
				? gatewayAnswer(403, 'access token expired')
				: errorAnswer(401),
		);
	}

	/** Whose token a header carries, without judging it. */
	ownerOf(header: string | undefined): number | undefined {
		return this.issued.get(/^Bearer (\S+)$/i.exec(header ?? '')?.[1] ?? '')?.user_id;
	}

	/** Makes every token of the account unknown from now on. */
	revoke(userId: number): number {
		const before = this.issued.size;
		for (const [value, token] of this.issued) if (token.user_id === userId) this.issued.delete(value);
		return before - this.issued.size;
	}

	/** Makes every token of the account expired from now on. */
	expire(userId: number): number {
		const tokens = [...this.issued.values()].filter((token) => token.user_id === userId);
		for (const token of tokens) token.expiresAt = this.world.clock.now();
		return tokens.length;
	}

	/** What the user's consent at `avito.ru/oauth` would give the app: a code for one exchange. */
	authorize(userId: number, scope: string): string {
		const code = this.world.random.text(22);
		this.codes.set(code, { user_id: userId, scope });
		return code;
	}

	get valid(): Token[] {
		return [...this.issued.values()].filter((token) => token.expiresAt > this.world.clock.now());
	}

	clear(): void {
		this.issued.clear();
		this.codes.clear();
		this.refreshable.clear();
	}
}
