import { createHmac } from 'node:crypto';
import { sha1 } from '../crypto/numbers';
import type { Session } from './session';

/** Half an hour, the step in which salts follow each other; each is valid for two steps. */
const saltStepS = 1800;

/** A login: which account this key speaks for, as shown in the account's list of sessions. */
export interface Authorization {
	readonly account: bigint;
	/** 64-bit number by which the list names it; 0 for the caller's own. */
	readonly hash: bigint;
	readonly created: number;
	active: number;
}

/** What initConnection told. */
export interface ClientInfo {
	readonly apiId: number;
	readonly deviceModel: string;
	readonly systemVersion: string;
	readonly appVersion: string;
	readonly langCode: string;
}

/** One auth key of one data centre, permanent or temporary, with its sessions and salts. */
export class AuthKey {
	readonly idBytes: Buffer;
	readonly id: bigint;
	readonly auxHash: Buffer;
	readonly sessions = new Map<bigint, Session>();
	layer = 0;
	client: ClientInfo | undefined;
	authorization: Authorization | undefined;
	/** The account whose code was right and whose 2FA password is awaited. */
	awaitingPassword: bigint | undefined;
	/** Set when two connections used the key at once: every request is refused from then on. */
	duplicated = false;
	/** Set when another session or the account's owner ended this login. */
	revoked: string | undefined;
	/** The permanent key this temporary one was bound to. */
	boundTo: AuthKey | undefined;
	/** Numbers the ordered pushes to this login. */
	seq = 0;

	constructor(
		readonly data: Buffer,
		readonly dcId: number,
		private readonly firstSalt: bigint,
		readonly created: number,
		/** Unix time of a temporary key's end. */
		readonly expires: number | undefined,
		/** Made for a media data centre (negative dc in the key exchange). */
		readonly media: boolean,
	) {
		const digest = sha1(data);
		this.idBytes = digest.subarray(12);
		this.id = this.idBytes.readBigInt64LE();
		this.auxHash = digest.subarray(0, 8);
	}

	get hex(): string {
		return this.idBytes.toString('hex');
	}

	/** The key that holds login and layer: the permanent one behind a bound temporary key. */
	get principal(): AuthKey {
		return this.boundTo ?? this;
	}

	private saltOf(step: number): bigint {
		return createHmac('sha256', this.data).update(String(step)).digest().readBigInt64LE();
	}

	/** The salt to use at `nowS` (Unix seconds). */
	currentSalt(nowS: number): bigint {
		return this.saltOf(Math.floor(nowS / saltStepS));
	}

	accepts(salt: bigint, nowS: number): boolean {
		const step = Math.floor(nowS / saltStepS);
		if (salt === this.saltOf(step) || salt === this.saltOf(step - 1)) return true;
		return salt === this.firstSalt && nowS < this.created / 1000 + saltStepS;
	}

	futureSalts(nowS: number, count: number): { since: number; until: number; salt: bigint }[] {
		const step = Math.floor(nowS / saltStepS);
		return Array.from({ length: count }, (_, index) => ({
			since: (step + index) * saltStepS,
			until: (step + index + 2) * saltStepS,
			salt: this.saltOf(step + index),
		}));
	}
}
