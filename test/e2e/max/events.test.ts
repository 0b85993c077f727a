import { expect, it } from 'vitest';
import { until } from '../harness';
import { MaxTrigger } from '../../../nodes/Max/MaxTrigger.node';
import { maxScene, publish } from './scene';

const scene = maxScene();

/** Everything *Trigger On* offers. */
const offered = (new MaxTrigger().description.properties.find(({ name }) => name === 'events')?.options ?? [])
	.flatMap((option) => ('value' in option ? [String(option.value)] : []))
	.sort();

const everywhere = { chatTypes: ['private', 'group', 'channel', 'saved'], direction: 'both' };

it('each event that the trigger offers starts an execution', async () => {
	const { sandbox, n8n } = scene();
	const { control } = sandbox;
	const [anna, boris, clara] = sandbox.accounts;
	const all = await publish(scene(), 'Everything', {
		trigger: {
			events: offered,
			filters: everywhere,
			options: { catchUpPerChat: 2, maxParallel: 50, reportProblems: false },
		},
	});
	const dialog = (BigInt(anna.id) ^ BigInt(boris.id)).toString();
	const typing = await publish(scene(), 'Typing', {
		trigger: {
			events: ['typing'],
			filters: { includeChats: dialog },
			options: { reportProblems: false },
		},
	});
	const started = (): { type: string; data: Record<string, unknown> }[] =>
		[all, typing].flatMap(({ executions }) =>
			executions().flatMap(({ startItems }) =>
				startItems.map(({ json }) => ({
					type: json['event_type'] as string,
					data: (json['data'] ?? {}) as Record<string, unknown>,
				})),
			),
		);
	const starts = async (type: string, act: () => unknown): Promise<void> => {
		const before = started().filter((one) => one.type === type).length;
		act();
		await until(() => started().filter((one) => one.type === type).length > before, {
			what: `an execution of ${type}`,
			timeoutMs: 60_000,
			everyMs: 200,
		});
	};
	await until(() => control.logins({ account: anna.id }).some(({ logins }) => logins > 0), {
		what: 'the login',
	});

	const from = { from: boris.id, to: anna.id };
	let messageId = '';
	await starts('message', () => ({ messageId } = control.injectMessage({ ...from, text: 'one' })));
	await starts('message_edited', () => control.edit({ chatId: dialog, messageId, text: 'two' }));
	await starts('reaction', () =>
		control.react({ from: boris.id, chatId: dialog, messageId, reaction: '👍' }),
	);
	await starts('read', () => control.read({ from: boris.id, chatId: dialog }));
	await starts('message_deleted', () => control.remove({ chatId: dialog, messageIds: [messageId] }));
	await starts('presence', () => control.presence({ account: boris.id }));
	let group = '';
	await starts('chat_changed', () => {
		({ chatId: group } = control.createGroup({ owner: boris.id, title: 'News', members: [anna.id] }));
	});
	await starts('member_changed', () =>
		control.changeChat({ chatId: group, by: boris.id, action: 'add', users: [clara.id] }),
	);
	await starts('contact_changed', () => control.setAccount({ account: boris.id, firstName: 'Bob' }));
	await starts('profile_changed', () => control.setAccount({ account: anna.id, description: 'new' }));
	await starts('call', () => control.incomingCall(from));
	await starts('file_ready', () =>
		control.push({ account: anna.id, opcode: 136, payload: { fileId: { $int: '77' } } }),
	);
	await starts('scheduled', () =>
		control.push({ account: anna.id, opcode: 154, payload: { chatId: { $int: dialog } } }),
	);
	await starts('unknown', () =>
		control.push({ account: anna.id, opcode: 4711, payload: { something: 'new' } }),
	);
	// MAX tells of typing only in chats it has been told are open, which is looked at every ten seconds.
	await until(() => control.requests({ opcode: 75 }).length > 0, {
		what: 'the open chat',
		timeoutMs: 60_000,
	});
	await starts('typing', () => control.typing({ from: boris.id, chatId: dialog }));

	// More was missed than the trigger wants to catch up with.
	await n8n.api.unpublish(all.id);
	for (let n = 0; n < 6; n += 1) control.injectMessage({ ...from, text: `missed ${String(n)}` });
	await n8n.api.publish(all.id);
	await until(() => started().some(({ type }) => type === 'gap'), {
		what: 'an execution of gap',
		timeoutMs: 60_000,
		everyMs: 200,
	});
	await starts('account_state', () => control.forceLogout({ account: anna.id }));

	expect([...new Set(started().map(({ type }) => type))].sort()).toEqual(offered);
	expect(control.failures({})).toEqual([]);
	await all.remove();
	await typing.remove();
}, 240_000);
