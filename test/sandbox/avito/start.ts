import { controlListener, functionsOf, type Functions } from '../shared';
import { avitoCommands } from './control';
import { Core, type AvitoSandboxOptions } from './core';
import { demoAccounts } from './demo';
import { Outage } from './outage';
import { avitoListener } from './server';

/** What a credential needs to reach one of the sandbox's accounts. */
export interface SandboxAccount {
	readonly user_id: number;
	readonly name: string;
	readonly client_id: string;
	readonly client_secret: string;
	/** `company` sees its chats, `employee` sees none. */
	readonly kind: 'company' | 'employee';
}

export interface AvitoSandbox {
	/** Use in the place of `https://api.avito.ru`. */
	readonly origin: string;
	/** The control plane; answers while the sandbox plays dead. */
	readonly controlOrigin: string;
	/** Two companies with their own keys, then an employee of the first. */
	readonly accounts: readonly [SandboxAccount, SandboxAccount, SandboxAccount];
	/** The commands of the control plane as functions. */
	readonly control: Functions<ReturnType<typeof avitoCommands>>;
	/** Ends every socket and timer; a second call is harmless. */
	close(): Promise<void>;
}

/** Starts an Avito on 127.0.0.1 (free ports unless told) and its control plane. */
export async function startAvitoSandbox(options: AvitoSandboxOptions = {}): Promise<AvitoSandbox> {
	const host = options.host ?? '127.0.0.1';
	const core = new Core(options);
	const listener = avitoListener(host, core);
	core.listener = listener;
	const outage = new Outage(core);
	const commands = avitoCommands(core, outage);
	const control = controlListener(host, commands);
	await listener.start(options.port ?? 0);
	await control.start(options.controlPort ?? 0);
	core.reset();
	const accounts = demoAccounts.map(({ employer_id, ...account }): SandboxAccount => ({
		...account,
		kind: employer_id === undefined ? 'company' : 'employee',
	}));
	return {
		origin: listener.origin,
		controlOrigin: control.origin,
		// The demo table has exactly these three.
		accounts: accounts as unknown as AvitoSandbox['accounts'],
		control: functionsOf(commands),
		async close() {
			outage.forget();
			await core.deliveries.close();
			await Promise.all([listener.stop(), control.stop()]);
		},
	};
}
