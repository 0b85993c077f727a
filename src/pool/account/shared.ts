import type { Clock, Logger, Meter, Random, RemoteCalls, Store } from '../../contract';
import type { ResumeWait } from '../types';
import type { CredentialWatch } from './credential-watch';
import type { LeaseKeeper } from './lease-keeper';
import type { ReaderSeats } from './reader-seat';

/** What all accounts of one pool share. */
export interface PoolShared {
	clock: Clock;
	random: Random;
	logger: Logger;
	meter: Meter;
	/** `host/pid/role` */
	processName: string;
	version: string;
	/** an account nobody uses is closed after this long, ms */
	lingerMs(): number;
	/** opened at first use, once */
	store(): Promise<Store>;
	leases(): Promise<LeaseKeeper>;
	/** the way to the process that owns a session; null where processes cannot call each other */
	remote(): Promise<RemoteCalls | null>;
	seats: ReaderSeats;
	watch: CredentialWatch;
	resumeWait: ResumeWait;
}
