import readPicture from 'jsqr';
import type { Person } from './person';

/** Pixels of one module of the picture; a camera sees more. */
const SCALE = 4;

/** What a phone's camera reads from the page: the picture is drawn from its path and decoded by a library not ours. */
export async function scan(person: Person): Promise<string> {
	const svg = person.page.locator('.qr svg');
	await svg.waitFor();
	const path = (await svg.locator('path').getAttribute('d')) ?? '';
	return decode(path, Number(((await svg.getAttribute('viewBox')) ?? '').split(' ')[2]));
}

/** @param path of the SVG; `modules`: its width and height, in its own units */
export function decode(path: string, modules: number): string {
	const width = modules * SCALE;
	const pixels = new Uint8ClampedArray(width * width * 4).fill(255);
	for (const [, x = '', y = '', run = ''] of path.matchAll(/M(\d+) (\d+)h(\d+)v1/g)) {
		for (let row = Number(y) * SCALE; row < (Number(y) + 1) * SCALE; row += 1)
			for (let column = Number(x) * SCALE; column < (Number(x) + Number(run)) * SCALE; column += 1)
				pixels.fill(0, (row * width + column) * 4, (row * width + column) * 4 + 3);
	}
	const read = readPicture(pixels, width, width);
	if (read === null) throw new Error('the picture cannot be read');
	return read.data;
}
