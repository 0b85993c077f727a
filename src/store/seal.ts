import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';
import type { AccountId, Random, SessionKey } from '../contract';

/**
 * Secrets that must be kept (a rotated token, an OAuth refresh token) rest sealed: AES-256-GCM with a key that HKDF
 * (RFC 5869, SHA-256) derives from the credential's own stored secret. The store alone is worthless without the
 * credential, and what was sealed under a credential that has changed since does not open any more.
 */
export interface SealContext {
	/** `AccountConfig.sealingSecret` */
	secret: string;
	/** whose it is: bound as associated data, so a sealed value moved to another account or name does not open */
	owner: AccountId | SessionKey;
	name: string;
}

const VERSION = 'v1';
const PURPOSE = 'n8n-nodes-messenger-accounts/seal/v1';
/** a salt per value makes a key per value, so no nonce can ever be used twice under one key */
const SALT_BYTES = 16;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** @returns `v1.` and base64url of salt, nonce, tag and ciphertext */
export function seal(plain: string, context: SealContext, random: Random): string {
	const salt = Buffer.from(random.hex(SALT_BYTES), 'hex');
	const nonce = Buffer.from(random.hex(NONCE_BYTES), 'hex');
	const cipher = createCipheriv('aes-256-gcm', deriveKey(context.secret, salt), nonce);
	cipher.setAAD(associatedData(context));
	const text = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
	return `${VERSION}.${Buffer.concat([salt, nonce, cipher.getAuthTag(), text]).toString('base64url')}`;
}

/** @returns null when it was sealed under another secret, owner or name, or was changed: then it is to be discarded */
export function unseal(sealed: string, context: SealContext): string | null {
	const [version, body] = sealed.split('.', 2);
	if (version !== VERSION || body === undefined) return null;
	const bytes = Buffer.from(body, 'base64url');
	if (bytes.length < SALT_BYTES + NONCE_BYTES + TAG_BYTES) return null;
	const salt = bytes.subarray(0, SALT_BYTES);
	const nonce = bytes.subarray(SALT_BYTES, SALT_BYTES + NONCE_BYTES);
	const tag = bytes.subarray(SALT_BYTES + NONCE_BYTES, SALT_BYTES + NONCE_BYTES + TAG_BYTES);
	const text = bytes.subarray(SALT_BYTES + NONCE_BYTES + TAG_BYTES);
	try {
		const decipher = createDecipheriv('aes-256-gcm', deriveKey(context.secret, salt), nonce);
		decipher.setAAD(associatedData(context));
		decipher.setAuthTag(tag);
		return Buffer.concat([decipher.update(text), decipher.final()]).toString('utf8');
	} catch {
		return null;
	}
}

function deriveKey(secret: string, salt: Buffer): Buffer {
	return Buffer.from(hkdfSync('sha256', secret, salt, PURPOSE, 32));
}

/** JSON keeps the two apart whatever they contain. */
function associatedData({ owner, name }: SealContext): Buffer {
	return Buffer.from(JSON.stringify([VERSION, owner, name]), 'utf8');
}
