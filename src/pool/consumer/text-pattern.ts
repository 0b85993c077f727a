import { createContext, Script } from 'node:vm';
import { invalidParameter } from '../../contract';

/** Longest text a pattern sees, characters; MAX and Telegram allow 4,096 in one message. */
export const PATTERN_TEXT_LIMIT = 4_096;
/** Longest pattern, characters. */
export const PATTERN_LIMIT = 1_000;
/** A guarded test that runs longer is "no match", ms. A sane pattern needs microseconds for 4,096 characters. */
const GUARD_MS = 50;
/** After so many time-outs the pattern is not run again: it would block the process 50 ms per message. */
const STRIKES = 3;

export interface TextPattern {
	test(text: string): boolean;
	/** runs under a time-out: it could backtrack for ever */
	readonly guarded: boolean;
	/** timed out too often and is off: matches nothing */
	readonly disabled: boolean;
}

/**
 * Can this pattern backtrack badly? JavaScript's engine cannot be interrupted from outside, so a pattern with two or more
 * unbounded quantifiers or a back-reference is run under a guard. Errs on the side of guarding.
 */
export function mayBacktrack(source: string): boolean {
	const bare = source
		.replace(/\\[1-9]|\\k</gu, '\u0001')
		.replace(/\\./gsu, 'x')
		.replace(/\[[^\]]*\]/gu, 'x');
	if (bare.includes('\u0001')) return true;
	const unbounded = bare.match(/[*+]|\{\d*,\d*\}/gu) ?? [];
	return unbounded.length > 1;
}

/**
 * Compiled once per filter. Flags `iu`, as the parameter promises.
 * @throws ChannelError `invalid_parameter` when it is no regular expression or too long
 */
export function compilePattern(source: string): TextPattern {
	if (source.length > PATTERN_LIMIT) {
		throw invalidParameter('Text Pattern', `longer than ${PATTERN_LIMIT} characters`);
	}
	const expression = parse(source);
	return mayBacktrack(source) ? guardedPattern(source) : directPattern(expression);
}

function parse(source: string): RegExp {
	try {
		return new RegExp(source, 'iu');
	} catch (error) {
		throw invalidParameter('Text Pattern', error instanceof Error ? error.message : String(error));
	}
}

function directPattern(expression: RegExp): TextPattern {
	return {
		guarded: false,
		disabled: false,
		test: (text) => expression.test(text.slice(0, PATTERN_TEXT_LIMIT)),
	};
}

/** `vm` can stop what runs in it after a time-out, and that reaches into the regular expression engine. */
function guardedPattern(source: string): TextPattern {
	const context = createContext({ text: '' }) as { text: string };
	const script = new Script(`expression.test(text)`);
	new Script(`const expression = new RegExp(${JSON.stringify(source)}, 'iu')`).runInContext(context);
	let strikes = 0;
	return {
		guarded: true,
		get disabled() {
			return strikes >= STRIKES;
		},
		test(text) {
			if (strikes >= STRIKES) return false;
			context.text = text.slice(0, PATTERN_TEXT_LIMIT);
			try {
				return script.runInContext(context, { timeout: GUARD_MS }) === true;
			} catch {
				strikes += 1;
				return false;
			}
		},
	};
}
