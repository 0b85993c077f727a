import { ratio, whole, type Row } from '../report';
import { redisCallsBench } from './calls.bench';
import { redisFailoverBench } from './failover.bench';
import { redisGrowthBench } from './growth.bench';
import { redisJournalBench } from './journal.bench';
import { redisLeasesBench } from './leases.bench';

const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;

/** The benchmarks of several processes on one Redis. */
export const redisRows: Record<string, () => Promise<Row[]>> = {
	'redis-calls': async () => {
		const result = await redisCallsBench();
		const { bareMs, bareInARowMs, streamsMs, ownMs, remoteMs, toBare, toStreams, toOwn } = result;
		const call = `${ratio(remoteMs)} ms`;
		return [
			{
				what: 'A call to a session in another process',
				figure: call,
				beside: `bare Redis round trip ${ratio(bareMs)} ms, made in turns with the calls (one straight after the other: ${ratio(bareInARowMs)} ms)`,
				bar: `≤ 4 ×: ${ratio(toBare)}`,
				met: toBare <= 4,
			},
			{
				what: 'The same, beside bare streams',
				figure: call,
				beside: `question and answer over two streams and another process, nothing of ours: ${ratio(streamsMs)} ms`,
				bar: `reported: ${ratio(toStreams)} ×`,
			},
			{
				what: 'The same, beside a session of the own process',
				figure: call,
				beside: `own call ${ratio(ownMs)} ms, the messenger answering at once`,
				bar: `reported: ${ratio(toOwn)} ×`,
			},
			{
				what: 'Calls through one owner from four processes',
				figure: `${whole(result.callsPerSecond)}/s`,
				beside: `the owner used ${ratio(result.ownerCores)} of a core; 128 at the same time`,
				bar: 'reported',
			},
			{
				what: 'A file through a foreign owner',
				figure: `${whole(result.foreignMB)} MB/s`,
				beside: `from the own process ${whole(result.ownMB)} MB/s (memory)`,
				bar: 'reported',
			},
		];
	},
	'redis-journal': async () => {
		const { appends, batchedEvents, bare, ratio: one, batchedRatio } = await redisJournalBench();
		const beside = `bare pipelined XADD ${whole(bare)}/s`;
		return [
			{
				what: 'Journal in Redis, one event per append',
				figure: `${whole(appends)}/s`,
				beside,
				bar: `≥ 0.5: ${ratio(one)}`,
				met: one >= 0.5,
			},
			{
				what: 'Journal in Redis, 20 events per append',
				figure: `${whole(batchedEvents)} events/s`,
				beside,
				bar: `reported: ${ratio(batchedRatio)}`,
			},
		];
	},
	'redis-leases': async () => {
		const { sessions, commandsPerSecond, processShare, redisShare, share } = await redisLeasesBench();
		return [
			{
				what: `Leases of ${whole(sessions)} sessions`,
				figure: `${ratio(commandsPerSecond)} commands/s, ${percent(share)} of a core`,
				beside: `this process ${percent(processShare)}, Redis ${percent(redisShare)}`,
				bar: '≤ 2 % of a core',
				met: share <= 0.02,
			},
		];
	},
	'redis-growth': async () => {
		const { points, idleGrowth, eventGrowth, memoryGrowth } = await redisGrowthBench();
		return [
			...points.map(({ accounts, liveMs, kilobytesPerAccount, idleCommands, idleCores, eventCpuMs }) => ({
				what: `${whole(accounts)} accounts with a trigger, one process`,
				figure: `live after ${ratio(liveMs)} ms each; ${whole(kilobytesPerAccount)} KB each; ${ratio(eventCpuMs)} ms of processor per event`,
				beside: `upkeep of as many sessions: ${ratio(idleCommands)} commands/s, ${percent(idleCores)} of a core, process and Redis`,
				bar: 'reported',
			})),
			{
				what: 'Cost per account and per event, 1,000 accounts over 100',
				figure: `upkeep ${ratio(idleGrowth)}, event ${ratio(eventGrowth)}, memory ${ratio(memoryGrowth)}`,
				beside: '1 = grows in proportion',
				bar: 'linear or better (≤ 1.2 for noise)',
				met: idleGrowth <= 1.2 && eventGrowth <= 1.2 && memoryGrowth <= 1.2,
			},
		];
	},
	'redis-failover': async () => {
		const { samples, p50Ms, p99Ms, p50Leases, p99Leases } = await redisFailoverBench();
		return [
			{
				what: 'Owner killed → next event handed on by another process',
				figure: `p50 ${ratio(p50Ms / 1_000)} s, p99 ${ratio(p99Ms / 1_000)} s`,
				beside: `a lease lives 15 s: ${ratio(p50Leases)} and ${ratio(p99Leases)} of it; ${whole(samples)} accounts`,
				bar: 'reported',
			},
		];
	},
};
