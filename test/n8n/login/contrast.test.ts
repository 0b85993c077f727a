import { describe, expect, it } from 'vitest';
import { STYLE } from '../../../src/n8n/login/style';

/** Custom properties of a rule of the style sheet, such as `:root` or `.max`. */
function colours(css: string, selector: string): Record<string, string> {
	const from = css.indexOf(`${selector}{`);
	const body = css.slice(from, css.indexOf('}', from));
	return Object.fromEntries(
		[...body.matchAll(/--([a-z-]+):(#[0-9a-f]{3,6})/g)].map(([, name = '', value = '']) => [name, value]),
	);
}

/** Relative luminance (WCAG 2.2). */
function luminance(hex: string): number {
	const digits = hex.length === 4 ? [...hex.slice(1)].map((digit) => digit + digit).join('') : hex.slice(1);
	const [red = 0, green = 0, blue = 0] = [0, 2, 4].map((at) => {
		const share = parseInt(digits.slice(at, at + 2), 16) / 255;
		return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
	});
	return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
	const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
	return (light + 0.05) / (dark + 0.05);
}

const [light = '', dark = ''] = STYLE.split('@media (prefers-color-scheme:dark)');

/** [in front, behind, least contrast]: 4.5 for text (WCAG 1.4.3), 3 for the edge of a field (1.4.11). */
const PAIRS = [
	['text', 'card', 4.5],
	['text', 'field', 4.5],
	['text', 'tint', 4.5],
	['soft', 'card', 4.5],
	['soft', 'back', 4.5],
	['soft', 'field', 4.5],
	['accent', 'card', 4.5],
	['accent', 'tint', 4.5],
	['accent-text', 'accent', 4.5],
	['bad', 'bad-back', 4.5],
	['good', 'good-back', 4.5],
	['edge', 'card', 3],
	['edge', 'field', 3],
] as const;

describe.each([
	['light', light],
	['dark', dark],
])('the %s colours', (_name, css) => {
	it.each(['', '.max', '.telegram'])('are told apart by everybody %s', (theme) => {
		const palette = { ...colours(css, ':root'), ...(theme === '' ? {} : colours(css, theme)) };
		for (const [front, behind, least] of PAIRS) {
			const [one, other] = [palette[front], palette[behind]];
			if (one === undefined || other === undefined) throw new Error(`${front} or ${behind} is not there`);
			expect(contrast(one, other), `${front} on ${behind}`).toBeGreaterThanOrEqual(least);
		}
	});
});
