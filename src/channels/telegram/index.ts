/**
 * Telegram as a user account: library adapter, update engine, events, commands, sessions, errors. Level 1: knows the
 * contract and the runtime; may be imported by `app` alone. Must not know n8n, the store or another messenger. This
 * door loads the MTProto library and zod: it is opened with the channel's first account.
 */
export { telegramDriver } from './driver';
export type { TelegramAccount } from './account';
