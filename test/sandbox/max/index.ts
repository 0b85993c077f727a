/**
 * A fake MAX: binary WebSocket, JSON WebSocket, TLS/TCP and HTTP up- and download over one state, with a control
 * plane on its own port. It follows what public clients and captures tell of the service; where they are silent
 * or disagree, `policy.ts` has a switch. In-process: `startMaxSandbox`; by a person: `npm run -s sandbox -- max`.
 * Its codec is its own: nothing here comes from the product's code.
 */
export { startFromCli } from './command-line';
export { startMaxSandbox, type Addresses, type MaxSandbox, type MaxSandboxOptions } from './start';
export { AdvanceableClock, type SandboxClock } from '../shared';
export type { Injected } from './control/messages';
export type { StoredMessage } from './control/service';
export type { LoginCount } from './control/traffic';
export type { ConnectionRecord, Overlap, RequestRecord } from './core/log';
export type { Demo, DemoAccount, DemoSession } from './demo';
export type { Faults } from './faults';
export type { Policy } from './policy';
