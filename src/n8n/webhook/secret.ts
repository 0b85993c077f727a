import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * The secret in a trigger's own URL: HMAC-SHA256, keyed with a secret of the credential, over instance, workflow and
 * node. Nobody without that secret can guess it (a node's ids are in every exported workflow, so they alone would not
 * do); every process can compute it anew, so nothing is stored; two triggers never share it; and it changes with the
 * credential's secret, after which the registration puts the new URL in place of the old one.
 */
export function urlSecret(
	credentialSecret: string,
	identity: { instance: string; workflow: string; node: string },
): string {
	const { instance, workflow, node } = identity;
	return createHmac('sha256', credentialSecret)
		.update(JSON.stringify(['webhook', instance, workflow, node]))
		.digest('hex')
		.slice(0, 40);
}

/** Compares in a time that does not depend on where the two differ. */
export function sameSecret(given: unknown, expected: string): boolean {
	if (typeof given !== 'string') return false;
	// HMAC of both makes the lengths equal, which timingSafeEqual demands, and hides the length of the expected one.
	const digest = (text: string): Buffer => createHmac('sha256', 'compare').update(text).digest();
	return timingSafeEqual(digest(given), digest(expected));
}
