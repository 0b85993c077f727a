import { describe, expect, it } from 'vitest';
import { ChannelError, type AccountStatus, type JsonObject, type RemoteCalls } from '../../../src/contract';
import { statusesOfAll } from '../../../src/pool/between/everybody';
import { parseNews, parseQuestion, toWire } from '../../../src/pool/between/questions';

const LEASE = { since: '2026-01-01T00:00:00Z', age_seconds: 1, left_seconds: 14 };

function status(session: string, owner: string, change: Partial<AccountStatus> = {}): AccountStatus {
	const shown = { session, owner, lease: null, last_used: null, state: 'idle', ...change };
	// The rest of a status is passed on as it is.
	return shown as AccountStatus;
}

/** Other processes and what each answers; an error is thrown. */
function others(answers: Record<string, JsonObject | Error | null>): RemoteCalls {
	return {
		processes: () => Promise.resolve(Object.keys(answers)),
		ask: (asked: { process: string }) => {
			const answer = answers[asked.process];
			return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer ?? null);
		},
	} as unknown as RemoteCalls;
}

const answering = (...statuses: AccountStatus[]): JsonObject => ({
	statuses: statuses as unknown as JsonObject[],
});

describe('the accounts of all processes', () => {
	it('are shown once each: as the owner has it, else as whoever used it last', async () => {
		const own = [
			status('a', 'here', { last_used: '2026-01-03' }),
			status('b', 'here', { last_used: '2026-01-01' }),
		];
		const remote = others({
			p1: answering(status('a', 'p1', { lease: LEASE }), status('c', 'p1')),
			p2: answering(status('a', 'p2'), status('b', 'p2', { last_used: '2026-01-02' })),
		});
		const { statuses, silent } = await statusesOfAll(own, remote);
		expect(statuses.map(({ session, owner }) => `${session} ${owner}`)).toEqual(['a p1', 'b p2', 'c p1']);
		expect(silent).toEqual([]);
	});

	it('name the processes that do not answer, and survive nonsense', async () => {
		const late = new ChannelError('timeout', 'late');
		const remote = others({ p1: late, p2: null, p3: { statuses: 'no list' }, p4: { statuses: [{}] } });
		const { statuses, silent } = await statusesOfAll([status('a', 'here')], remote);
		expect(statuses.map(({ owner }) => owner)).toEqual(['here']);
		expect(silent).toEqual(['p1', 'p2']);
	});
});

describe('what pools say to each other', () => {
	it('is understood as it was meant, and what another version says is not', () => {
		const question = {
			ask: 'follow',
			account: 'avito:1',
			interest: { pollEveryMs: null, live: true, all: false },
		} as const;
		expect(parseQuestion(toWire(question))).toEqual(question);
		expect(parseQuestion({ ask: 'something new' })).toBeNull();
		expect(parseQuestion({ ask: 'follow', account: 7 })).toBeNull();
		const news = { account: 'avito:1', news: 'grown' } as const;
		expect(parseNews(toWire(news))).toEqual(news);
		expect(parseNews({ news: 'grown' })).toBeNull();
	});
});
