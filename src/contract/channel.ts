/** The messengers this package speaks. A fourth one is a driver, two node folders and a credential. */
export const CHANNELS = ['max', 'telegram', 'avito'] as const;
export type Channel = (typeof CHANNELS)[number];

/**
 * Who connects: what the provider keys a session on (Telegram: auth key; MAX: token + device; Avito: client id +
 * user id). Names the pool entry and the connection lease. A hash, never the secret itself.
 */
export type SessionKey = string;

/**
 * The provider's user id, prefixed by the channel (`avito:94000001`). Known once an account is open. Names journal,
 * engine state, event ids and budgets, so that a new login of the same person continues where the old one stopped.
 */
export type AccountId = string;

/** JSON as it crosses processes and stores. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };
