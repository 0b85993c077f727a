import { describe, expect, it } from 'vitest';
import { ChannelError } from '../../../../src/contract';
import { refusalError } from '../../../../src/channels/max/refusal';
import { loginWaitMs } from '../../../../src/channels/max/session/login-limit';
import { redirectedEndpoint } from '../../../../src/channels/max/session/redirect';
import {
	transition,
	type SessionEvent,
	type SessionState,
	type SessionRules,
} from '../../../../src/channels/max/session/session.machine';

const rules: SessionRules = { hasToken: true, backoffMs: (attempt) => attempt * 1000 };
const broken = new ChannelError('unreachable', 'gone', { retry: 'now' });

function run(
	events: SessionEvent[],
	from: SessionState = { at: 'idle' },
	using = rules,
): { state: SessionState; did: string[] } {
	let state = from;
	const did: string[] = [];
	for (const event of events) {
		const step = transition(state, event, using);
		state = step.state;
		for (const effect of step.effects)
			did.push(effect.do === 'wait' ? `wait ${String(effect.ms)}` : effect.do);
	}
	return { state, did };
}

const wayIn: SessionEvent[] = [
	{ type: 'start' },
	{ type: 'connected' },
	{ type: 'greeted' },
	{ type: 'loggedIn' },
];

describe('the session machine', () => {
	it('greets, logs in and is live', () => {
		expect(run(wayIn)).toEqual({ state: { at: 'live' }, did: ['connect', 'greet', 'login', 'announceLive'] });
	});

	it('without a token stops at the greeting', () => {
		expect(run(wayIn.slice(0, 3), undefined, { ...rules, hasToken: false }).state).toEqual({ at: 'greeted' });
	});

	it('backs off further with each failure and comes back at once after a loss', () => {
		const fail: SessionEvent = { type: 'failed', error: broken };
		expect(
			run([{ type: 'start' }, fail, { type: 'retry' }, fail, { type: 'retry' }, fail]).did.filter((one) =>
				one.startsWith('wait'),
			),
		).toEqual(['wait 1000', 'wait 2000', 'wait 3000']);
		expect(run([...wayIn, fail]).state).toEqual({ at: 'waiting', attempt: 1 });
	});

	it('waits as long as the service asks', () => {
		const flood = refusalError({ error: 'login.flood' }, 19);
		expect(run([{ type: 'start' }, { type: 'failed', error: flood }]).did).toContain('wait 3600000');
	});

	it.each([
		'login.token',
		'login.blocked',
		'error.profile.suspended',
		'client.unsupported-version',
		'error.profile.active.session.no2fa',
		'FAIL_LOGOUT_ALL',
		'login.something.new',
		'error.profile.something.new',
		'FAIL_SOMETHING_NEW',
	])('%s ends the session for good', (error) => {
		const step = run([
			{ type: 'start' },
			{ type: 'failed', error: refusalError({ error }, 19) },
			{ type: 'retry' },
			{ type: 'start' },
		]);
		expect(step.state.at).toBe('ended');
		expect(step.did).toEqual(['connect', 'cut', 'fail', 'announceEnd']);
	});

	it.each(['session.state', 'session.sequence', 'internal', 'service.timeout', 'something.new'])(
		'%s is tried again',
		(error) => {
			expect(run([{ type: 'start' }, { type: 'failed', error: refusalError({ error }, 19) }]).state.at).toBe(
				'waiting',
			);
		},
	);

	it('nothing happens after close', () => {
		expect(
			run([...wayIn, { type: 'close' }, { type: 'start' }, { type: 'failed', error: broken }]),
		).toMatchObject({ state: { at: 'closed' } });
	});
});

describe('LOGIN limits', () => {
	const defaults = { perMinute: 1, perHour: 20 };
	it('one a minute', () => {
		expect(loginWaitMs([], 1_000_000, defaults)).toBe(0);
		expect(loginWaitMs([990_000], 1_000_000, defaults)).toBe(50_000);
		expect(loginWaitMs([940_000], 1_000_000, defaults)).toBe(0);
	});

	it('twenty an hour', () => {
		const times = Array.from({ length: 20 }, (_, n) => 10_000_000 + n * 61_000);
		const now = times[19]! + 61_000;
		expect(loginWaitMs(times, now, defaults)).toBe(times[0]! + 3_600_000 - now);
		expect(loginWaitMs(times.slice(1), now, defaults)).toBe(0);
	});

	it('0 is no limit, and a clock that went back locks nobody out', () => {
		expect(loginWaitMs([999_999], 1_000_000, { perMinute: 0, perHour: 0 })).toBe(0);
		expect(loginWaitMs([2_000_000], 1_000_000, defaults)).toBe(0);
	});
});

describe('RECONNECT', () => {
	const endpoint = new URL('tls://api.oneme.ru:443');
	it.each([
		[null, 'api.oneme.ru:443'],
		['api7.oneme.ru', 'api7.oneme.ru:443'],
		['api7.oneme.ru:8443', 'api7.oneme.ru:8443'],
		['evil.example', 'api.oneme.ru:443'],
		['oneme.ru.evil.example', 'api.oneme.ru:443'],
		['evil@api.oneme.ru', 'api.oneme.ru:443'],
		['10.0.0.1', 'api.oneme.ru:443'],
		['x/../..', 'api.oneme.ru:443'],
	])('%s leads to %s', (host, expected) => {
		expect(redirectedEndpoint(endpoint, host, []).host).toBe(expected);
	});

	it('knows the credential’s own domains', () => {
		expect(redirectedEndpoint(endpoint, 'a.gate.example', ['gate.example']).hostname).toBe('a.gate.example');
	});
});
