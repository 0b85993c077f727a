/** A description longer than this is not read: the video goes without its size. */
const MAX_MOOV = 8 * 1024 * 1024;

export interface VideoShape {
	width: number;
	height: number;
	/** seconds */
	duration: number;
}

/**
 * Width, height and length of an MP4, found out while it goes by (ISO/IEC 14496-12). Telegram's apps show a video in the
 * shape its sender says, and the server does not correct it.
 */
export class Mp4Shape {
	/** what is held of the box that is being read: its head, or all of `moov` */
	#held: Buffer = Buffer.alloc(0);
	/** bytes of the current box still to be passed over */
	#skip = 0;
	#moov: Buffer | null = null;
	#given = false;

	feed(chunk: Buffer): void {
		if (this.#given || this.#moov !== null) return;
		let rest = chunk;
		if (this.#skip > 0) {
			const passed = Math.min(this.#skip, rest.length);
			this.#skip -= passed;
			rest = rest.subarray(passed);
		}
		if (rest.length === 0) return;
		this.#held = this.#held.length === 0 ? rest : Buffer.concat([this.#held, rest]);
		this.#read();
	}

	/** null when it is no MP4, or one whose description was not found */
	shape(): VideoShape | null {
		return this.#moov === null ? null : readMoov(this.#moov);
	}

	#read(): void {
		while (this.#skip === 0 && this.#held.length >= 16) {
			const box = headOf(this.#held, 0);
			if (box === null || (box.type === 'moov' && box.size > MAX_MOOV)) {
				this.#given = true;
				this.#held = Buffer.alloc(0);
				return;
			}
			if (box.type === 'moov') {
				if (this.#held.length < box.size) return;
				this.#moov = this.#held.subarray(box.head, box.size);
				return;
			}
			const here = Math.min(box.size, this.#held.length);
			this.#skip = box.size - here;
			this.#held = this.#held.subarray(here);
		}
	}
}

interface Box {
	type: string;
	/** with its head */
	size: number;
	head: number;
}

/** null: no box, or one that reaches to the end of the file and so is not followed by another */
function headOf(data: Buffer, at: number): Box | null {
	if (at + 8 > data.length) return null;
	const short = data.readUInt32BE(at);
	const type = data.toString('latin1', at + 4, at + 8);
	if (!/^[ -~]{4}$/.test(type)) return null;
	if (short === 1) {
		if (at + 16 > data.length) return null;
		const size = Number(data.readBigUInt64BE(at + 8));
		return size < 16 ? null : { type, size, head: 16 };
	}
	return short < 8 ? null : { type, size: short, head: 8 };
}

function* boxesIn(data: Buffer): Generator<{ type: string; body: Buffer }> {
	for (let at = 0; ;) {
		const box = headOf(data, at);
		if (box === null) return;
		yield { type: box.type, body: data.subarray(at + box.head, at + box.size) };
		at += box.size;
	}
}

function readMoov(moov: Buffer): VideoShape | null {
	let duration = 0;
	let largest = { width: 0, height: 0 };
	for (const { type, body } of boxesIn(moov)) {
		if (type === 'mvhd') duration = readDuration(body);
		if (type !== 'trak') continue;
		for (const inner of boxesIn(body)) {
			if (inner.type !== 'tkhd') continue;
			const size = readSize(inner.body);
			if (size.width * size.height > largest.width * largest.height) largest = size;
		}
	}
	return largest.width === 0 ? null : { ...largest, duration };
}

/** `mvhd`: 64-bit times in version 1 */
function readDuration(body: Buffer): number {
	const long = body[0] === 1;
	if (body.length < (long ? 32 : 20)) return 0;
	const scale = body.readUInt32BE(long ? 20 : 12);
	const units = long ? Number(body.readBigUInt64BE(24)) : body.readUInt32BE(16);
	return scale === 0 ? 0 : units / scale;
}

/** `tkhd`: the shape as shown, 16.16 fixed point, at its end; the matrix before it turns what was filmed upright */
function readSize(body: Buffer): { width: number; height: number } {
	if (body.length < 84) return { width: 0, height: 0 };
	const width = body.readUInt32BE(body.length - 8) >>> 16;
	const height = body.readUInt32BE(body.length - 4) >>> 16;
	const turned = body.readInt32BE(body.length - 44) === 0 && body.readInt32BE(body.length - 40) !== 0;
	return turned ? { width: height, height: width } : { width, height };
}
