import { describe, expect, it } from 'vitest';
import { until } from '../harness';
import { Published } from './published';
import { avitoScene } from './scene';

interface Line {
	message: string;
	metadata: Record<string, unknown>;
}

/** n8n's log as a machine reads it; lines that are no JSON (a warning of Node) are none of it. */
function readLog(text: string): Line[] {
	return text.split('\n').flatMap((line) => {
		if (!line.startsWith('{')) return [];
		try {
			return [JSON.parse(line) as Line];
		} catch {
			return [];
		}
	});
}

describe('what an operator sees', () => {
	const scene = avitoScene({
		environment: {
			N8N_LOG_LEVEL: 'debug',
			N8N_LOG_FORMAT: 'json',
			N8N_METRICS: 'true',
			MESSENGER_ACCOUNTS_METRICS: 'true',
		},
	});

	it('a message and its answer under one id in the log, and both in n8n’s own metrics', async () => {
		const { sandbox, n8n } = scene();
		const workflow = await Published.answering(scene(), 'Answer', '=Вы написали: {{ $json.text }}');
		const { chat_id } = sandbox.control.incoming({ text: 'Ещё актуально?' });
		await until(() => sandbox.control.outbox({ chat_id }).length > 0, { what: 'the answer' });
		await workflow.finishes(1);
		const id = workflow.executions[0]?.startItems[0]?.json['event_id'];
		expect(id).toEqual(expect.any(String));

		const wanted = [
			'journalled',
			'events are handed on',
			'a call because of an event',
			'avito: request',
			'call',
		];
		await until(
			() => {
				const under = readLog(n8n.log).filter(({ metadata }) => metadata?.['correlation'] === id);
				const messages = new Set(under.map(({ message }) => message));
				return wanted.every((message) => messages.has(message));
			},
			{ what: 'every step of the event in the log' },
		);

		const metrics = await (await fetch(`${n8n.baseUrl}/metrics`)).text();
		const value = (series: string): number | undefined => {
			const line = metrics.split('\n').find((each) => each.startsWith(`${series} `));
			return line === undefined ? undefined : Number(line.slice(series.length + 1));
		};
		expect(value('messenger_accounts{channel="avito",state="live"}')).toBe(1);
		expect(value('messenger_events_emitted_total{channel="avito"}')).toBe(1);
		const send = 'channel="avito",command="message.send",where="here",outcome="done"';
		expect(value(`messenger_calls_total{${send}}`)).toBe(1);
		expect(metrics).toContain('n8n_version_info');
		await workflow.remove();
	});
});
