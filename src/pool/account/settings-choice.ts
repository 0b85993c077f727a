import { ChannelError, type AccountConfig } from '../../contract';

export type SettingsChoice = 'same' | 'reopen' | 'conflict';

/**
 * Which connection settings (proxy, endpoint, device) a session uses when credentials are read again and again. Pure.
 * A credential whose own settings changed was edited: reopen once with the new ones. Two credentials of one session
 * that keep differing are an error, not a reason to flap.
 */
export class SettingsMemory {
	readonly #byCredential = new Map<string, string>();
	#applied: string;

	constructor(credential: string, config: AccountConfig) {
		this.#applied = config.settingsHash;
		this.#byCredential.set(credential, config.settingsHash);
	}

	/** `inUse`: a connection with the applied settings works; only then can another credential contradict it. */
	read(credential: string, config: AccountConfig, inUse: boolean): SettingsChoice {
		const before = this.#byCredential.get(credential);
		this.#byCredential.set(credential, config.settingsHash);
		if (config.settingsHash === this.#applied) return 'same';
		const others = [...this.#byCredential].filter(([id]) => id !== credential);
		const edited = before !== undefined && before !== config.settingsHash;
		if (inUse && !edited && others.some(([, hash]) => hash === this.#applied)) return 'conflict';
		this.#applied = config.settingsHash;
		return 'reopen';
	}

	forget(credential: string): void {
		this.#byCredential.delete(credential);
	}
}

export function settingsConflict(): ChannelError {
	return new ChannelError(
		'credential_invalid',
		'Another credential holds this account open with other connection settings (secret, proxy, endpoint or device)',
		{ hint: 'Give both credentials the same settings, or use one credential for this account.' },
	);
}
