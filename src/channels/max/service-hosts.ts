import { isIP } from 'node:net';

/** Domains of the service: its sockets, its pages, its files. */
const SERVICE_DOMAINS = ['oneme.ru', 'max.ru'];

/** Is this host the endpoint's own, or one under the service's domains or the credential's further ones? */
export function isServiceHost(host: string, endpoint: URL, furtherDomains: readonly string[]): boolean {
	return (
		host === endpoint.hostname ||
		[...SERVICE_DOMAINS, ...furtherDomains].some((domain) => isUnder(host, domain))
	);
}

function isUnder(host: string, domain: string): boolean {
	return isIP(host) === 0 && (host === domain || host.endsWith(`.${domain}`));
}
