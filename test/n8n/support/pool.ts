import type { AccountStatus, CallOptions, CallResult, Command, JsonObject } from '../../../src/contract';
import type {
	CredentialSource,
	Lease,
	ListenRequest,
	Notes,
	Pool,
	ResumeWait,
	SubscribeRequest,
	Subscription,
	WaitRequest,
} from '../../../src/pool';

export interface RecordedCall {
	command: Command;
	options: CallOptions;
	credential: CredentialSource;
}

/** A `Pool` whose answers are a script and whose requests are remembered: the bridge's only neighbour below. */
export class ScriptedPool implements Pool {
	readonly calls: RecordedCall[] = [];
	readonly subscriptions: { request: SubscribeRequest; ended: boolean }[] = [];
	readonly listens: { request: ListenRequest; ended: boolean }[] = [];
	readonly handedOver: { credential: CredentialSource; hint: JsonObject }[] = [];
	readonly waits: WaitRequest[] = [];
	readonly waitMessages: [string, string][] = [];
	openLeases = 0;
	resume: ResumeWait | undefined;
	answer: (command: Command, options: CallOptions) => CallResult | Promise<CallResult> = () => ({
		items: [{ ok: true }],
	});
	handOverAnswer: () => Promise<boolean> = () => Promise.resolve(true);
	testAnswer: () => Promise<{ ok: boolean; message: string }> = () =>
		Promise.resolve({ ok: true, message: 'fine' });

	lease(credential: CredentialSource): Lease {
		this.openLeases++;
		return {
			call: async (command, options = {}) => {
				this.calls.push({ command, options, credential });
				return this.answer(command, options);
			},
			status: () => Promise.reject(new Error('not scripted')),
			close: () => {
				this.openLeases--;
				return Promise.resolve();
			},
		};
	}

	notes(): Notes {
		const unscripted = () => Promise.reject(new Error('not scripted'));
		return { get: unscripted, put: unscripted, delete: unscripted, count: unscripted };
	}

	subscribe(request: SubscribeRequest): Subscription {
		const entry = { request, ended: false };
		this.subscriptions.push(entry);
		return { live: Promise.resolve(), end: () => (entry.ended = true) };
	}

	listen(request: ListenRequest): Subscription {
		const entry = { request, ended: false };
		this.listens.push(entry);
		return { live: Promise.resolve(), end: () => (entry.ended = true) };
	}

	handOver(credential: CredentialSource, hint: JsonObject): Promise<boolean> {
		this.handedOver.push({ credential, hint });
		return this.handOverAnswer();
	}

	addWait(request: WaitRequest): Promise<void> {
		this.waits.push(request);
		return Promise.resolve();
	}

	setWaitMessage(waitId: string, messageId: string): Promise<void> {
		this.waitMessages.push([waitId, messageId]);
		return Promise.resolve();
	}

	onWaitMatched(resume: ResumeWait): void {
		this.resume = resume;
	}

	test(): Promise<{ ok: boolean; message: string }> {
		return this.testAnswer();
	}

	statuses(): Promise<AccountStatus[]> {
		return Promise.resolve([]);
	}

	retire(): void {
		this.openLeases = 0;
	}

	shutdown(): Promise<void> {
		return Promise.resolve();
	}
}
