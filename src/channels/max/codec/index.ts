/** MAX's two encodings of one frame: binary (msgpack in a 10-byte header) and JSON. Pure: bytes in, values out. */
export { decodeBinary, encodeBinary } from './binary';
export { FrameReader } from './frame';
export { decodeJson, encodeJson } from './json';
export { CMD, CodecError, Decimal, messageId, WireId, wireId } from './wire';
export type { IncomingFrame, Outgoing, OutgoingFrame, OutgoingMap, Payload } from './wire';
