import {
	SEND_AND_WAIT_OPERATION,
	WAIT_INDEFINITELY,
	type IDataObject,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeProperties,
} from 'n8n-workflow';
import { createHash } from 'node:crypto';
import { ChannelError, type Command, type ErrorCode } from '../../contract';
import type { WaitRequest } from '../../pool';
import { openAccountChoice, type ChosenAccount, type NodeAccounts } from '../accounts/choice';
import { accountField } from '../accounts/fields';
import { optionFields } from '../describe';
import { toErrorItem, toNodeError } from '../errors';
import { budgetWaitMs } from '../fields/pacing';
import { HintCollector } from '../hints';
import { host } from '../host';
import { idempotencyKey } from '../idempotency';
import { itemParameters } from '../item-parameters';
import type { WholeOperation } from '../operation';
import { labelsOf, type Parameters } from '../parameters';
import { executionFacts, firstExecution, placeOf, toolCall } from '../run-facts';
import { waitFields, waitOptions } from './fields';
import { readQuestion, storePlan } from './plan';
import { VIA_CHAT, VIA_PAGE } from './webhook';

const RESTART_HINT =
	'If n8n restarts while this waits, the answer is noticed when the account is connected again, which a published trigger of this account does. The answer page works in any case.';

/**
 * *Send and Wait for Response*, the same in every messenger: registers the wait, sends the question, parks the execution.
 * The wait comes first, so that no answer can be quicker than it.
 */
export function sendAndWaitOperation(
	chat: INodeProperties,
	question: (chatId: string, text: string) => Command,
): WholeOperation {
	const operation: WholeOperation = {
		value: SEND_AND_WAIT_OPERATION,
		name: 'Send and Wait for Response',
		action: 'Send message and wait for response',
		description: 'Send a question and wait for the answer in the chat',
		effect: 'send',
		properties: [chat, ...waitFields],
		options: waitOptions,
		execute: async (context, node) => {
			try {
				return await askIn(context, node, operation, question);
			} catch (error) {
				const id = placeOf(executionFacts(context));
				if (!context.continueOnFail()) throw toNodeError(context.getNode(), error, 0, id);
				const json = { error: toErrorItem(error, id) as unknown as IDataObject };
				return [context.getInputData().map((_, item) => ({ json, pairedItem: { item } }))];
			}
		},
	};
	return operation;
}

async function askIn(
	context: IExecuteFunctions,
	node: NodeAccounts,
	operation: WholeOperation,
	question: (chatId: string, text: string) => Command,
): Promise<INodeExecutionData[][]> {
	const items = context.getInputData();
	const label = labelsOf([accountField, ...operation.properties, ...optionFields(operation)]);
	const parameters = itemParameters(context, label, items[0] ?? { json: {} }, 0);
	const { pool, clock } = await host(context.logger);
	const accounts = await openAccountChoice(context, node, { pool, clock });
	try {
		return await ask(context, await accounts.of(parameters), parameters, question);
	} finally {
		await accounts.close();
	}
}

async function ask(
	context: IExecuteFunctions,
	{ lease, credentialId, source: credential }: ChosenAccount,
	parameters: Parameters,
	question: (chatId: string, text: string) => Command,
): Promise<INodeExecutionData[][]> {
	const items = context.getInputData();
	const asked = readQuestion(parameters);
	const { pool, clock } = await host(context.logger);
	const facts = executionFacts(context);
	const waitTill = asked.limitMs === null ? WAIT_INDEFINITELY : new Date(clock.now() + asked.limitMs);
	// As n8n's review of an AI agent's tools, the node may run again under another run index for the same call.
	const tool = toolCall(context, items[0] ?? { json: {} });
	// The same for every try of the same node run: a retry replaces its wait instead of adding one.
	const id = createHash('sha256')
		.update(JSON.stringify([facts.instance, facts.execution, facts.node, tool?.callId ?? facts.runIndex]))
		.digest('hex')
		.slice(0, 32);

	const wait: WaitRequest['wait'] = {
		id,
		chatId: asked.chatId,
		messageId: null,
		responders: asked.responders,
		resume: storePlan({
			url: context.getSignedResumeUrl({ via: VIA_CHAT }),
			rule: asked.rule,
			alsoTrigger: asked.alsoTrigger,
		}),
		expiresAt: waitTill.getTime(),
	};
	await pool.addWait({ credential, wait });

	const text = asked.addLink
		? `${asked.text}\n\n${context.getSignedResumeUrl({ via: VIA_PAGE })}`
		: asked.text;
	const command = question(asked.chatId, text);
	const budgetWait = budgetWaitMs(parameters.options);
	const signal = context.getExecutionCancelSignal();
	const hints = new HintCollector(context);
	try {
		const sending = lease.call(command, {
			...(signal === undefined ? {} : { signal }),
			...(budgetWait === undefined ? {} : { budgetWaitMs: budgetWait }),
			idempotency: idempotencyKey({
				...facts,
				// A link leads to this very execution: its text is another one in a retry.
				execution: asked.addLink ? facts.execution : firstExecution(context),
				credential: credentialId,
				itemIndex: 0,
				part: 0,
				tool,
				parameters: { name: command.name, input: command.input },
				ownKey: parameters.options.text('deduplicationKey'),
			}),
			correlationId: placeOf(facts),
		});
		const sent = await sending.catch(async (error: unknown) => {
			// Nobody was asked: the next message of the chat is no answer, and nothing keeps the account connected for one.
			if (isRefusal(error))
				await pool.addWait({ credential, wait: { ...wait, expiresAt: clock.now() } }).catch(() => undefined);
			throw error;
		});
		hints.add([...(sent.hints ?? []), RESTART_HINT]);
		const messageId = sent.items[0]?.['message_id'];
		if (typeof messageId === 'string') await pool.setWaitMessage(id, messageId);
	} finally {
		hints.flush();
	}
	await context.putExecutionToWait(waitTill);
	return [items];
}

/** The account is connected and answers; without a connection, ending a wait would take as long as connecting. */
function isRefusal(error: unknown): boolean {
	return ChannelError.is(error) && !UNCONNECTED.has(error.code);
}

const UNCONNECTED: ReadonlySet<ErrorCode> = new Set([
	'account_banned',
	'account_in_use',
	'account_paused',
	'credential_invalid',
	'session_ended',
	'timeout',
	'unreachable',
]);
