/**
 * A second of silence as Opus in an MP4 container, the format the official guide names for voice messages.
 * Written box by box (ISO/IEC 14496-12, "Encapsulation of Opus in ISO Base Media File Format"), so that
 * players and converters accept what the sandbox serves.
 */
const packet = Buffer.from([0xf8, 0xff, 0xfe]); // 20 ms of silence, full band, mono
const packets = 50;
const ticksPerPacket = 960; // 20 ms at 48 kHz

function u16(...values: number[]): Buffer {
	const bytes = Buffer.alloc(values.length * 2);
	values.forEach((value, i) => bytes.writeUInt16BE(value, i * 2));
	return bytes;
}

function u32(...values: number[]): Buffer {
	const bytes = Buffer.alloc(values.length * 4);
	values.forEach((value, i) => bytes.writeUInt32BE(value, i * 4));
	return bytes;
}

function box(type: string, ...parts: readonly Buffer[]): Buffer {
	const body = Buffer.concat(parts);
	return Buffer.concat([u32(body.length + 8), Buffer.from(type, 'latin1'), body]);
}

const matrix = u32(0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000);

function sampleTable(dataOffset: number): Buffer {
	const dOps = box('dOps', Buffer.from([0, 1]), u16(312), u32(48_000), u16(0), Buffer.from([0]));
	const opus = box('Opus', Buffer.alloc(6), u16(1), u32(0, 0), u16(1, 16, 0, 0), u32(48_000 * 65_536), dOps);
	return box(
		'stbl',
		box('stsd', u32(0, 1), opus),
		box('stts', u32(0, 1, packets, ticksPerPacket)),
		box('stsc', u32(0, 1, 1, packets, 1)),
		box('stsz', u32(0, packet.length, packets)),
		box('stco', u32(0, 1, dataOffset)),
	);
}

function movie(dataOffset: number): Buffer {
	const duration = packets * ticksPerPacket;
	const header = box(
		'mvhd',
		u32(0, 0, 0, 48_000, duration, 0x10000),
		u16(0x100, 0),
		u32(0, 0),
		matrix,
		Buffer.alloc(24),
		u32(2),
	);
	const track = box('tkhd', u32(7, 0, 0, 1, 0, duration, 0, 0), u16(0, 0, 0x100, 0), matrix, u32(0, 0));
	const media = box(
		'mdia',
		box('mdhd', u32(0, 0, 0, 48_000, duration), u16(0x55c4, 0)),
		box('hdlr', u32(0, 0), Buffer.from('soun', 'latin1'), u32(0, 0, 0), Buffer.from('voice\0', 'latin1')),
		box(
			'minf',
			box('smhd', u32(0, 0)),
			box('dinf', box('dref', u32(0, 1), box('url ', u32(1)))),
			sampleTable(dataOffset),
		),
	);
	return box('moov', header, box('trak', track, media));
}

function build(): Buffer {
	const type = box('ftyp', Buffer.from('isom', 'latin1'), u32(0x200), Buffer.from('isomiso2mp41', 'latin1'));
	const length = movie(0).length; // the offset is a fixed-width field: its value does not change the length
	const data = box('mdat', ...Array.from({ length: packets }, () => packet));
	return Buffer.concat([type, movie(type.length + length + 8), data]);
}

export const silentVoice: Buffer = build();
