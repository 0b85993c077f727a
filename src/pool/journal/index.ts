/**
 * The hub of one account: everything that listens to it in this process around the one journal, and the engine that runs
 * while somebody does. Used by the pool only; it knows the store and the contract's `OpenAccount`, no messenger, not n8n.
 */
export { createNodeMemories, type ConsumerRequest, type NodeMemories } from '../consumer';
export type { AcquirePosition } from './attachment';
export { createFollower, type Follower, type ReaderLink } from './follower';
export type { Interest, ReaderNews } from './followers';
export { createJournalHub } from './hub';
export type { ConsumerHandle, HubStats, JournalHub, JournalHubOptions } from './hub-types';
export type { ManualRequest } from './manual-listen';
export { poolEvent, retentionGap } from './pool-events';
