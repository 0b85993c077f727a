/**
 * The words two rooms share: channel, account, command, client, driver, store, errors. Level 0, imported by everybody,
 * imports nobody. Loads no library: the zod schemas have a door of their own, `contract/schemas`; only their types
 * come through here.
 */
export * from './channel';
export * from './client';
export * from './command';
export * from './driver';
export * from './errors';
export * from './metrics';
export * from './event-parts';
export {
	decideRetention,
	type Bounds as RetentionBounds,
	type Candidate as RetentionCandidate,
	type Reading as RetentionReading,
	type Unread as RetentionUnread,
} from './retention';
export type * from './mirror';
export type * from './moving';
export type * from './pace';
export * from './remote';
export * from './store';
export type * from './schemas';
