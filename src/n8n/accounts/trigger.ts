import type {
	ILoadOptionsFunctions,
	INodeProperties,
	INodePropertyOptions,
	INodeTypeDescription,
	ITriggerFunctions,
	ITriggerResponse,
} from 'n8n-workflow';
import { CHANNELS, type Channel } from '../../contract';
import { toNodeError } from '../errors';
import { host } from '../host';
import { Values } from '../parameters';
import { Emitter } from '../trigger/emitter';
import { toItems } from '../trigger/items';
import { startManual } from '../trigger/manual';
import { Reporter } from '../trigger/reporter';
import { readSettings } from '../trigger/run';
import type { TriggerWords } from '../trigger/spec';
import { Crowd } from './crowd';
import { ACCOUNTS_CREDENTIAL, CHANNEL_NAMES, parseAccounts, type AccountEntry } from './entries';
import { findEntry } from './find';
import { accountsRegistry } from './registry';
import { openAccounts, type OpenedAccounts } from './source';

/** Which accounts a trigger listens on and how their events come out; before all its other fields. */
export const accountsTriggerFields: readonly INodeProperties[] = [
	{
		displayName: 'Accounts',
		name: 'accountsMode',
		type: 'options',
		noDataExpression: true,
		options: [
			{ name: 'All', value: 'all', description: 'Every account of the credential, also those added later' },
			{ name: 'Chosen', value: 'chosen', description: 'Some of them' },
		],
		default: 'all',
		description: 'Which accounts of the credential start the workflow',
	},
	{
		displayName: 'Account Names or IDs',
		name: 'accounts',
		type: 'multiOptions',
		typeOptions: { loadOptionsMethod: 'getAccounts' },
		required: true,
		default: [],
		displayOptions: { show: { accountsMode: ['chosen'] } },
		description:
			'Choose from the list, or specify IDs using an <a href="https://docs.n8n.io/code/expressions/">expression</a>',
	},
	{
		displayName: 'Outputs',
		name: 'outputs',
		type: 'options',
		noDataExpression: true,
		options: [
			{ name: 'One', value: 'one', description: 'All messengers on one output' },
			{ name: 'One per Messenger', value: 'channel', description: 'An output each for MAX, Telegram, Avito' },
		],
		default: 'one',
		description: 'Whether each messenger has an output of its own; items look the same in any case',
	},
];

/** n8n's expression for `outputs` of the node, evaluated in the editor: names of the messengers, or one without a name. */
export const accountsTriggerOutputs: INodeTypeDescription['outputs'] = `={{ $parameter["outputs"] === "channel" ? ${JSON.stringify(
	CHANNELS.map((channel) => ({ type: 'main', displayName: CHANNEL_NAMES[channel] })),
)} : ["main"] }}`;

/** `methods.loadOptions.getAccounts`: the labels there are. */
export async function getAccounts(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
	try {
		const { entries } = parseAccounts(await this.getCredentials(ACCOUNTS_CREDENTIAL));
		return entries
			.map(({ label, channel }) => ({ name: `${label} (${CHANNEL_NAMES[channel]})`, value: label }))
			.sort((a, b) => a.name.localeCompare(b.name));
	} catch (error) {
		throw toNodeError(this.getNode(), error);
	}
}

/**
 * `trigger()` of a node that listens on many accounts. Each account is a consumer of its own – position, catch-up,
 * reset – and all share the node's window. Avito is polled: one node has one webhook address, and an address per account
 * would have to be registered and taken away with every edit of the credential.
 */
export async function runAccountsTrigger(
	context: ITriggerFunctions,
	words: TriggerWords,
	properties: readonly INodeProperties[],
): Promise<ITriggerResponse> {
	const settings = readSettings(context, words, properties);
	const { wants, outputOf } = readCrowd(context);
	const { pool, clock } = await host(context.logger);
	const registry = accountsRegistry(pool, clock);
	const accounts = await open(context, registry);
	if (context.getMode() === 'manual') {
		const sources = accounts.list.entries.filter(wants).map((entry) => accounts.source(entry));
		return startManual(context, pool, sources, settings, clock, outputOf);
	}

	const identity = {
		instance: context.getInstanceId(),
		workflow: context.getWorkflow().id ?? '',
		node: context.getNode().id,
	};
	const emitter = new Emitter(context, clock);
	const reporters = new Map<string, Reporter>();
	const reporterOf = (label: string): Reporter => {
		const reporter = reporters.get(label) ?? new Reporter(context, clock, settings.reportProblems);
		reporters.set(label, reporter);
		return reporter;
	};
	const shape = { batched: settings.consumer.batch !== null, itemShape: settings.itemShape };
	const crowd = new Crowd({
		list: accounts.list,
		wants,
		source: (entry) => accounts.source(entry),
		logger: context.logger,
		report: (label, error) => {
			reporterOf(label).report({ error, account: error.account ?? null });
		},
		subscribe: (credential, report) =>
			pool.subscribe({
				credential,
				identity,
				options: settings.consumer,
				pollEveryMs: () => (credential.channel === 'avito' ? settings.pollMs : null),
				deliver: ({ events, key }) => emitter.emit(toItems(events, shape), key, outputOf(credential.channel)),
				report: ({ error }) => {
					report(error);
				},
			}),
	});
	const unwatch = registry.watch(accounts.id, accounts.read, (data) => {
		crowd.seen(data);
	});
	return {
		closeFunction: () => {
			unwatch();
			crowd.end();
			return Promise.resolve();
		},
	};
}

async function open(
	context: ITriggerFunctions,
	registry: ReturnType<typeof accountsRegistry>,
): Promise<OpenedAccounts> {
	try {
		return await openAccounts(context, registry);
	} catch (error) {
		throw toNodeError(context.getNode(), error);
	}
}

function readCrowd(context: ITriggerFunctions): {
	wants(entry: AccountEntry): boolean;
	outputOf(channel: Channel): number;
} {
	const values = new Values(
		(name) => context.getNodeParameter(name, null),
		(name) => name,
	);
	const chosen = values.text('accountsMode') === 'chosen' ? values.list('accounts') : null;
	const perChannel = values.text('outputs') === 'channel';
	return {
		wants: (entry) =>
			chosen === null ||
			chosen.some((name) => findEntry({ entries: [entry], problems: [] }, [name], null) !== undefined),
		outputOf: (channel) => (perChannel ? CHANNELS.indexOf(channel) : 0),
	};
}
