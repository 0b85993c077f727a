/**
 * Avito's messenger API: HTTP, token, webhooks, reconciliation, commands, errors. Level 1: knows the contract and the
 * runtime; may be imported by `app` alone. Must not know n8n, the store or another messenger. This door loads undici
 * and zod: it is opened with the channel's first account.
 */
export { avitoDriver } from './driver';
export type { AvitoAccount } from './account';
