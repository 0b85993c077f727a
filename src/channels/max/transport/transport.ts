import type { Clock } from '../../../contract';
import type { IncomingFrame, OutgoingFrame } from '../codec';
import type { MaxSettings } from '../settings';

/** What a transport tells. `closed` comes exactly once, after everything else. */
export interface TransportEvents {
	frame(frame: IncomingFrame): void;
	/** anything arrived: the other side lives */
	heard(): void;
	closed(reason: Error): void;
}

/** One open connection that carries frames; the encoding is its own business. */
export interface Transport {
	/**
	 * Several frames leave in one write.
	 * @throws ChannelError `account_in_use` when another process owns the session; then the connection is destroyed
	 */
	send(...frames: OutgoingFrame[]): void;
	/** Ends politely; destroyed when the other side does not answer. */
	close(): void;
	/** Cuts at once: nothing more leaves. */
	destroy(reason: Error): void;
}

/** What every transport needs to come about. */
export interface TransportOptions {
	settings: MaxSettings;
	/** host and port to go to; another than the settings' after a RECONNECT push */
	endpoint: URL;
	clock: Clock;
	/** checked before every single write; throws once the lease is gone */
	assertOwner: () => void;
	signal: AbortSignal;
	events: TransportEvents;
}

export type OpenTransport = (options: TransportOptions) => Promise<Transport>;
