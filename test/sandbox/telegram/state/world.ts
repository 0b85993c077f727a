import { createHash, createHmac } from 'node:crypto';
import type { ServerKey } from '../crypto/rsa';
import { noFaults } from '../faults';
import type { Faults } from '../faults';
import { TrafficLog } from '../log';
import { defaultPolicy } from '../policy';
import type { Policy } from '../policy';
import { AdvanceableClock, SeededRandom } from '../../shared';
import type { SandboxClock } from '../../shared';
import { encodeObject } from '../tl/layers';
import type { TlObject } from '../tl/value';
import type { AuthKey } from '../wire/auth-key';
import type { Connection } from '../wire/connection';
import type { DataCentre } from '../wire/dc';
import type { Session } from '../wire/session';
import type { StoredFile } from './files';
import type { Channel, Chat, Group, Marked, Person } from './model';

export interface WorldOptions {
	/** Default: real time, advanceable. */
	readonly clock?: SandboxClock;
	/** Default 1: ids, hashes, codes and losses repeat with it. Keys do not. */
	readonly seed?: number;
	readonly policy?: Partial<Policy>;
}

/** A sent login code. */
export interface SentCode {
	readonly hash: string;
	readonly code: string;
	/** It went by e-mail, and comes back as one. */
	readonly byEmail: boolean;
	/** The address that is being set up before this code is worth anything. */
	pendingEmail?: string;
	at: number;
	tries: number;
}

/** A QR login on its way. */
export interface LoginToken {
	readonly token: Buffer;
	readonly expires: number;
	readonly key: AuthKey;
	readonly dcId: number;
	/** Set when a phone accepted it. */
	account: bigint | undefined;
}

interface Upload {
	readonly parts: Map<number, Buffer>;
	total: number | undefined;
	readonly at: number;
}

/** Everything the fake Telegram knows. */
export class World {
	readonly clock: SandboxClock;
	readonly random: SeededRandom;
	readonly policy: Policy;
	readonly faults: Faults = noFaults();
	readonly log = new TrafficLog();
	readonly dcs: DataCentre[] = [];
	readonly connections = new Set<Connection>();
	readonly people = new Map<bigint, Person>();
	readonly chats = new Map<Marked, Chat>();
	readonly files = new Map<bigint, StoredFile>();
	/** By account and file id, as uploaded. */
	readonly uploads = new Map<string, Upload>();
	readonly codes = new Map<string, SentCode>();
	readonly loginTokens = new Map<string, LoginToken>();
	/** auth.exportAuthorization: bytes in hexadecimal → account. */
	readonly exported = new Map<string, bigint>();
	/** Buttons that were pressed. */
	readonly presses: {
		readonly user: string;
		readonly peer: string;
		readonly messageId: number;
		readonly data: string;
	}[] = [];
	/** Of the MTProxy beside the data centres: 16 bytes. */
	readonly proxySecret: Buffer;
	private readonly secret: string;
	private readonly cancels = new Set<() => void>();

	constructor(options: WorldOptions) {
		this.clock = options.clock ?? new AdvanceableClock();
		this.random = new SeededRandom(options.seed ?? 1);
		this.policy = { ...defaultPolicy(), ...options.policy };
		this.secret = this.random.hex(32);
		this.proxySecret = Buffer.from(this.random.hex(32), 'hex');
	}

	now(): number {
		return this.clock.now();
	}

	/** Time as the wire shows it, milliseconds: off by what `faults.skewMs` says. */
	serverNow(): number {
		return Math.floor(this.clock.now() + this.faults.skewMs);
	}

	serverSeconds(): number {
		return Math.floor(this.serverNow() / 1000);
	}

	/** A 63-bit number that is repeatable for this seed. */
	id64(): bigint {
		return BigInt(`0x${this.random.hex(16)}`) >> 1n;
	}

	/** The access hash under which `viewer` may name a peer: another account's is worthless. */
	accessHash(viewer: bigint, peer: Marked): bigint {
		return createHmac('sha256', this.secret).update(`${viewer}:${peer}`).digest().readBigInt64LE();
	}

	/** Numbers a thing by what it is, for ids that must not depend on order. */
	stableId(name: string): bigint {
		return (
			createHash('sha256').update(`${this.secret}:${name}`).digest().readBigInt64LE() & 0x7fffffffffffffffn
		);
	}

	person(id: bigint): Person {
		const person = this.people.get(id);
		if (person === undefined) throw new Error(`no user ${id}`);
		return person;
	}

	chat(key: Marked): Chat {
		const chat = this.chats.get(key);
		if (chat === undefined) throw new Error(`no chat ${key}`);
		return chat;
	}

	channel(key: Marked): Channel {
		const chat = this.chat(key);
		if (chat.kind !== 'channel') throw new Error(`${key} is no channel`);
		return chat;
	}

	group(key: Marked): Group {
		const chat = this.chat(key);
		if (chat.kind !== 'group') throw new Error(`${key} is no basic group`);
		return chat;
	}

	dc(id: number): DataCentre | undefined {
		return this.dcs.find((one) => one.id === id);
	}

	get serverKeys(): readonly ServerKey[] {
		return this.dcs.map((dc) => dc.serverKey);
	}

	/** Every key, in all data centres, that is logged in to an account. */
	*keysOf(account: bigint): Generator<AuthKey> {
		for (const dc of this.dcs) {
			for (const key of dc.keys.values()) {
				if (key.boundTo === undefined && key.authorization?.account === account) yield key;
			}
		}
	}

	/** Sessions of an account that want pushes: at its home data centre, through permanent or temporary keys. */
	*sessionsOf(person: Person): Generator<Session> {
		const dc = this.dc(person.homeDc);
		if (dc === undefined) return;
		for (const key of dc.keys.values()) {
			if (key.principal.authorization?.account !== person.id || key.principal.duplicated) continue;
			for (const session of key.sessions.values()) {
				const forgotten =
					session.connection === undefined && this.now() - session.lastSeen > this.policy.sessionLifeMs;
				if (forgotten) key.sessions.delete(session.id);
				else if (session.wantsUpdates) yield session;
			}
		}
	}

	encodeFor(session: Session, object: TlObject): Buffer {
		return encodeObject(session.key.principal.layer, object);
	}

	/** Runs later on this world's clock; cancelled when the world ends. */
	later(ms: number, run: () => void): () => void {
		const cancel = this.clock.setTimer(ms, () => {
			this.cancels.delete(cancel);
			run();
		});
		this.cancels.add(cancel);
		return () => {
			this.cancels.delete(cancel);
			cancel();
		};
	}

	end(): void {
		for (const cancel of this.cancels) cancel();
		this.cancels.clear();
		for (const connection of [...this.connections]) connection.cut('control', true);
	}
}
