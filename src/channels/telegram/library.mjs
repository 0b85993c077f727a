// What `#lib/telegram` stands for: the library, and of its inner parts the one map its front door does not show (the
// public keys of the servers it trusts; the sandbox and Telegram's test servers have others).
export * from 'telegram';
export { _serverKeys as serverKeys } from 'telegram/crypto/RSA.js';
export { AuthKey } from 'telegram/crypto/AuthKey.js';
