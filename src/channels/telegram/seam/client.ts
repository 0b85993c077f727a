/** What is used of the client beyond its published types; the names are those of teleproto 1.229.0. */
export interface Internals {
	_sender: Sender | undefined;
	_leaseSender(dcId: number): Promise<{ sender: Sender; release(): void }>;
	/** of the original, where a connection to another data centre is kept whatever was said on it */
	_forgetSender?(dcId: number): void;
	_switchDC(dcId: number): Promise<unknown>;
	_handleReconnect(): Promise<void>;
	_loopStarted: boolean;
	_entityCache: { add(value: unknown): void };
	updateManager: unknown;
	session: LibrarySession;
	connect(): Promise<boolean>;
	destroy(): Promise<void>;
}

interface LibrarySession {
	dcId: number;
	serverAddress: string | undefined;
	port: number | undefined;
	getAuthKey(dcId?: number): { getKey(): Buffer | undefined } | undefined;
	processEntities(value: unknown): Promise<void>;
}

export interface Sender {
	send(request: unknown): Promise<unknown>;
	isConnected(): boolean;
	_needsInitConnection: boolean;
	/** requests that are out and not answered */
	readonly _pendingState?: {
		values(): Iterable<PendingRequest>;
		delete(msgId: { toString(): string }): void;
	};
}

interface PendingRequest {
	readonly request?: { readonly className?: string };
	readonly msgId?: { toString(): string };
	reject?(reason: unknown): void;
}

/** Connection states reach event handlers only; a raw handler of the library would first ask who we are. */
export function watchState(
	client: Internals,
	tell: (state: 'connected' | 'disconnected' | 'broken') => void,
): void {
	let sender: Sender | undefined;
	const names = { 1: 'connected', 0: 'broken', [-1]: 'disconnected' } as const;
	Object.defineProperty(client, '_sender', {
		get: () => sender,
		set: (made: (Sender & { _updateCallback?: (client: unknown, update: unknown) => void }) | undefined) => {
			sender = made;
			const original = made?._updateCallback;
			if (made === undefined || original === undefined) return;
			made._updateCallback = (...args) => {
				const state = (args[1] as { state?: unknown } | null)?.state;
				if (state === 1 || state === 0 || state === -1) tell(names[state]);
				else original(...args);
			};
		},
	});
}
