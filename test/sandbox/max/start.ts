import { controlListener, functionsOf } from '../shared';
import type { Functions } from '../shared';
import { groupCommands } from './control/groups';
import { messageCommands } from './control/messages';
import { peopleCommands } from './control/people';
import { serviceCommands } from './control/service';
import type { Gates } from './control/service';
import { trafficCommands } from './control/traffic';
import { World } from './core/world';
import type { WorldOptions } from './core/world';
import { fillDemo } from './demo';
import type { Demo } from './demo';
import { makeCertificate } from './fronts/certificate';
import { Door } from './fronts/door';
import { tcpServer } from './fronts/tcp';
import { webSocketServer } from './fronts/websocket';
import { handlers } from './handlers';
import { mediaServer } from './media/server';
import { removeMedia } from './media/store';

export interface MaxSandboxOptions extends WorldOptions {
	/** Default 127.0.0.1. */
	readonly host?: string;
	/** Ports in the order of {@link Addresses}; a missing one or 0 is free. */
	readonly ports?: readonly number[];
}

/** Where the front ends listen. Every one exists with TLS and without. */
export interface Addresses {
	/** Binary WebSocket, `wss://…/websocket`. */
	readonly websocket: string;
	/** JSON WebSocket, `wss://…/websocket`. */
	readonly json: string;
	/** TLS/TCP, `tls://host:port`. */
	readonly tcp: string;
	/** Up- and download, `https://…`; clients get its addresses from the service. */
	readonly media: string;
	readonly websocketPlain: string;
	readonly jsonPlain: string;
	/** `tcp://host:port`. */
	readonly tcpPlain: string;
	readonly mediaPlain: string;
	/** The control plane, `http://…`. */
	readonly control: string;
}

/** Every control command, as functions in-process and under `POST /_control/<name>`. */
export function maxCommands(world: World, gates: Gates) {
	return {
		...trafficCommands(world),
		...peopleCommands(world),
		...messageCommands(world),
		...groupCommands(world),
		...serviceCommands(world, gates),
	};
}

export interface MaxSandbox {
	readonly addresses: Addresses;
	/** PEM of the authority that signed the servers' certificate: what a client must trust. */
	readonly cert: string;
	/** Same as `demo.accounts`. */
	readonly accounts: Demo['accounts'];
	readonly demo: Demo;
	readonly control: Functions<ReturnType<typeof maxCommands>>;
	/** Ends every socket, timer and file; a second call is harmless. */
	close(): Promise<void>;
}

/** Starts a MAX on 127.0.0.1 (free ports unless told) with the demo accounts, and its control plane. */
export async function startMaxSandbox(options: MaxSandboxOptions = {}): Promise<MaxSandbox> {
	const host = options.host ?? '127.0.0.1';
	const world = new World(options);
	const tls = await makeCertificate(host);
	const doors = [
		new Door(host, webSocketServer(world, handlers, 'websocket', tls)),
		new Door(host, webSocketServer(world, handlers, 'json', tls)),
		new Door(host, tcpServer(world, handlers, tls)),
		new Door(host, mediaServer(world, tls)),
		new Door(host, webSocketServer(world, handlers, 'websocket', undefined)),
		new Door(host, webSocketServer(world, handlers, 'json', undefined)),
		new Door(host, tcpServer(world, handlers, undefined)),
		new Door(host, mediaServer(world, undefined)),
	] as const;
	const gates: Gates = {
		async shut() {
			for (const conn of [...world.connections]) conn.cut('control');
			await Promise.all(doors.map((door) => door.shut()));
		},
		async open() {
			await Promise.all(doors.map((door) => door.open()));
		},
	};
	const commands = maxCommands(world, gates);
	const control = controlListener(host, commands);
	await Promise.all(doors.map((door, index) => door.open(options.ports?.[index] ?? 0)));
	await control.start(options.ports?.[doors.length] ?? 0);
	const at = (index: number): string => `${host}:${doors[index]?.port}`;
	world.mediaBases = { secure: `https://${at(3)}`, plain: `http://${at(7)}` };
	const demo = fillDemo(world);
	return {
		addresses: {
			websocket: `wss://${at(0)}/websocket`,
			json: `wss://${at(1)}/websocket`,
			tcp: `tls://${at(2)}`,
			media: world.mediaBases.secure,
			websocketPlain: `ws://${at(4)}/websocket`,
			jsonPlain: `ws://${at(5)}/websocket`,
			tcpPlain: `tcp://${at(6)}`,
			mediaPlain: world.mediaBases.plain,
			control: control.origin,
		},
		cert: tls.ca,
		accounts: demo.accounts,
		demo,
		control: functionsOf(commands),
		async close() {
			world.end();
			await gates.shut();
			await control.stop();
			world.end();
			removeMedia(world);
		},
	};
}
