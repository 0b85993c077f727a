import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { continuingTrace, traceparent } from '../../../src/runtime';
import { readEnvelope, writeEnvelope } from '../../../src/redis/calls/wire';
import { RedisServer } from '../support/redis-server';

const PROGRAM = join(import.meta.dirname, 'tracing.child.ts');

let redis: RedisServer;
beforeAll(async () => {
	redis = await RedisServer.start();
});
afterAll(() => redis.stop());

it('the owner’s span is a child of the caller’s, and stands alone where the caller has none', async () => {
	const args = ['--conditions=source', '--import', 'tsx', PROGRAM, String(redis.port)];
	const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 50_000 });
	const spans = JSON.parse(stdout) as {
		name: string;
		traceId: string;
		spanId: string;
		parent: string | null;
	}[];
	expect(spans.map(({ name }) => name)).toEqual(['served', 'asked', 'served']);
	const [served, asked, alone] = spans;
	expect(asked?.parent).toBeNull();
	expect(served?.parent).toBe(asked?.spanId);
	expect(served?.traceId).toBe(asked?.traceId);
	expect(alone?.parent).toBeNull();
	expect(alone?.traceId).not.toBe(asked?.traceId);
});

it('where no tracing is on, nothing is carried and what comes is left alone', () => {
	expect(traceparent()).toBeUndefined();
	expect(continuingTrace('00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', () => 7)).toBe(7);
	expect(continuingTrace('not a trace', () => 7)).toBe(7);
	const message = { type: 'cancel' as const, id: '1' };
	expect(writeEnvelope({ message, correlation: undefined })).toBe('{"type":"cancel","id":"1"}');
	const parent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
	const written = writeEnvelope({ message, correlation: 'c', traceparent: parent });
	expect(readEnvelope(written)).toEqual({ message, correlation: 'c', traceparent: parent });
});
