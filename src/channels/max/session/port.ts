import type { ChannelError, Json } from '../../../contract';
import type { Outgoing } from '../codec';
import type { LoginReply } from './greeting';

export interface RequestOptions {
	signal?: AbortSignal;
	timeoutMs?: number;
	/**
	 * A broken connection or a time-out is not the end (default): asked again, since a read changes nothing and a
	 * MSG_SEND with the same `cid` is the same message. false: the failure is told.
	 */
	repeat?: boolean;
	/** awaited once, right before the first byte leaves */
	beforeFirstByte?: () => Promise<void>;
}

/** A push, and how to acknowledge it. */
export interface Push {
	opcode: number;
	seq: number;
	payload: Json;
	/** why the body could not be read; then `payload` is null */
	unreadable: string | undefined;
	/** Tells the service that it is stored; does nothing once its connection is gone. */
	acknowledge(payload: Outgoing): void;
}

export interface SessionListener {
	push(push: Push): void;
	/** after each LOGIN, before any push of that connection is told */
	live(login: LoginReply): void;
	down(error: ChannelError): void;
}
