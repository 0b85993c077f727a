/**
 * Ownership and calls as a small machine: three processes, one lease, one Redis, one provider, one send that somebody
 * asks for. Every message may be slow, every process may stop and wake or die, Redis may lose everything, clocks may
 * drift. What may happen in a state is a list of steps; `explore` walks all of them. Nothing here runs: it says what the
 * scripts (`redis/scripts/leases.ts`), the lease keeper and the intents promise together.
 */

/** In ticks, like all times here: how long a lease lives. */
export const LEASE = 2;

export interface Rules {
	/** ticks by which an owner stops before its lease ends: what a drifting clock may be wrong by */
	guard: number;
	/** is every write checked against the lease's end (the fence in the socket class)? */
	fenced: boolean;
	/** after Redis lost its data: does it wait one whole lease before it gives any? */
	epochWaits: boolean;
	/** does a second try find the first one's provider key (the intent in the store)? */
	intents: boolean;
}

export const AS_BUILT: Rules = { guard: 1, fenced: true, epochWaits: true, intents: true };

/** What a process knows. Its own clock may be behind by `lag` since the lease was asked for. */
export interface Process {
	readonly alive: 'runs' | 'stopped';
	readonly phase: 'idle' | 'asking' | 'owns';
	readonly token: number;
	/** own time until which it may write */
	readonly deadline: number;
	readonly lag: 0 | 1;
	/** when what it last asked Redis for left; null = nothing under way */
	readonly asked: number | null;
	/** Redis' answer on its way */
	readonly answer: { readonly token: number } | 'refused' | null;
	/** how far it is with the send: the provider key it will write with */
	readonly sending: number | null;
}

export interface World {
	readonly now: number;
	readonly lease: { readonly token: number; readonly expires: number } | null;
	readonly lastToken: number;
	/** Redis gives no lease before */
	readonly blockedUntil: number;
	readonly processes: readonly Process[];
	/** releases on their way, by token */
	readonly releases: readonly number[];
	readonly intent: { readonly key: number; readonly state: 'reserved' | 'sent' | 'done' } | null;
	/** highest token the provider has seen a byte of */
	readonly provider: number;
	/** provider keys it has accepted a message under: each is one message */
	readonly messages: readonly number[];
	readonly nextKey: number;
	/** how often a lease may still be given, Redis lose its data, a clock a tick, and a process be stopped */
	readonly grants: number;
	readonly losses: number;
	readonly drifts: number;
	readonly stops: number;
	readonly broken: string | null;
}

const IDLE: Process = {
	alive: 'runs',
	phase: 'idle',
	token: 0,
	deadline: 0,
	lag: 0,
	asked: null,
	answer: null,
	sending: null,
};

export type Budget = Pick<World, 'grants' | 'losses' | 'drifts' | 'stops'>;

export function start(processes: number, budget: Budget): World {
	return {
		now: 0,
		lease: null,
		lastToken: 0,
		blockedUntil: 0,
		processes: Array.from({ length: processes }, () => IDLE),
		releases: [],
		intent: null,
		provider: 0,
		messages: [],
		nextKey: 1,
		...budget,
		broken: null,
	};
}

/** Every state that may come next. */
export function steps(world: World, rules: Rules, until: number): World[] {
	const next: World[] = [];
	if (world.now < until) next.push({ ...world, now: world.now + 1 });
	if (world.losses > 0) next.push(redisLosesAll(world, rules));
	for (const token of world.releases) next.push(released(world, token));
	for (const [index, process] of world.processes.entries()) {
		const become = (change: Partial<Process>, rest: Partial<World> = {}): void => {
			const processes = world.processes.map((other, i) => (i === index ? { ...other, ...change } : other));
			next.push({ ...world, processes, ...rest });
		};
		// Redis answers whether or not the one that asked still runs.
		if (process.asked !== null && process.answer === null) redisAnswers(world, process, become);
		if (process.alive === 'stopped') {
			become({ alive: 'runs' });
			continue;
		}
		if (world.stops > 0) become({ alive: 'stopped' }, { stops: world.stops - 1 });
		if (process.phase !== 'idle') become(IDLE);
		if (world.drifts > 0 && process.lag === 0) become({ lag: 1 }, { drifts: world.drifts - 1 });
		ownSteps(world, process, rules, become);
	}
	return next;
}

type Become = (change: Partial<Process>, rest?: Partial<World>) => void;

function redisLosesAll(world: World, rules: Rules): World {
	const blockedUntil = rules.epochWaits ? world.now + LEASE : 0;
	// Tokens are at least the time, so they grow even where the last one is forgotten.
	return { ...world, losses: world.losses - 1, lease: null, lastToken: world.now, blockedUntil };
}

/** `release`: only the lease with this token ends. */
function released(world: World, token: number): World {
	const at = world.releases.indexOf(token);
	const releases = world.releases.filter((_, index) => index !== at);
	return { ...world, releases, lease: world.lease?.token === token ? null : world.lease };
}

/** `acquire` and `renew`. */
function redisAnswers(world: World, process: Process, become: Become): void {
	const { lease, now } = world;
	const live = lease !== null && lease.expires > now;
	if (process.phase === 'owns') {
		if (live && lease.token === process.token) {
			become({ answer: { token: lease.token } }, { lease: { ...lease, expires: now + LEASE } });
		} else become({ answer: 'refused' });
		return;
	}
	if (live || now < world.blockedUntil || world.grants === 0) {
		become({ answer: 'refused' });
		return;
	}
	const token = world.lastToken + 1;
	become(
		{ answer: { token } },
		{ lease: { token, expires: now + LEASE }, lastToken: token, grants: world.grants - 1 },
	);
}

function ownSteps(world: World, process: Process, rules: Rules, become: Become): void {
	const own = world.now - process.lag;
	if (process.asked === null) {
		if (process.phase === 'idle') become({ phase: 'asking', asked: own });
		if (process.phase === 'owns') become({ asked: own });
	}
	if (process.answer === 'refused') become(IDLE);
	else if (process.answer !== null && process.asked !== null) {
		const deadline = process.asked + LEASE - rules.guard;
		become({ phase: 'owns', token: process.answer.token, deadline, asked: null, answer: null });
	}
	if (process.phase !== 'owns') return;
	become(IDLE, { releases: [...world.releases, process.token] });
	send(world, process, rules, become);
	if (!rules.fenced || own < process.deadline) become({}, writes(world, process));
}

/** Any byte: a ping, an acknowledgement. */
function writes(world: World, { token }: Process): Partial<World> {
	if (token < world.provider) return { broken: `a byte of owner ${token} after one of ${world.provider}` };
	return { provider: token };
}

/** reserve → sent → first byte → done; each may be the last thing a process does. */
function send(world: World, process: Process, rules: Rules, become: Become): void {
	const { intent } = world;
	const own = world.now - process.lag;
	if (process.sending === null) {
		if (intent?.state === 'done') return;
		if (intent === null || (!rules.intents && world.nextKey < 3)) {
			const key = world.nextKey;
			become({ sending: key }, { intent: { key, state: 'reserved' }, nextKey: key + 1 });
		} else become({ sending: intent.key });
		return;
	}
	if (intent?.state === 'reserved') become({}, { intent: { ...intent, state: 'sent' } });
	if (intent?.state === 'sent' && (!rules.fenced || own < process.deadline)) {
		const after = writes(world, process);
		// The provider takes one message per key: `cid`, `random_id`.
		const messages = world.messages.includes(process.sending)
			? world.messages
			: [...world.messages, process.sending];
		const broken = after.broken ?? (messages.length > 1 ? 'one send became two messages' : null);
		become({}, { ...after, messages, broken });
	}
	if (intent?.state === 'sent' && world.messages.includes(process.sending))
		become({ sending: null }, { intent: { ...intent, state: 'done' } });
}
