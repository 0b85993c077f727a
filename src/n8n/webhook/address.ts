import { isIP } from 'node:net';

/** The address to register: n8n's own webhook URL with the secret in its query. */
export function withSecret(url: string, secret: string): string {
	const address = new URL(url);
	address.searchParams.set('key', secret);
	return address.toString();
}

/** Ours are all with the same origin and path, whatever secret they carry: an older secret leaves such a one behind. */
export function sameAddress(a: string, b: string): boolean {
	const [one, other] = [parse(a), parse(b)];
	return one !== null && other !== null && one.origin === other.origin && one.pathname === other.pathname;
}

function parse(url: string): URL | null {
	try {
		return new URL(url);
	} catch {
		return null;
	}
}

/**
 * Can the provider reach this address? It wants HTTPS and a public name. An endpoint of one's own without TLS is the
 * sandbox or a gateway in the same network: that one reaches what the provider cannot. Registering an address nobody
 * reaches would only give the account failing webhooks; polling brings the messages in any case.
 */
export function isReachable(url: string, endpoint: string): boolean {
	const address = parse(url);
	if (address === null) return false;
	if (parse(endpoint)?.protocol === 'http:') return true;
	return address.protocol === 'https:' && isPublicHost(address.hostname.toLowerCase());
}

const PRIVATE_NAME = /(^|\.)(localhost|local|internal|lan|home\.arpa)$/;
const PRIVATE_V4 =
	/^(0|10|127|169\.254|192\.168|172\.(1[6-9]|2\d|3[01])|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7]))\./;
const PRIVATE_V6 = /^(::1?$|f[cd]|fe[89ab])/;

function isPublicHost(host: string): boolean {
	const bare = host.replace(/^\[|\]$/g, '');
	switch (isIP(bare)) {
		case 4:
			return !PRIVATE_V4.test(bare);
		case 6:
			return !PRIVATE_V6.test(bare);
		default:
			return bare.includes('.') && !PRIVATE_NAME.test(bare);
	}
}
