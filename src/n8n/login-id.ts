import { host } from './host';
import type { Parameters } from './parameters';

const made = new WeakMap<Parameters, Promise<string>>();

/** A name for a login that begins with this item, so that it shares nothing with another one at the same time. */
export function newLoginId(parameters: Parameters): Promise<string> {
	const known = made.get(parameters) ?? host().then(({ random }) => random.hex(16));
	made.set(parameters, known);
	return known;
}
