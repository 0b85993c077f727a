import { createHash } from 'node:crypto';

/**
 * The mobile fingerprint: three SHA-256, each of `digest ‖ int64be(callsSeed) ‖ utf8(deviceId)`, in the order the
 * digests are given (public clients disagree on it, so it is configuration). The digests are constants of an official
 * build and are entered by the user; this package neither ships nor computes any.
 * @param digests three SHA-256 in hex @param callsSeed of the SESSION_INIT reply, decimal
 */
export function fingerprint(digests: readonly string[], callsSeed: string, deviceId: string): Uint8Array {
	const seed = Buffer.alloc(8);
	seed.writeBigInt64BE(BigInt.asIntN(64, BigInt(callsSeed)));
	return Buffer.concat(
		digests.map((digest) =>
			createHash('sha256').update(Buffer.from(digest, 'hex')).update(seed).update(deviceId, 'utf8').digest(),
		),
	);
}
