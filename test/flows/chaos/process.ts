/**
 * One process of a chaos run, as an n8n main or worker is one as far as this package is concerned: a pool on the shared
 * Redis, triggers (main), sends. It is killed, stopped and started again by the director, which plays n8n and the person.
 */
import { avitoDriver } from '../../../src/channels/avito';
import { maxDriver } from '../../../src/channels/max';
import { telegramDriver } from '../../../src/channels/telegram';
import type { Logger } from '../../../src/contract';
import { AccountPool, type CredentialSource, type Settlement } from '../../../src/pool';
import { openRedisCalls, openRedisStore, redisSettings } from '../../../src/redis';
import { systemClock, systemRandom } from '../../../src/runtime';
import { mirrorPlace } from '../../../src/store';
import type { FromProcess, ProcessPlan, ToProcess, TriggerPlan } from './wire';
import { consumerOptions } from '../../support/consumer-options';

const DAY_MS = 86_400_000;

const plan = JSON.parse(process.env['CHAOS_PLAN'] ?? '') as ProcessPlan;
const tell = (message: FromProcess): void => void process.send?.(message);

const line = (level: string) => (message: string, meta?: unknown) => {
	process.stderr.write(`${new Date().toISOString()} ${level} ${message} ${JSON.stringify(meta ?? {})}\n`);
};
const logger: Logger = {
	debug: () => undefined,
	info: line('info'),
	warn: line('warn'),
	error: line('error'),
};

const environment: Record<string, string> = {
	EXECUTIONS_MODE: 'queue',
	QUEUE_BULL_REDIS_HOST: '127.0.0.1',
	QUEUE_BULL_REDIS_PORT: String(plan.redisPort),
	MESSENGER_ACCOUNTS_REDIS_PREFIX: plan.prefix,
};
const settings = redisSettings((name) => environment[name]);
if (settings === null) throw new Error('queue mode chooses Redis');
const shared = { settings, clock: systemClock, random: systemRandom, logger, leaseTime: plan.leaseTime };

const pool = new AccountPool({
	drivers: [avitoDriver, maxDriver, telegramDriver],
	openStore: () => openRedisStore({ ...shared, mirror: mirrorPlace({ ...shared, dir: plan.dir }) }),
	openRemoteCalls: (holder, server) => openRedisCalls(shared, holder, server),
	clock: systemClock,
	random: systemRandom,
	logger,
	processName: `chaos/${String(process.pid)}/${plan.role}`,
	version: '0.0.0',
});

function credential(account: string): CredentialSource {
	const known = plan.accounts.find(({ id }) => id === account);
	if (known === undefined) throw new Error(`no account ${account}`);
	const { channel, data } = known;
	return { channel, id: `credential-${account}`, data, read: () => Promise.resolve(data) };
}

const unsettled = new Map<number, (settlement: Settlement) => void>();
let deliveries = 0;

function listen({ node, account, acknowledge }: TriggerPlan): void {
	const subscription = pool.subscribe({
		credential: credential(account),
		identity: { instance: 'i', workflow: 'w', node },
		pollEveryMs: () => 5_000,
		options: consumerOptions({ catchUpMs: DAY_MS, catchUpPerChat: 10_000, acknowledge }),
		deliver: ({ key, attempt, events }) => {
			const id = (deliveries += 1);
			const told = events.map(({ event_id, text, external_chat_id, meta }) => ({
				id: event_id,
				text,
				chat: external_chat_id,
				late: meta.late === true,
			}));
			tell({ type: 'deliver', id, node, key, attempt, events: told });
			return new Promise((resolve) => unsettled.set(id, resolve));
		},
		report: ({ error }) => logger.warn('reported', { node, error: String(error) }),
	});
	void subscription.live.then(() => tell({ type: 'live', node }));
}

const leases = new Map(plan.accounts.map(({ id }) => [id, pool.lease(credential(id))]));

async function send({ id, account, chat, text, key }: Extract<ToProcess, { type: 'send' }>): Promise<void> {
	try {
		const command = { name: 'message.send', input: { chatId: chat, text } };
		await leases.get(account)?.call(command, { idempotency: { key, rememberMs: DAY_MS } });
		tell({ type: 'sent', id, error: null });
	} catch (error) {
		tell({ type: 'sent', id, error: String(error) });
	}
}

process.on('message', (message: ToProcess) => {
	if (message.type === 'send') void send(message);
	else {
		unsettled.get(message.id)?.(message.duplicate ? { kind: 'duplicate' } : { kind: 'finished', ok: true });
		unsettled.delete(message.id);
	}
});
process.on('disconnect', () => process.exit(1));
process.on('SIGTERM', () => void pool.shutdown().finally(() => process.exit(0)));
process.on('unhandledRejection', (error) => logger.error('unhandled', { error: String(error) }));
for (const trigger of plan.triggers) listen(trigger);
