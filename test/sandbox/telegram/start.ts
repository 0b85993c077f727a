import { controlListener, functionsOf } from '../shared';
import type { Functions } from '../shared';
import { messageCommands } from './control/messages';
import { peopleCommands } from './control/people';
import { serviceCommands } from './control/service';
import { trafficCommands } from './control/traffic';
import { makeServerKey } from './crypto/rsa';
import { fillDemo } from './demo';
import type { Demo } from './demo';
import { World } from './state/world';
import type { WorldOptions } from './state/world';
import { Door } from './transport/door';
import { ProxyClient } from './transport/mtproxy';
import { Connection } from './wire/connection';
import { DataCentre } from './wire/dc';

export interface TelegramSandboxOptions extends WorldOptions {
	/** Default 127.0.0.1. */
	readonly host?: string;
	/** First port; data centres, MTProxy and control plane take one each from here on. 0 (default): free ones. */
	readonly port?: number;
	/** How many data centres, numbered from 1; default 3. Demo accounts live in 2 and 1. */
	readonly dataCentres?: number;
}

/** What a client must know to reach and trust one data centre. */
export interface DcAddress {
	readonly id: number;
	readonly host: string;
	readonly port: number;
	/** PKCS#1 PEM. */
	readonly publicKeyPem: string;
	/** Signed 64-bit, decimal. */
	readonly fingerprint: string;
	/** Hexadecimal. */
	readonly modulus: string;
	readonly exponent: number;
	/** The same port over WebSocket. */
	readonly websocket: string;
}

/** Every control command, as functions in-process and under `POST /_control/<name>`. */
export function telegramCommands(world: World) {
	return {
		...trafficCommands(world),
		...peopleCommands(world),
		...messageCommands(world),
		...serviceCommands(world),
	};
}

export interface TelegramSandbox {
	readonly dcs: readonly DcAddress[];
	/** An MTProxy in front of all data centres; `secret` is 32 hexadecimal digits, with `dd` before it for padding. */
	readonly proxy: { readonly host: string; readonly port: number; readonly secret: string };
	/** Same as `demo.accounts`. */
	readonly accounts: Demo['accounts'];
	readonly demo: Demo;
	readonly control: Functions<ReturnType<typeof telegramCommands>>;
	/** `http://…` of the control plane. */
	readonly controlAddress: string;
	/** For tests that stop time. */
	readonly clock: World['clock'];
	/** Ends every socket and timer; a second call is harmless. */
	close(): Promise<void>;
}

/** Starts a Telegram on 127.0.0.1 with three data centres, the demo accounts, and its control plane. */
export async function startTelegramSandbox(options: TelegramSandboxOptions = {}): Promise<TelegramSandbox> {
	const host = options.host ?? '127.0.0.1';
	const world = new World(options);
	const count = options.dataCentres ?? 3;
	const serverKey = makeServerKey();
	for (let id = 1; id <= count; id++) world.dcs.push(new DataCentre(world, id, host, serverKey));
	const first = options.port ?? 0;
	for (const [index, dc] of world.dcs.entries()) await dc.door.open(first === 0 ? 0 : first + index);
	const proxy = new Door(
		host,
		(pipe) =>
			new ProxyClient(pipe, world.proxySecret, (id, inner) => {
				const dc = world.dc(id);
				return dc === undefined ? undefined : new Connection(world, dc, inner, world.proxySecret);
			}),
	);
	await proxy.open(first === 0 ? 0 : first + count);
	const commands = telegramCommands(world);
	const control = controlListener(host, commands);
	await control.start(first === 0 ? 0 : first + count + 1);
	const demo = fillDemo(world);
	return {
		dcs: world.dcs.map((dc) => ({
			id: dc.id,
			host,
			port: dc.port,
			publicKeyPem: dc.serverKey.publicKeyPem,
			fingerprint: dc.serverKey.fingerprint.toString(),
			modulus: dc.serverKey.modulus,
			exponent: dc.serverKey.exponent,
			websocket: `ws://${host}:${dc.port}/apiws`,
		})),
		proxy: { host, port: proxy.port, secret: world.proxySecret.toString('hex') },
		accounts: demo.accounts,
		demo,
		control: functionsOf(commands),
		controlAddress: control.origin,
		clock: world.clock,
		async close() {
			world.end();
			await Promise.all([proxy.shut(), ...world.dcs.map((dc) => dc.door.shut())]);
			await control.stop();
			world.end();
		},
	};
}
