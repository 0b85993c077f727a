import { ChannelError } from '../../../contract';

/** Errors that come before the first byte of a request: nothing can have reached Avito. */
const NOT_CONNECTED = new Set([
	'ECONNREFUSED',
	'ENOTFOUND',
	'EAI_AGAIN',
	'EHOSTUNREACH',
	'ENETUNREACH',
	'EADDRNOTAVAIL',
	'UND_ERR_CONNECT_TIMEOUT',
	'PROXY_FAILED',
	'UND_ERR_PRX_TLS',
	'UND_ERR_PRX_CONN',
	'ERR_TLS_CERT_ALTNAME_INVALID',
	'DEPTH_ZERO_SELF_SIGNED_CERT',
	'SELF_SIGNED_CERT_IN_CHAIN',
	'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
	'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
	'CERT_HAS_EXPIRED',
]);

/** A ChannelError that also knows whether the request may have left. */
export class TransportError extends ChannelError {
	/** false: the connection never came about, so a send is certainly not out */
	readonly mayHaveLeft: boolean;

	constructor(
		code: 'unreachable' | 'timeout',
		message: string,
		mayHaveLeft: boolean,
		hint: string,
		cause: unknown,
	) {
		super(code, message, { channel: 'avito', retry: 'now', hint, cause });
		this.mayHaveLeft = mayHaveLeft;
	}
}

/** undici's and Node's errors → what a person can act on. A ChannelError passes as it is. */
export function connectionProblem(error: unknown): Error {
	if (ChannelError.is(error)) return error;
	const code = codeOf(error);
	const connected = !NOT_CONNECTED.has(code) && !isConnecting(error) && !isRefusedTunnel(error);
	return new TransportError(
		'unreachable',
		connected ? `The connection to Avito broke (${code})` : `Avito cannot be reached (${code})`,
		connected,
		hintFor(code),
		error,
	);
}

export function timedOut(timeoutMs: number, cause: unknown): TransportError {
	return new TransportError(
		'timeout',
		`Avito did not answer within ${Math.round(timeoutMs / 1000)} s`,
		true,
		'Try again later; the time-out is set in the credential.',
		cause,
	);
}

function codeOf(error: unknown): string {
	for (let current = error; current instanceof Error; current = current.cause) {
		const { code } = current as NodeJS.ErrnoException;
		if (typeof code === 'string') return code;
	}
	return error instanceof Error ? error.name : 'unknown';
}

/** The system call that failed says it too, whatever the code. */
function isConnecting(error: unknown): boolean {
	return (
		error instanceof Error &&
		['connect', 'getaddrinfo'].includes((error as NodeJS.ErrnoException).syscall ?? '')
	);
}

/** An HTTP proxy that answers CONNECT with anything but 200. */
function isRefusedTunnel(error: unknown): boolean {
	return error instanceof Error && error.message.startsWith('Proxy response (');
}

function hintFor(code: string): string {
	if (
		code === 'PROXY_FAILED' ||
		code === 'UND_ERR_PRX_TLS' ||
		code === 'UND_ERR_PRX_CONN' ||
		code === 'UND_ERR_ABORTED'
	) {
		return 'Check the proxy in the credential. There is no way around it: without the proxy nothing is sent.';
	}
	if (/CERT|SIGNED|TLS/.test(code)) {
		return 'The certificate is not trusted. Behind an inspecting proxy, add its certificate authority to the credential.';
	}
	return 'Check the network, the proxy and the endpoint in the credential.';
}
