import type { INodeProperties } from 'n8n-workflow';
import { invalidParameter, type EventFilter, type EventType } from '../../contract';
import type { ConsumerOptions } from '../../pool';
import { asCollection, labelsOf, Values } from '../parameters';
import type { TriggerWords } from './spec';

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** One item per message, or one per chat with all messages of the batch in it. */
export type ItemShape = 'chat' | 'message';

/** Everything a trigger node was told, read once: n8n evaluates no parameter after `trigger()` has returned. */
export interface TriggerSettings {
	consumer: ConsumerOptions;
	itemShape: ItemShape;
	useLatest: boolean;
	reportProblems: boolean;
	/** how often to look for events when no webhook can bring them, ms */
	pollMs: number;
	/** further rows of *Options*, of one messenger only */
	options: Values;
}

/** Any context with n8n's `getNodeParameter` of a trigger, hook or webhook. */
export interface TriggerParameterContext {
	getNodeParameter(name: string, fallback?: unknown): unknown;
	/** the workflow's time zone */
	getTimezone(): string;
}

/** @throws ChannelError `invalid_parameter`, naming the field: the one thing a trigger may refuse to start for */
export function readTriggerSettings(
	context: TriggerParameterContext,
	spec: TriggerWords,
	properties: readonly INodeProperties[],
): TriggerSettings {
	const label = labelsOf(properties);
	const zone = (): string => context.getTimezone();
	const top = new Values((name) => context.getNodeParameter(name, null), label);
	const collection = (name: string): Values => {
		const values = asCollection(context.getNodeParameter(name, {}));
		return new Values((key) => values[key], label, zone);
	};
	const filters = collection('filters');
	const options = collection('options');
	return {
		consumer: {
			filter: readFilter(top, filters, spec),
			wantsRaw: options.boolean('includeRaw'),
			start: options.has('startFrom')
				? { from: 'time', at: Date.parse(options.time('startFrom')) }
				: { from: 'now' },
			catchUpMs: amount(options, 'catchUpHours', 24, 0) * HOUR_MS,
			catchUpPerChat: amount(options, 'catchUpPerChat', 1000, 0),
			window: whole(options, 'maxParallel', 5),
			chatOrderMs: amount(options, 'chatOrderSeconds', 30, 0) * SECOND_MS,
			acknowledge: readAcknowledge(options),
			batch: readBatch(top, options),
			quietAfterDeviceMs: amount(options, 'quietMinutes', 0, 0) * MINUTE_MS,
		},
		itemShape: top.text('itemShape') === 'message' ? 'message' : 'chat',
		useLatest: options.boolean('useLatest'),
		reportProblems: !options.has('reportProblems') || options.boolean('reportProblems'),
		pollMs: Math.max(5, amount(options, 'pollSeconds', 30, 0)) * SECOND_MS,
		options,
	};
}

function readFilter(top: Values, filters: Values, spec: TriggerWords): EventFilter {
	const eventTypes = top.has('events') ? (top.list('events') as EventType[]) : (['message'] as EventType[]);
	if (eventTypes.length === 0) throw invalidParameter(top.label('events'), 'choose at least one event');
	const direction = filters.text('direction');
	return {
		eventTypes,
		directions: direction === 'both' ? ['in', 'out'] : direction === 'out' ? ['out'] : ['in'],
		includeNodeSends: filters.boolean('includeNodeSends'),
		chatTypes: filters.has('chatTypes') ? filters.list('chatTypes') : [...spec.chatTypes.default],
		includeChats: filters.list('includeChats'),
		excludeChats: filters.list('excludeChats'),
		includeSenders: filters.list('includeSenders'),
		excludeSenders: filters.list('excludeSenders'),
		messageKinds: filters.list('messageKinds') as EventFilter['messageKinds'],
		textContains: filters.text('textContains'),
		textPattern: readPattern(filters),
		onlyMentionsOrReplies: filters.boolean('onlyMentionsOrReplies'),
		ignoreBots: !filters.has('ignoreBots') || filters.boolean('ignoreBots'),
		includeService: filters.boolean('includeService'),
		includeMuted: filters.boolean('includeMuted'),
		includeArchived: filters.boolean('includeArchived'),
	};
}

function readPattern(filters: Values): string {
	const pattern = filters.text('textPattern');
	try {
		new RegExp(pattern, 'iu');
		return pattern;
	} catch (error) {
		throw invalidParameter(
			filters.label('textPattern'),
			`is not a valid regular expression (${(error as Error).message})`,
		);
	}
}

function readAcknowledge(options: Values): ConsumerOptions['acknowledge'] {
	const mode = options.text('acknowledge');
	return mode === 'finished' || mode === 'succeeded' ? mode : 'immediately';
}

function readBatch(top: Values, options: Values): ConsumerOptions['batch'] {
	if (!top.boolean('batch')) return null;
	const silenceMs = amount(top, 'silenceSeconds', 10, 0) * SECOND_MS;
	return {
		silenceMs,
		maxWaitMs: Math.max(silenceMs, amount(options, 'batchMaxWaitSeconds', 60, 0) * SECOND_MS),
		maxMessages: whole(options, 'batchMaxMessages', 50),
	};
}

function amount(values: Values, name: string, fallback: number, least: number): number {
	const value = values.has(name) ? values.number(name) : fallback;
	if (value < least) throw invalidParameter(values.label(name), `must be at least ${least}`);
	return value;
}

function whole(values: Values, name: string, fallback: number): number {
	const value = amount(values, name, fallback, 1);
	if (!Number.isInteger(value)) throw invalidParameter(values.label(name), 'must be a whole number');
	return value;
}
