import { Html } from './html';

/** Modules around the picture that stay empty (ISO/IEC 18004 asks for four; the white panel gives the rest). */
const MARGIN = 2;

/** The picture as an SVG path: sharp at any size, and nothing a policy would have to allow. */
export async function qrSvg(text: string): Promise<Html> {
	const { create } = await import('#lib/qrcode');
	const { size, data } = create(text, { errorCorrectionLevel: 'M' }).modules;
	let path = '';
	for (let row = 0; row < size; row += 1) {
		for (let column = 0; column < size; column += 1) {
			if (data[row * size + column] !== 1) continue;
			let run = 1;
			while (column + run < size && data[row * size + column + run] === 1) run += 1;
			path += `M${String(column + MARGIN)} ${String(row + MARGIN)}h${String(run)}v1h-${String(run)}z`;
			column += run;
		}
	}
	const whole = String(size + 2 * MARGIN);
	return new Html(
		`<svg viewBox="0 0 ${whole} ${whole}" shape-rendering="crispEdges" aria-hidden="true"><path d="${path}"/></svg>`,
	);
}
