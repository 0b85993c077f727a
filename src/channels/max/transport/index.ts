/** Three ways to carry frames behind one interface: binary WebSocket, JSON WebSocket, TLS/TCP. */
import type { TransportKind } from '../settings';
import { openTcp } from './tcp';
import type { OpenTransport } from './transport';
import { openBinaryWebSocket, openJsonWebSocket } from './websocket';

export const openTransport: Readonly<Record<TransportKind, OpenTransport>> = {
	websocket: openBinaryWebSocket,
	json: openJsonWebSocket,
	tcp: openTcp,
};
export type { Transport, TransportEvents } from './transport';
