/**
 * A trigger node on one account: filter, position, window, order, batches, what follows a settlement. Used by the
 * journal hub and the pool's wiring only; it knows the store, not the channel and not n8n.
 */
export { createConsumer, type ConsumerSetup } from './consumer';
export { compileFilter, compileStoredFilter, type CompiledFilter } from './filter';
export type { Gap } from './gaps';
export { consumerId, emitKey, nodeId, type NodeIdentity } from './keys';
export { CONSUMER_LIMITS, type ConsumerLimits } from './limits';
export { createNodeMemories, type NodeMemories, type NodeMemory } from './node-memory';
export { addDeviceTime, type DeviceTimes } from './quiet';
export { createReportGate, type ReportGate } from './report-gate';
export { readMark, type StartMark } from './start-from-time';
export type { Consumer, ConsumerHost, ConsumerRequest, ConsumerStats } from './types';
