/** Modules around the picture; scanners want some. */
const MARGIN = 2;
const BLACK_ON_WHITE = '\u001b[30;47m';
const RESET = '\u001b[0m';

/**
 * A QR picture of half blocks, two rows of modules in a line of text. In colour (dark on light, as scanners want it)
 * where it is shown; without, light modules are drawn, for the dark background most terminals have.
 */
export async function qrText(text: string, inColour: boolean): Promise<string> {
	const { create } = await import('#lib/qrcode');
	const { size, data } = create(text, { errorCorrectionLevel: 'L' }).modules;
	const dark = (row: number, column: number): boolean =>
		row >= 0 && column >= 0 && row < size && column < size && data[row * size + column] === 1;
	const lines: string[] = [];
	for (let row = -MARGIN; row < size + MARGIN; row += 2) {
		let line = '';
		for (let column = -MARGIN; column < size + MARGIN; column += 1) {
			const [upper, lower] = [dark(row, column), dark(row + 1, column)].map((each) => each === inColour);
			line += upper === true ? (lower === true ? '█' : '▀') : lower === true ? '▄' : ' ';
		}
		lines.push(inColour ? `${BLACK_ON_WHITE}${line}${RESET}` : line);
	}
	return lines.join('\n');
}
