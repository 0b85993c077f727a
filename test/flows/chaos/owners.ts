import { avitoDriver } from '../../../src/channels/avito';
import { sessionLeaseName } from '../../../src/contract';
import { Keys } from '../../../src/redis/keys';
import type { RedisServer } from '../../redis/support/redis-server';
import type { Account } from './messengers';

/** Between two looks at the leases, ms of the run's time. */
const LOOK_MS = 300;
/** How long an owner is known before a request of somebody else counts: a piece may lie in this process' own queue. */
const KNOWN_MS = 4_000;

interface Owner {
	readonly pid: number;
	readonly token: string;
	readonly since: number;
	expires: number;
}

/**
 * Avito's accounts have no connection of their own, so its sandbox cannot tell who writes: each process reaches it by a
 * line of its own, and what comes over it is compared with the lease in Redis. The other two messengers' sandboxes see
 * two connections of one session themselves.
 */
export class AvitoOwners {
	readonly #keys: ReadonlyMap<string, string>;
	readonly #owners = new Map<string, Owner>();
	readonly #client: ReturnType<RedisServer['client']>;
	readonly #timer: NodeJS.Timeout;
	readonly violations: string[] = [];
	requests = 0;

	constructor(redis: RedisServer, prefix: string, accounts: readonly Account[]) {
		const keys = new Keys(prefix);
		const avito = accounts.filter(({ channel }) => channel === 'avito');
		this.#keys = new Map(
			avito.map(({ id, data }) => [
				id,
				keys.lease(sessionLeaseName(avitoDriver.configure(data(redis.port)).session)),
			]),
		);
		this.#client = redis.client();
		this.#client.on('error', () => undefined);
		this.#timer = setInterval(() => void this.#look(), LOOK_MS);
	}

	/** A process wrote for an account. */
	wrote(pid: number, account: string): void {
		this.requests += 1;
		const owner = this.#owners.get(account);
		if (owner === undefined || owner.pid === pid) return;
		if (performance.now() - owner.since < KNOWN_MS || owner.expires < Date.now()) return;
		const written = performance.now();
		// What Redis says now decides: a lease may have changed hands since the last look.
		void this.#read(account)
			.then((now) => {
				if (now?.token !== owner.token) return;
				const knownMs = Math.round(written - owner.since);
				this.violations.push(
					`process ${pid} wrote for ${account}, which process ${owner.pid} has had for ${knownMs} ms`,
				);
			})
			.catch(() => undefined);
	}

	close(): void {
		clearInterval(this.#timer);
		this.#client.disconnect();
	}

	async #look(): Promise<void> {
		for (const account of this.#keys.keys()) {
			const found = await this.#read(account).catch(() => undefined);
			const known = this.#owners.get(account);
			if (found === undefined) this.#owners.delete(account);
			else if (known?.token === found.token) known.expires = found.expires;
			else this.#owners.set(account, found);
		}
	}

	async #read(account: string): Promise<Owner | undefined> {
		const key = this.#keys.get(account) ?? '';
		const [holder, expires, token] = await this.#client.hmget(key, 'holder', 'expires', 'token');
		if (!holder || !token) return undefined;
		return { pid: Number(holder.split('/')[1]), token, since: performance.now(), expires: Number(expires) };
	}
}
