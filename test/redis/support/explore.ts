import { LEASE, start, steps, type Budget, type Process, type Rules, type World } from './ownership';

export interface Bounds extends Budget {
	processes: number;
	/** ticks; a lease has two */
	until: number;
}

export interface Found {
	/** different states, processes that are alike counted once */
	states: number;
	/** what was broken first, with the fewest steps that lead there, or null */
	broken: string | null;
	steps: number;
	/** did some run end with the message sent and noted? */
	completes: boolean;
}

/** Walks every interleaving within the bounds, breadth first. */
export function explore(rules: Rules, bounds: Bounds): Found {
	const { processes, until, ...budget } = bounds;
	const first = start(processes, budget);
	const seen = new Set([nameOf(first)]);
	let edge = [first];
	let completes = false;
	for (let depth = 0; edge.length > 0; depth += 1) {
		const next: World[] = [];
		for (const world of edge) {
			completes ||= world.intent?.state === 'done' && world.messages.length === 1;
			for (const after of steps(world, rules, until)) {
				if (after.broken !== null)
					return { states: seen.size, broken: after.broken, steps: depth + 1, completes };
				const name = nameOf(after);
				if (seen.has(name)) continue;
				seen.add(name);
				next.push(after);
			}
		}
		edge = next;
	}
	return { states: seen.size, broken: null, steps: 0, completes };
}

/**
 * Two worlds in which processes have merely changed places are one, and so are two that differ in what can have no effect
 * any more: a lease or a deadline that is over, a release of a lease that is no longer the one.
 */
function nameOf(world: World): string {
	const { now, lastToken, blockedUntil, intent, provider, messages } = world;
	const lease = world.lease !== null && world.lease.expires > now ? world.lease : null;
	return [
		now,
		lease === null ? '' : `${lease.token}.${lease.expires}`,
		lastToken,
		Math.max(blockedUntil, now),
		world.processes
			.map((process) => processName(process, now))
			.sort()
			.join('|'),
		lease !== null && world.releases.includes(lease.token) ? 'r' : '',
		intent === null ? '' : `${intent.key}${intent.state[0] ?? ''}`,
		provider,
		messages.join('.'),
		[world.grants, world.losses, world.drifts, world.stops].join('.'),
	].join(';');
}

function processName(process: Process, now: number): string {
	const { alive, phase, token, deadline, lag, asked, answer, sending } = process;
	if (alive === 'runs' && phase === 'idle') return '';
	const reply = answer === null ? '' : answer === 'refused' ? 'x' : String(answer.token);
	const own = now - lag;
	return [
		alive[0],
		phase[0],
		token,
		Math.max(deadline, own),
		lag,
		asked === null ? '' : Math.max(asked, own - LEASE),
		reply,
		sending ?? '',
	].join(',');
}
