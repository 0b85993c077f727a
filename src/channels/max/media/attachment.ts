import { Decimal, type OutgoingMap } from '../codec';

export const SEND_AS = ['auto', 'photo', 'video', 'note', 'voice', 'file'] as const;
export type SendAs = (typeof SEND_AS)[number];
export type UploadKind = Exclude<SendAs, 'auto'>;

/** An attachment ready to be sent, and which kind it is. */
export interface Attachment {
	kind: UploadKind;
	attach: OutgoingMap;
}

/** Coordinates are the one place where a fraction may leave. */
export function locationAttach(latitude: number, longitude: number): OutgoingMap {
	return { _type: 'LOCATION', latitude: new Decimal(latitude), longitude: new Decimal(longitude) };
}

/** 80 bytes, 0…127: without the samples decoded a level line is the honest picture. */
export function flatWave(): Uint8Array {
	return new Uint8Array(80).fill(32);
}
