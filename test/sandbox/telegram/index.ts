/**
 * A fake Telegram: three MTProto data centres over one state, with a control plane on its own port. It follows
 * Telegram's published protocol documents and schema and what unmodified clients of others accept; where those are
 * silent, `policy.ts` has a switch. In-process: `startTelegramSandbox`; by a person: `npm run -s sandbox -- telegram`.
 * Codec, cryptography and state are its own: nothing here comes from the product's code or its client library.
 */
export { startFromCli } from './command-line';
export {
	startTelegramSandbox,
	type DcAddress,
	type TelegramSandbox,
	type TelegramSandboxOptions,
} from './start';
export { AdvanceableClock, type SandboxClock } from '../shared';
export type { Demo, DemoAccount } from './demo';
export type { Faults } from './faults';
export type { ConnectionRecord, Overlap, RequestRecord } from './log';
export type { Policy } from './policy';
