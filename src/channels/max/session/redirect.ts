import { isIP } from 'node:net';

/** Domains of the service; a RECONNECT push may not lead anywhere else. */
const SERVICE_DOMAINS = ['oneme.ru', 'max.ru'];

/**
 * Where to reconnect after push 3. The host may carry a port. Anything but the endpoint's own host, or a host under one
 * of the service's (or the credential's further) domains, is ignored: the token would go there.
 */
export function redirectedEndpoint(
	endpoint: URL,
	redirectHost: string | null,
	furtherDomains: readonly string[],
): URL {
	if (redirectHost === null || redirectHost === '') return endpoint;
	const target = URL.parse(`${endpoint.protocol}//${redirectHost}`);
	if (
		target === null ||
		target.hostname === '' ||
		target.username !== '' ||
		(target.pathname !== '' && target.pathname !== '/')
	)
		return endpoint;
	const known =
		target.hostname === endpoint.hostname ||
		[...SERVICE_DOMAINS, ...furtherDomains].some((domain) => isUnder(target.hostname, domain));
	if (!known) return endpoint;
	const next = new URL(endpoint.href);
	next.hostname = target.hostname;
	if (target.port !== '') next.port = target.port;
	return next;
}

function isUnder(host: string, domain: string): boolean {
	return isIP(host) === 0 && (host === domain || host.endsWith(`.${domain}`));
}
