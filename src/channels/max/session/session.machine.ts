import type { ChannelError } from '../../../contract';
import { endsSession } from '../refusal';

/**
 * The life of one session, without IO or clock.
 *
 * | state      | means                                        | leaves by                                   | deadline            |
 * |------------|----------------------------------------------|---------------------------------------------|---------------------|
 * | idle       | not started                                  | start, close                                | –                   |
 * | connecting | LOGIN limit, dialling, upgrade               | connected, failed, close                    | limit + dial        |
 * | greeting   | SESSION_INIT is under way                    | greeted, failed, close                      | request time-out    |
 * | loggingIn  | LOGIN (and LOGIN2) is under way              | loggedIn, failed, close                     | request time-out    |
 * | live       | requests and pushes flow                     | failed, redirect, close                     | silence             |
 * | greeted    | no token: only the login operations work     | failed, redirect, close                     | –                   |
 * | waiting    | between two attempts                         | retry, close                                | the back-off        |
 * | ended      | only a person can help                       | close                                       | –                   |
 * | closed     | for good                                     | –                                           | –                   |
 */
export type SessionState =
	| { at: 'idle' | 'closed' }
	| { at: 'connecting' | 'greeting' | 'loggingIn'; attempt: number }
	| { at: 'live' | 'greeted' }
	| { at: 'waiting'; attempt: number }
	| { at: 'ended'; error: ChannelError };

export type SessionEvent =
	| { type: 'start' | 'connected' | 'greeted' | 'loggedIn' | 'retry' | 'close' }
	/** whatever went wrong with this connection: could not be made, was refused, was lost */
	| { type: 'failed'; error: ChannelError }
	/** push 3: reconnect at once */
	| { type: 'redirect' };

export type SessionEffect =
	| { do: 'connect' | 'greet' | 'login' | 'cut' | 'announceLive' | 'announceGreeted' }
	| { do: 'wait'; ms: number }
	| { do: 'announceDown' | 'announceEnd' | 'fail'; error: ChannelError };

export interface SessionRules {
	hasToken: boolean;
	/** ms before attempt n (1 = first retry), with jitter */
	backoffMs(attempt: number): number;
}

export interface Step {
	state: SessionState;
	effects: SessionEffect[];
}

export function transition(state: SessionState, event: SessionEvent, rules: SessionRules): Step {
	if (state.at === 'closed') return { state, effects: [] };
	if (event.type === 'close') return { state: { at: 'closed' }, effects: [{ do: 'cut' }] };
	switch (state.at) {
		case 'idle':
			return event.type === 'start' ? connect(1) : stay(state);
		case 'connecting':
			if (event.type === 'connected')
				return { state: { ...state, at: 'greeting' }, effects: [{ do: 'greet' }] };
			return event.type === 'failed' ? failed(state.attempt, event.error, rules) : stay(state);
		case 'greeting':
			if (event.type === 'greeted') {
				return rules.hasToken
					? { state: { ...state, at: 'loggingIn' }, effects: [{ do: 'login' }] }
					: { state: { at: 'greeted' }, effects: [{ do: 'announceGreeted' }] };
			}
			return event.type === 'failed' ? failed(state.attempt, event.error, rules) : stay(state);
		case 'loggingIn':
			if (event.type === 'loggedIn') return { state: { at: 'live' }, effects: [{ do: 'announceLive' }] };
			return event.type === 'failed' ? failed(state.attempt, event.error, rules) : stay(state);
		case 'live':
		case 'greeted':
			if (event.type === 'redirect')
				return { state: { at: 'connecting', attempt: 1 }, effects: [{ do: 'cut' }, { do: 'connect' }] };
			if (event.type !== 'failed') return stay(state);
			return lost(event.error, rules);
		case 'waiting':
			return event.type === 'retry' ? connect(state.attempt) : stay(state);
		case 'ended':
			return stay(state);
	}
}

function connect(attempt: number): Step {
	return { state: { at: 'connecting', attempt }, effects: [{ do: 'connect' }] };
}

function stay(state: SessionState): Step {
	return { state, effects: [] };
}

/** An attempt came to nothing. */
function failed(attempt: number, error: ChannelError, rules: SessionRules): Step {
	if (endsSession(error)) return ended(error);
	const asked = typeof error.retry === 'object' ? error.retry.afterMs : 0;
	const ms = Math.max(asked, rules.backoffMs(attempt));
	return {
		state: { at: 'waiting', attempt: attempt + 1 },
		effects: [{ do: 'cut' }, { do: 'fail', error }, { do: 'wait', ms }],
	};
}

/** A connection that worked is gone. */
function lost(error: ChannelError, rules: SessionRules): Step {
	if (endsSession(error)) return ended(error);
	return {
		state: { at: 'waiting', attempt: 1 },
		effects: [{ do: 'cut' }, { do: 'announceDown', error }, { do: 'wait', ms: rules.backoffMs(1) }],
	};
}

function ended(error: ChannelError): Step {
	return {
		state: { at: 'ended', error },
		effects: [{ do: 'cut' }, { do: 'fail', error }, { do: 'announceEnd', error }],
	};
}
