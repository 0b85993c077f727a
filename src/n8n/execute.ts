import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { ChannelError, type CallOptions, type CallResult, type JsonObject } from '../contract';
import { openAccountChoice, type AccountChoice, type ChosenAccount } from './accounts/choice';
import { accountField } from './accounts/fields';
import { causeFinder, type Cause } from './cause';
import { adaptedSource } from './credential';
import { optionFields } from './describe';
import { toErrorItem, toNodeError, withLabel } from './errors';
import { budgetWaitMs } from './fields/pacing';
import { HintCollector } from './hints';
import { host } from './host';
import { idempotencyKey } from './idempotency';
import { itemParameters } from './item-parameters';
import { mapOrdered } from './map-ordered';
import { storeMedia } from './media-out';
import { findOperation, type ActionNode, type Operation, type OperationCall } from './operation';
import { labelsOf, type Parameters } from './parameters';
import { executionFacts, firstExecution, placeOf, toolCall, type ExecutionFacts } from './run-facts';

/** Reads of several items at once: enough to hide latency, few enough to leave the budget to others. */
const PARALLEL_READS = 4;

/** The id under which an item's last call is found in the logs. */
interface Trace {
	id: string | undefined;
}

/** What `execute` of every action node does. */
export async function executeNode(
	context: IExecuteFunctions,
	node: ActionNode,
): Promise<INodeExecutionData[][]> {
	const resource = context.getNodeParameter('resource', 0);
	const name = context.getNodeParameter('operation', 0);
	const operation = findOperation(node.table, resource, name);
	if (operation === undefined)
		throw toNodeError(
			context.getNode(),
			new ChannelError('invalid_parameter', `Operation: "${resource}: ${name}" is not known`, {
				hint: 'Choose the operation again; it may belong to a newer version of this package.',
			}),
		);
	if ('execute' in operation) return operation.execute(context, node);
	return new ItemLoop(context, node, operation).run();
}

/** One execution of one operation: its items, one after the other, each with its own parameters and outcome. */
class ItemLoop {
	readonly #context: IExecuteFunctions;
	readonly #node: ActionNode;
	readonly #operation: Operation;
	readonly #label: (name: string) => string;
	readonly #hints: HintCollector;
	readonly #facts: ExecutionFacts;
	readonly #causeOf: ReturnType<typeof causeFinder>;

	constructor(context: IExecuteFunctions, node: ActionNode, operation: Operation) {
		this.#context = context;
		this.#node = node;
		this.#operation = operation;
		this.#label = labelsOf([accountField, ...operation.properties, ...optionFields(operation)]);
		this.#hints = new HintCollector(context);
		this.#facts = executionFacts(context);
		this.#causeOf = causeFinder(context);
	}

	async run(): Promise<INodeExecutionData[][]> {
		const items = this.#context.getInputData();
		const accounts = await this.#open();
		try {
			const signal = this.#context.getExecutionCancelSignal();
			const first = items[0];
			if (first !== undefined && this.#operation.gathers?.(this.#parameters(first, 0)) === true)
				return [
					(await mapOrdered([items], 1, signal, (all, _, stop) => this.#runAll(accounts, all, stop))).flat(),
				];
			const width = this.#operation.effect === 'read' ? PARALLEL_READS : 1;
			const output = await mapOrdered(items, width, signal, (item, index, stop) =>
				this.#runItem(accounts, item, index, stop),
			);
			return [output.flat()];
		} catch (error) {
			throw toNodeError(this.#context.getNode(), error);
		} finally {
			this.#hints.flush();
			await accounts.close();
		}
	}

	async #open(): Promise<AccountChoice> {
		try {
			const { pool, clock } = await host(this.#context.logger);
			const adapt = this.#operation.credential;
			return await openAccountChoice(
				this.#context,
				this.#node,
				{ pool, clock },
				adapt === undefined
					? undefined
					: (source, parameters) => adaptedSource(source, (data) => adapt(data, parameters)),
			);
		} catch (error) {
			throw toNodeError(this.#context.getNode(), error);
		}
	}

	#parameters(item: INodeExecutionData, index: number): Parameters {
		return itemParameters(this.#context, this.#label, item, index);
	}

	async #runItem(
		accounts: AccountChoice,
		item: INodeExecutionData,
		index: number,
		signal: AbortSignal,
	): Promise<INodeExecutionData[]> {
		const trace: Trace = { id: undefined };
		try {
			const parameters = this.#parameters(item, index);
			const account = await accounts.of(parameters, this.#operation.account?.(parameters));
			const known = this.#operation.known?.(account.channel) ?? null;
			if (known !== null) return known.map((json) => ({ json, pairedItem: { item: index } }));
			const asked = await this.#operation.toCommand(parameters, account.channel);
			const output: INodeExecutionData[] = [];
			for (const [part, call] of (Array.isArray(asked) ? asked : [asked]).entries()) {
				const result = await this.#call(account, parameters, call, part, signal, trace);
				output.push(...(await this.#toItems(result, call, () => index)));
			}
			return output;
		} catch (error) {
			return this.#failed(error, [index], signal, trace);
		}
	}

	/** One command for all items; its results belong to them in order. */
	async #runAll(
		accounts: AccountChoice,
		items: readonly INodeExecutionData[],
		signal: AbortSignal,
	): Promise<INodeExecutionData[]> {
		const all = [...items.keys()];
		const trace: Trace = { id: undefined };
		try {
			const parameters = items.map((item, index) => this.#parameters(item, index));
			const [first] = parameters;
			const call = this.#operation.toGathered?.(parameters);
			if (first === undefined || call === undefined) return [];
			const account = await accounts.ofAll(parameters);
			const result = await this.#call(account, first, call, 0, signal, trace);
			return await this.#toItems(result, call, (position) => Math.min(position, items.length - 1));
		} catch (error) {
			return this.#failed(error, all, signal, trace);
		}
	}

	/** @throws n8n's error unless the node goes on after failures */
	#failed(
		cause: unknown,
		indexes: readonly number[],
		signal: AbortSignal,
		{ id }: Trace,
	): INodeExecutionData[] {
		const error = withLabel(cause, this.#label);
		// A stopped execution wants no more output, whatever the node does with failures.
		if (!this.#context.continueOnFail() || signal.aborted)
			throw toNodeError(this.#context.getNode(), error, indexes[0], id);
		const json = { error: toErrorItem(error, id) as unknown as IDataObject };
		return indexes.map((item) => ({ json, pairedItem: { item } }));
	}

	async #call(
		{ lease, credentialId }: ChosenAccount,
		parameters: Parameters,
		call: OperationCall,
		part: number,
		signal: AbortSignal,
		trace: Trace,
	): Promise<CallResult> {
		const { name, input, media } = call;
		const options = this.#callOptions(parameters, credentialId, call, part, signal);
		trace.id = options.correlationId;
		const result = await lease.call({ name, input, ...(media === undefined ? {} : { media }) }, options);
		return this.#operation.complete?.(result) ?? result;
	}

	#callOptions(
		parameters: Parameters,
		credentialId: string,
		call: OperationCall,
		part: number,
		signal: AbortSignal,
	): CallOptions & { correlationId: string } {
		const { itemIndex, item, options } = parameters;
		const wait = budgetWaitMs(options);
		const sends = this.#operation.effect === 'send';
		const cause = this.#causeOf(item, itemIndex);
		return {
			signal,
			...(wait === undefined ? {} : { budgetWaitMs: wait }),
			...(!sends || cause === undefined ? {} : { causedBy: cause }),
			...(sends && (this.#facts.execution !== '' || options.has('deduplicationKey'))
				? {
						idempotency: idempotencyKey({
							...this.#facts,
							execution: firstExecution(this.#context),
							credential: credentialId,
							itemIndex,
							part,
							tool: toolCall(this.#context, item),
							parameters: { name: call.name, input: call.input },
							ownKey: options.text('deduplicationKey'),
						}),
					}
				: {}),
			correlationId: this.#correlationId(cause, itemIndex, part),
			onProgress: ({ done, total, what }) =>
				this.#context.logger.info(`${this.#context.getNode().name}: ${what}`, {
					done,
					...(total === undefined ? {} : { total }),
					item: itemIndex,
				}),
		};
	}

	/** What an event caused goes on under the event's id; what nothing of ours caused is named by where it happens. */
	#correlationId(cause: Cause | undefined, itemIndex: number, part: number): string {
		const place = placeOf(this.#facts, itemIndex, part);
		if (cause === undefined) return place;
		this.#context.logger.debug('a call because of an event', { correlation: cause.eventId, place });
		return cause.eventId;
	}

	async #toItems(
		result: CallResult,
		call: OperationCall,
		source: (position: number) => number,
	): Promise<INodeExecutionData[]> {
		this.#hints.add(result.hints);
		const files = result.media ?? [];
		const binary = await storeMedia(this.#context, files, call.outputField ?? 'data', call.maxBytes);
		const json: JsonObject[] =
			result.items.length === 0 && files.length > 0 ? files.map(() => ({})) : result.items;
		return json.map((entry, position) => ({
			json: entry,
			...(binary[position] === undefined ? {} : { binary: binary[position] }),
			pairedItem: { item: source(position) },
		}));
	}
}
