import { createHash, createPublicKey } from 'node:crypto';
import { library } from './library';

/** Lets the key exchange accept a server with this RSA key. Process-wide: the library keeps one map. */
export function trust(pem: string): void {
	const { n, e } = createPublicKey(pem).export({ format: 'jwk' });
	const modulus = Buffer.from(n ?? '', 'base64url');
	const exponent = Buffer.from(e ?? '', 'base64url');
	const digest = createHash('sha1').update(tlBytes(modulus)).update(tlBytes(exponent)).digest();
	const fingerprint = String(digest.readBigInt64LE(12));
	library.serverKeys.set(fingerprint, {
		n: library.helpers.returnBigInt(String(BigInt(`0x${modulus.toString('hex')}`))),
		e: Number(BigInt(`0x${exponent.toString('hex')}`)),
	});
}

/** A TL byte string: length, content, padding to four. */
function tlBytes(content: Buffer): Buffer {
	const head =
		content.length < 254
			? Buffer.from([content.length])
			: Buffer.from([254, content.length & 255, (content.length >> 8) & 255, content.length >> 16]);
	const padding = Buffer.alloc((4 - ((head.length + content.length) % 4)) % 4);
	return Buffer.concat([head, content, padding]);
}
