/**
 * The reception: who is connected, who owns, who leases, budgets, who listens. Level 2: knows the contract, the store
 * and the runtime; knows no messenger (drivers are handed in by `app`) and nothing of n8n.
 */
export { AnchoredPool } from './anchor';
export { AccountPool, type PoolOptions } from './pool';
export type * from './types';
