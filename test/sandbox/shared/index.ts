/**
 * What the three sandboxes share: time, repeatable random values, a server that can go away and come back,
 * and the control plane. Knows no messenger and nothing of the product's code.
 */
export { AdvanceableClock, sleep, type SandboxClock } from './clock';
export {
	command,
	controlListener,
	functionsOf,
	type Command,
	type CommandTable,
	type Functions,
} from './control';
export { Listener, readBody, type ConnectionCounts } from './listener';
export { SeededRandom } from './random';
