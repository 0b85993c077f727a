import { ChannelError } from '../../contract';
import { CodecError } from './codec';
import { RELOGIN } from './refusal-meanings';

/** Push 20: ended by the service or by the user on another device. */
export function loggedOut(): ChannelError {
	return new ChannelError('session_ended', 'The session was ended by MAX or on another device', {
		channel: 'max',
		providerCode: 'LOGOUT',
		hint: RELOGIN,
	});
}

export function notLoggedIn(): ChannelError {
	return new ChannelError('session_ended', 'The credential holds no login token', {
		channel: 'max',
		hint: 'Run Login in the MAX User node (QR code or phone) and put the session it returns into the credential.',
	});
}

/** The connection broke, or never came about. */
export class ConnectionError extends ChannelError {
	/** false: certainly nothing of the request has reached the service */
	readonly mayHaveLeft: boolean;

	constructor(
		code: 'unreachable' | 'timeout',
		message: string,
		mayHaveLeft: boolean,
		cause?: unknown,
		hint = hintFor(cause),
	) {
		super(code, message, { channel: 'max', retry: 'now', hint, cause });
		this.mayHaveLeft = mayHaveLeft;
	}
}

/** The connection lives, and the service said nothing about this request: lost, or something it does not know. */
export class UnansweredError extends ConnectionError {
	constructor(message: string) {
		const hint = 'The connection works. Try again; if it stays so, this server does not offer the operation.';
		super('timeout', message, true, undefined, hint);
	}
}

export function connectFailure(error: unknown): ChannelError {
	if (ChannelError.is(error)) return error;
	return new ConnectionError('unreachable', `MAX cannot be reached (${describe(error)})`, false, error);
}

export function connectionLost(error: unknown, mayHaveLeft: boolean): ChannelError {
	if (ChannelError.is(error)) return error;
	return new ConnectionError(
		'unreachable',
		`The connection to MAX broke (${describe(error)})`,
		mayHaveLeft,
		error,
	);
}

/** @param alive something else was heard from the service meanwhile */
export function timedOut(ms: number, opcode: number, alive: boolean): ChannelError {
	const says = `MAX did not answer within ${String(Math.round(ms / 1000))} s (opcode ${String(opcode)})`;
	return alive ? new UnansweredError(says) : new ConnectionError('timeout', says, true);
}

export function unexpectedAnswer(what: string): ChannelError {
	return new ChannelError('unexpected_answer', `MAX's answer cannot be understood: ${what}`, {
		channel: 'max',
		hint: 'If it stays so, the service has changed; a newer version of this package may know more.',
	});
}

export function peerNotFound(what: string): ChannelError {
	return new ChannelError('peer_not_found', `MAX does not know ${what}`, {
		channel: 'max',
		hint: 'Check the id. Only chats of this account can be reached.',
	});
}

function describe(error: unknown): string {
	if (error instanceof CodecError) return error.message;
	for (let current = error; current instanceof Error; current = current.cause) {
		const { code } = current as NodeJS.ErrnoException;
		if (typeof code === 'string') return code;
	}
	return error instanceof Error ? error.message.slice(0, 200) : 'unknown';
}

function hintFor(cause: unknown): string {
	const code = describe(cause);
	if (/CERT|SELF_SIGNED|VERIFY|ISSUER/.test(code)) {
		return 'The certificate is not trusted. Add its authority under CA Certificates in the credential (documents and api2.oneme.ru use the Russian Trusted CA: https://www.gosuslugi.ru/crt).';
	}
	if (code === 'PROXY_FAILED')
		return 'Check the proxy in the credential; there is never a direct connection instead.';
	if (code === 'UPGRADE_REFUSED') return 'Check endpoint and origin in the credential.';
	if (/ENOTFOUND|EAI_AGAIN/.test(code)) return 'The host name cannot be resolved: check endpoint and DNS.';
	return 'Check the network, the endpoint and the proxy. The connection is tried again.';
}
