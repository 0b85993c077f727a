/**
 * `npm run bench [-- name ...]`: every benchmark, or the named ones; writes `docs/benchmarks.md` when all ran. Ratios
 * are taken in one run, in turns, because machines differ and neighbours are noisy.
 */
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { root } from '../setup/index.mjs';
import { avitoClientBench } from './avito-client.bench';
import { consumerBench } from './consumer.bench';
import { journalBench } from './journal.bench';
import { loadBench } from './load.bench';
import { maxAccountsBench } from './max-accounts.bench';
import { maxBench } from './max.bench';
import { n8nBench } from './n8n.bench';
import { redisRows } from './redis/rows';
import { ratio, table, whole, type Row } from './report';
import { telegramBench } from './telegram.bench';

const BENCHES: Record<string, () => Promise<Row[]>> = {
	client: async () => {
		const { one, twenty, overheadMicroseconds } = await avitoClientBench();
		const row = (what: string, { ours, bare, ratio: of }: typeof one): Row => ({
			what,
			figure: `${whole(ours)} calls/s`,
			beside: `bare undici ${whole(bare)} calls/s`,
			bar: `≥ 0.8: ${ratio(of)}`,
			met: of >= 0.8,
		});
		return [
			row('Avito client, 1 connection', one),
			row('Avito client, 20 connections', twenty),
			{
				what: 'Overhead per call',
				figure: `${whole(overheadMicroseconds)} µs`,
				beside: 'bare undici',
				bar: 'reported',
			},
		];
	},
	journal: async () => {
		const result = await journalBench();
		return [
			{
				what: 'Journal appends, group commit',
				figure: `${whole(result.appendsPerSecond)}/s`,
				beside: `bare INSERT ${whole(result.rawRowsPerSecond)} rows/s (${ratio(result.ratio)})`,
				bar: '≥ 20,000/s',
				met: result.meetsBar,
			},
			{
				what: 'Journal, 20 events per append',
				figure: `${whole(result.batchedEventsPerSecond)} events/s`,
				beside: 'the same rows',
				bar: 'reported',
			},
		];
	},
	consumer: async () => {
		const { sqlite } = await consumerBench();
		const beside = `bare appends ${whole(sqlite.appends)}/s`;
		return [
			{
				what: 'Journal to trigger, window 5',
				figure: `${whole(sqlite.delivered)} events/s`,
				beside,
				bar: 'reported',
			},
			{
				what: 'Journal to trigger, window 50',
				figure: `${whole(sqlite.deliveredWide)} events/s`,
				beside,
				bar: 'reported',
			},
			{
				what: 'Rejected by the filter',
				figure: `${whole(sqlite.rejected)} events/s`,
				beside,
				bar: 'reported',
			},
		];
	},
	load: async () => {
		const { milliseconds, heapMb, meetsBar } = await loadBench();
		return [
			{
				what: "Package load at n8n's start",
				figure: `${whole(milliseconds)} ms, ${heapMb.toFixed(1)} MB`,
				beside: 'a bare process with n8n-workflow',
				bar: '≤ 60 ms, ≤ 8 MB',
				met: meetsBar,
			},
		];
	},
	max: async () => {
		const { incoming, sending, latency, memory } = await maxBench();
		return [
			{
				what: 'MAX, message from socket into journal',
				figure: `${whole(incoming.ours)}/s`,
				beside: `bare ws + msgpack ${whole(incoming.bare)}/s`,
				bar: `≥ 0.3 and ≥ 10,000/s: ${ratio(incoming.ratio)}`,
				met: incoming.meetsBar,
			},
			{
				what: 'MAX, message into journal, beside a bare message kept as one row',
				figure: `${whole(incoming.ours)}/s`,
				beside: `ws, msgpack, one row per message ${whole(incoming.kept)}/s`,
				bar: `reported: ${ratio(incoming.ratioToKept)}`,
			},
			{
				what: 'MAX, message into journal, processor of the thread that reads',
				figure: `${incoming.processor.ours.toFixed(1)} µs`,
				beside: `bare ws + msgpack ${incoming.processor.bare.toFixed(1)} µs`,
				bar: 'reported',
			},
			{
				what: 'MAX, send through the warm pool',
				figure: `${ratio(sending.ours)} ms`,
				beside: `bare request ${ratio(sending.bare)} ms`,
				bar: `≤ 1.3 ×: ${ratio(sending.ratio)}`,
				met: sending.meetsBar,
			},
			{
				what: 'MAX, send through the warm pool, processor of the thread that sends',
				figure: `${sending.processor.ours.toFixed(0)} µs`,
				beside: `bare request ${sending.processor.bare.toFixed(0)} µs`,
				bar: 'reported',
			},
			{
				what: 'MAX, send through the warm pool, two milliseconds after the last',
				figure: `${ratio(sending.rested.ours)} ms`,
				beside: `bare request, likewise ${ratio(sending.rested.bare)} ms`,
				bar: `reported: ${ratio(sending.rested.ratio)} ×`,
			},
			{
				what: 'MAX, send, beside a bare request after one committed row',
				figure: `${ratio(sending.ours)} ms`,
				beside: `row, then bare request ${ratio(sending.noted)} ms`,
				bar: `reported: ${ratio(sending.ratioToNoted)} ×`,
			},
			{
				what: 'MAX, connect, log in, send, close per execution',
				figure: `${ratio(sending.ownConnection)} ms`,
				beside: `warm pool ${ratio(sending.ours)} ms`,
				bar: `reported: ${ratio(sending.ownConnection / sending.ours)} ×`,
			},
			{
				what: 'MAX, push to trigger',
				figure: `p50 ${ratio(latency.p50)} ms, p99 ${ratio(latency.p99)} ms`,
				beside: 'a relay that notes when each push left',
				bar: 'reported',
			},
			...memory.map(({ accounts, ours, bare }) => ({
				what: `MAX, memory per idle account, ${String(accounts)} accounts`,
				figure: `${whole(ours)} KB`,
				beside: `bare socket ${whole(bare)} KB`,
				bar: 'reported',
			})),
		];
	},
	telegram: async () => {
		const { updates, sending, latency, upload, download, recovery, memory, cold } = await telegramBench();
		const transfer = (what: string, { ours, bare, ratio: of }: typeof upload): Row => ({
			what: `Telegram, ${what}`,
			figure: `${ratio(ours)} MB/s`,
			beside: `the library's own ${ratio(bare)} MB/s`,
			bar: `≥ 1.0: ${ratio(of)}`,
			met: of >= 1,
		});
		return [
			{
				what: 'Telegram, update from socket into journal',
				figure: `${whole(updates.ours)}/s per core`,
				beside: `the library's dispatch ${whole(updates.bare)}/s per core`,
				bar: `≥ 0.5: ${ratio(updates.ratio)}`,
				met: updates.ratio >= 0.5,
			},
			{
				what: 'Telegram, push to trigger',
				figure: `p50 ${ratio(latency.p50)} ms, p99 ${ratio(latency.p99)} ms`,
				beside: 'from the order to the sandbox on',
				bar: 'reported',
			},
			{
				what: 'Telegram, send through the warm pool',
				figure: `${ratio(sending.ours)} ms`,
				beside: `bare invoke ${ratio(sending.bare)} ms`,
				bar: `≤ 1.2 ×: ${ratio(sending.ratio)}`,
				met: sending.ratio <= 1.2,
			},
			{
				what: 'Telegram, connect, send, close per execution',
				figure: `${ratio(sending.ownConnection)} ms`,
				beside: `warm pool ${ratio(sending.ours)} ms`,
				bar: `reported: ${ratio(sending.ownConnection / sending.ours)} ×`,
			},
			transfer('upload', upload),
			transfer('download', download),
			{
				what: 'Telegram, recovery of 10,000 missed messages',
				figure: `${whole(recovery)}/s`,
				beside: 'start of the process to the last delivery',
				bar: 'reported',
			},
			...memory.map(({ accounts, kilobytes }) => ({
				what: `Telegram, memory per idle account, ${String(accounts)} accounts`,
				figure: `${whole(kilobytes)} KB`,
				beside: 'a trigger on each',
				bar: '≤ 150 KB',
				met: kilobytes <= 150,
			})),
			{
				what: 'Telegram, cold start with 100 accounts',
				figure: `${whole(cold.milliseconds)} ms until all are live`,
				beside: `login codes requested: ${String(cold.codes)}`,
				bar: '0 codes',
				met: cold.codes === 0,
			},
		];
	},
	'max-accounts': async () => {
		const { memory, catchUp } = await maxAccountsBench();
		return [
			...memory.map(({ accounts, connected, listening, bare, meetsBar }) => ({
				what: `MAX, memory per idle account, ${whole(accounts)} accounts`,
				figure: `${whole(connected)} KB, with a trigger ${whole(listening)} KB`,
				beside: `bare socket ${whole(bare)} KB`,
				bar: `≤ 100 KB beyond the socket: ${whole(connected - bare)} KB`,
				met: meetsBar,
			})),
			{
				what: `MAX, catching up ${whole(catchUp.messages)} missed messages`,
				figure: `${whole(catchUp.perSecond)}/s`,
				beside: 'from the login to the trigger',
				bar: 'reported',
			},
		];
	},
	n8n: async () => {
		const { ownWebhookMs, n8nWebhookMs, ratio: of, meetsBar, windows } = await n8nBench();
		return [
			{
				what: 'Webhook accepted → execution started',
				figure: `${whole(ownWebhookMs)} ms`,
				beside: `n8n's Webhook node ${whole(n8nWebhookMs)} ms`,
				bar: `≤ 1.3 ×: ${ratio(of)}`,
				met: meetsBar,
			},
			...windows.map(({ name, perSecond }) => ({
				what: `Executions, ${name}`,
				figure: `${whole(perSecond)}/s`,
				beside: 'lazy expression engine, SQLite, all executions saved',
				bar: 'reported',
			})),
		];
	},
	...redisRows,
};

async function main(): Promise<void> {
	const asked = process.argv.slice(2);
	const unknown = asked.filter((name) => !(name in BENCHES));
	if (unknown.length > 0)
		throw new Error(`no such benchmark: ${unknown.join(', ')}; there are ${Object.keys(BENCHES).join(', ')}`);
	const rows: Row[] = [];
	for (const [name, bench] of Object.entries(BENCHES)) {
		if (asked.length > 0 && !asked.includes(name)) continue;
		console.log(`running ${name} …`);
		const found = await bench();
		console.log(table(found));
		rows.push(...found);
	}
	if (asked.length > 0) return;
	const processor = cpus()[0]?.model ?? 'unknown processor';
	const page = `# Benchmarks

Made by \`npm run bench\`. Absolute figures belong to one machine on one day; the ratios are taken in one run, in turns.

Machine: ${String(cpus().length)} × ${processor}, Node ${process.version}.

${table(rows)}
`;
	writeFileSync(join(root, 'docs', 'benchmarks.md'), page);
	console.log('wrote docs/benchmarks.md');
}

main().catch((error: unknown) => {
	console.error(error);
	process.exitCode = 1;
});
