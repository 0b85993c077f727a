import { isServiceHost } from '../service-hosts';

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
	if (!isServiceHost(target.hostname, endpoint, furtherDomains)) return endpoint;
	const next = new URL(endpoint.href);
	next.hostname = target.hostname;
	if (target.port !== '') next.port = target.port;
	return next;
}
