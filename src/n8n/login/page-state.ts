import type { CodeSent, EmailWanted, LoginStep, Messenger, PasswordWanted, QrShown, Way } from '../../login';
import { stops, type Problem } from './problem';

/** A step that waits for the person. */
export type OpenStep = CodeSent | EmailWanted | QrShown | PasswordWanted;

/** Everything a login's pages know between two clicks. Rests sealed with a key that only the visitor's address holds. */
export interface PageState {
	messenger: Messenger;
	way: Way;
	ways: readonly Way[];
	/** names this login in the pool */
	loginId: string;
	/** hash of the cookie of the browser that began it */
	browser: string;
	/** must come back with every form */
	formKey: string;
	/** ms since 1970 */
	expiresAt: number;
	/** of one's own, where no credential names one */
	application: { apiId: string; apiHash: string } | null;
	step: OpenStep | null;
	/** as typed, to be corrected rather than typed again */
	typed: { country: string; phone: string; email?: string };
	/** ms since 1970: when another code may be asked for, and when the messenger was last asked for the picture */
	resendAt: number;
	askedAt: number;
	/** how many codes were asked for, and how many codes or passwords were wrong */
	requests: number;
	failures: number;
	problem: Problem | null;
}

/** A login's own limits, below what the messengers bear. */
const MAX_REQUESTS = 5;
const MAX_FAILURES = 8;

export type View = 'application' | 'qr' | 'phone' | 'email' | 'code' | 'password' | 'stopped';

/** Which page shows this state. */
export function viewOf(state: PageState, needsApplication: boolean): View {
	if (state.problem !== null && stops(state.problem)) return 'stopped';
	if (needsApplication && state.application === null) return 'application';
	return state.step?.kind ?? (state.way === 'qr' ? 'qr' : 'phone');
}

/** A step has gone well. */
export function stepped(
	state: PageState,
	step: Exclude<LoginStep, { kind: 'done' }>,
	now: number,
): PageState {
	const resendAt = step.kind === 'code' ? now + step.resendInSeconds * 1000 : state.resendAt;
	return { ...state, step, resendAt, askedAt: now, problem: null };
}

/** A step has failed: where that leaves the person. */
export function failed(state: PageState, problem: Problem): PageState {
	const failures =
		state.failures + (problem.topic === 'invalid_code' || problem.topic === 'password_invalid' ? 1 : 0);
	const told = { ...state, failures, problem };
	if (problem.topic === 'application_invalid') return { ...told, application: null, step: null };
	// A password or an address that came too late leaves nothing to give it for; a code that is too old may be sent again.
	const late = state.step?.kind === 'password' || state.step?.kind === 'email';
	if (problem.topic === 'code_expired' && late) return { ...told, step: null };
	return told;
}

/** May another code be asked for? null = yes */
export function refusedRequest(state: PageState, now: number): Problem | null {
	if (state.requests >= MAX_REQUESTS) return { topic: 'too_many', seconds: null };
	const wait = Math.ceil((state.resendAt - now) / 1000);
	return wait > 0 ? { topic: 'too_early', seconds: wait } : null;
}

/** May another code or password be tried? null = yes */
export function refusedTry(state: PageState): Problem | null {
	return state.failures >= MAX_FAILURES ? { topic: 'too_many', seconds: null } : null;
}

/** Back to the beginning of a way; what was counted stays counted. */
export function restarted(state: PageState, way: Way): PageState {
	return { ...state, way, step: null, problem: null };
}
