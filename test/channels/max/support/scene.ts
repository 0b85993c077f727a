import { ManualClock } from '../../../support/manual-clock';
import { testServices, type TestServices } from '../../../support/driver-services';
import {
	startMaxSandbox,
	type DemoSession,
	type MaxSandbox,
	type MaxSandboxOptions,
} from '../../../sandbox/max';
import { configure, type MaxSettings, type TransportKind } from '../../../../src/channels/max/settings';
import { Session } from '../../../../src/channels/max/session/session';
import type { LoginReply } from '../../../../src/channels/max/session/greeting';
import type { AccountConfig, OpenAccount, Reader } from '../../../../src/contract';
import type { MaxAccount } from '../../../../src/channels/max/account';
import { openMax } from '../../../../src/channels/max/open';
import { Journal } from './journal';

export const ANNA = '12345678';
export const BORIS = '87654321';
/** Anna XOR Boris */
export const DIALOG = '92610303';
export const SERVICE = '1000001';

export type Front = TransportKind | 'websocketPlain' | 'jsonPlain' | 'tcpPlain';

/** A sandbox, the clock of our side, and everything opened on the way, to be closed in one go. */
export class Scene {
	readonly sandbox: MaxSandbox;
	readonly clock = new ManualClock(Date.parse('2026-10-01T12:00:00Z'));
	readonly #closing: (() => Promise<unknown>)[] = [];

	private constructor(sandbox: MaxSandbox) {
		this.sandbox = sandbox;
	}

	static async start(options: MaxSandboxOptions = {}): Promise<Scene> {
		return new Scene(await startMaxSandbox(options));
	}

	get control(): MaxSandbox['control'] {
		return this.sandbox.control;
	}

	onClose(close: () => Promise<unknown>): void {
		this.#closing.push(close);
	}

	async close(): Promise<void> {
		for (const close of this.#closing.reverse()) await close();
		await this.sandbox.close();
	}

	/** A demo account's ready session (0 Anna, 1 Boris). */
	session(front: Front = 'websocketPlain', account: 0 | 1 = 0): DemoSession {
		const who = this.sandbox.accounts[account];
		return (front.startsWith('tcp') ? who.mobile : who.web)!;
	}

	/** Credential fields for a front end of the sandbox. LOGIN limits are off unless the test sets them. */
	credential(
		front: Front = 'websocketPlain',
		fields: Record<string, unknown> = {},
		account: 0 | 1 = 0,
	): Record<string, unknown> {
		const demo = this.session(front, account);
		return {
			token: demo.token,
			deviceId: demo.deviceId,
			deviceType: demo.deviceType,
			transport: front.replace('Plain', ''),
			endpoint: this.sandbox.addresses[front],
			caCertificates: this.sandbox.cert,
			loginPerMinute: 0,
			loginPerHour: 0,
			...fields,
		};
	}

	config(
		front: Front = 'websocketPlain',
		fields: Record<string, unknown> = {},
		account: 0 | 1 = 0,
	): AccountConfig & { settings: MaxSettings } {
		return configure(this.credential(front, fields, account));
	}

	services(sealed?: Map<string, string>): TestServices {
		return testServices({ clock: this.clock, ...(sealed === undefined ? {} : { sealed }) });
	}

	newSession(settings: MaxSettings, services = this.services()): Session {
		const session = new Session(settings, services, settings.deviceId ?? 'device');
		this.onClose(() => session.close());
		return session;
	}

	async openSession(
		front: Front = 'websocketPlain',
		fields: Record<string, unknown> = {},
		services = this.services(),
	): Promise<{ session: Session; login: LoginReply; services: TestServices }> {
		const session = this.newSession(this.config(front, fields).settings, services);
		const login = await session.open(new AbortController().signal);
		return { session, login: login!, services };
	}
}

/** An account opened through the driver's own door, with a journal that somebody reads. */
export interface Reading {
	open: OpenAccount<MaxAccount>;
	journal: Journal;
	reader: Reader;
	services: TestServices;
}

export async function openReading(
	scene: Scene,
	options: {
		front?: Front;
		fields?: Record<string, unknown>;
		journal?: Journal;
		services?: TestServices;
		account?: 0 | 1;
	} = {},
): Promise<Reading> {
	const services = options.services ?? scene.services();
	const journal = options.journal ?? new Journal();
	const config = scene.config(options.front, { pageDelayMs: 0, ...options.fields }, options.account);
	const open = await openMax(config.settings, services, new AbortController().signal);
	scene.onClose(() => open.close());
	const reader = open.startReading(journal);
	await reader.live;
	return { open, journal, reader, services };
}
