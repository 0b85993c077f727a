import { unpackBody } from './compress';
import { HEADER_BYTES, writeHeader, type PackedFrame } from './frame';
import { decodeMsgpack, encodeMsgpack } from './msgpack';
import { CodecError, OversizeError, type IncomingFrame, type OutgoingFrame } from './wire';

/** A request or acknowledgement as bytes, flag 0; never compressed (accepted from three clients). */
export function encodeBinary(frame: OutgoingFrame, wrapIds: boolean): Buffer {
	const { payload } = frame;
	const body = payload === null || payload === undefined ? EMPTY : encodeMsgpack(payload, wrapIds);
	const bytes = Buffer.allocUnsafe(HEADER_BYTES + body.length);
	writeHeader(bytes, frame, body.length);
	bytes.set(body, HEADER_BYTES);
	return bytes;
}

/**
 * A frame's body read; a body that cannot be read is told, not thrown: the next frame begins where the header said.
 * @throws OversizeError
 */
export function decodeBinary(frame: PackedFrame): IncomingFrame {
	const { cmd, seq, opcode } = frame;
	if (frame.body.length === 0) return { cmd, seq, opcode, payload: null };
	try {
		return { cmd, seq, opcode, payload: decodeMsgpack(unpackBody(frame.flag, frame.body)) };
	} catch (error) {
		if (!(error instanceof CodecError) || error instanceof OversizeError) throw error;
		return { cmd, seq, opcode, payload: null, unreadable: error.message };
	}
}

const EMPTY = new Uint8Array(0);
