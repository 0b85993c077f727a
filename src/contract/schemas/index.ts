/**
 * The zod schemas of the contract and the types derived from them. A door of its own, because importing it loads zod
 * and a node file must not (promise "it costs nothing until used"): import types from `contract`, schemas from here.
 */
export * from './event';
export * from './filter';
export * from './policy';
export * from './result';
export * from './settings-fields';
