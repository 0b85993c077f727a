/**
 * A fake Avito: REST API, picture and voice files, webhooks, on real sockets, with a control plane on its own port.
 * It follows Avito's public OpenAPI documents and what public clients captured; what nobody knows is a switch in
 * `settings.ts`. In-process: `startAvitoSandbox`; by a person: `npm run -s sandbox -- avito`.
 */
export { startAvitoSandbox, type AvitoSandbox, type SandboxAccount } from './start';
export { startFromCli } from './command-line';
export { AdvanceableClock, type SandboxClock } from '../shared';
export type { AvitoSandboxOptions } from './core';
export type { DeliveryRecord, WebhookPlan } from './deliveries';
export type { FaultInput } from './faults';
export type { RequestRecord, SentRecord } from './journal';
export type { Settings } from './settings';
export { placeholderText } from './shapes';
export { tinyJpeg, tinyPng } from './media/pictures';
export { silentVoice } from './media/voice';
