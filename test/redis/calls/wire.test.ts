import { expect, it } from 'vitest';
import { readEnvelope, writeEnvelope, type Envelope, type MessageOf } from '../../../src/redis/calls/wire';

const policy: MessageOf<'call'>['policy'] = {
	permissions: ['read', 'send'],
	allowedChats: ['ёж\n🙂'],
	budget: { points: 10, windowMs: 60_000, chatGapMs: 1_000 },
	firstContactsPerDay: 5,
	loopLimit: 10,
	loopWindowMs: 120_000,
	allowDangerousRaw: false,
};

function envelope(change: Partial<MessageOf<'call'>> = {}): Envelope {
	const message: MessageOf<'call'> = {
		...{ type: 'call', id: '1', from: 'host/2/worker/bb', session: 's', timeoutMs: 1_000 },
		...{ name: 'message.sendText', input: { text: 'two\nlines' }, media: [], policy, wantsProgress: false },
		...change,
	};
	return { message, correlation: 'c', traceparent: undefined };
}

/** The policy a reader finds, or null where it understands nothing. */
function policyIn(text: string): MessageOf<'call'>['policy'] | null {
	const message = readEnvelope(text)?.message;
	return message?.type === 'call' ? message.policy : null;
}

it('a call arrives as it was, its policy on a line of its own', () => {
	const written = writeEnvelope(envelope());
	expect(written.split('\n')).toHaveLength(2);
	expect(readEnvelope(written)).toEqual(envelope());
});

it('the same policy is read once; another one, however alike, is another one', () => {
	const first = policyIn(writeEnvelope(envelope()));
	expect(policyIn(writeEnvelope(envelope({ id: '2', policy: { ...policy } })))).toBe(first);
	const stricter = { ...policy, permissions: ['read' as const] };
	expect(policyIn(writeEnvelope(envelope({ policy: stricter })))).toEqual(stricter);
});

it('a call without a policy, or with something else in its place, is not understood', () => {
	const [line = ''] = writeEnvelope(envelope()).split('\n');
	for (const rest of ['', '\n', '\n{}', '\nnull', `\n${JSON.stringify({ ...policy, permissions: ['all'] })}`])
		expect(readEnvelope(line + rest)).toBeNull();
});
