import { generate } from 'selfsigned';

/** PEM texts: the authority to trust, and what the servers show. */
export interface TestCertificate {
	readonly ca: string;
	readonly cert: string;
	readonly key: string;
}

/**
 * A certificate authority and a server certificate for `host`, `localhost` and 127.0.0.1, made at start: the
 * real service's certificates chain to an authority that Node does not know, and clients must cope with that.
 */
export async function makeCertificate(host: string): Promise<TestCertificate> {
	const from = new Date(Date.now() - 86_400_000);
	const until = new Date(Date.now() + 10 * 365 * 86_400_000);
	const common = { keyType: 'ec', algorithm: 'sha256', notBeforeDate: from, notAfterDate: until } as const;
	const ca = await generate([{ name: 'commonName', value: 'MAX sandbox CA' }], {
		...common,
		extensions: [
			{ name: 'basicConstraints', cA: true, critical: true },
			{ name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
		],
	});
	const numeric = /^[\d.]+$/.test(host);
	const server = await generate([{ name: 'commonName', value: host }], {
		...common,
		ca: { key: ca.private, cert: ca.cert },
		extensions: [
			{ name: 'basicConstraints', cA: false },
			{ name: 'keyUsage', digitalSignature: true, keyEncipherment: true },
			{ name: 'extKeyUsage', serverAuth: true },
			{
				name: 'subjectAltName',
				altNames: [
					{ type: 2, value: 'localhost' },
					{ type: 7, ip: '127.0.0.1' },
					...(numeric ? [{ type: 7 as const, ip: host }] : [{ type: 2 as const, value: host }]),
				],
			},
		],
	});
	return { ca: ca.cert, cert: server.cert, key: server.private };
}
